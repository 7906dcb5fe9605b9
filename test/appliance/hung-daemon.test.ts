import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import type { Appliance } from '../../server/appliance/appliance.ts';
import { createAppliance } from '../../server/appliance/create-appliance.ts';
import { judgeStatus } from '../../server/keepalived/status/status.ts';
import type { InstanceStatus, KeepalivedStatus } from '../../server/keepalived/status/status.ts';
import { parseProgramOptions } from '../../server/program-options.ts';
import { createEvidenceCollector } from '../../server/state/evidence-collector.ts';
import {
  askUntil,
  end,
  goodConfiguration,
  preparePrivateMachine,
  startKeepalived,
  writeConfiguration,
} from './private-keepalived.ts';
import { inPrivateNamespaces } from './private-namespaces.ts';

const address = '10.9.0.100';
const clock = { monotonicMs: () => performance.now(), wallMs: () => Date.now() };

function defineTests(): void {
  let appliance: Appliance;
  let witnesses: ReturnType<typeof createEvidenceCollector>;
  let child: ChildProcess;
  const vrrpPid = () => Number(readFileSync('/run/vrrp.pid', 'utf8'));
  const look = async (): Promise<{ status: KeepalivedStatus; instance: InstanceStatus }> => {
    await Promise.all([witnesses.askRuntime(), witnesses.askNetwork()]);
    await witnesses.askConfiguration();
    const status = judgeStatus(witnesses.evidence(), clock.monotonicMs());
    const [instance] = status.instances;
    assert.ok(instance);
    return { status, instance };
  };
  const lookUntil = (state: InstanceStatus['state'], limitMs = 30_000) =>
    askUntil(look, ({ instance }) => instance.state === state, limitMs);

  before(async () => {
    preparePrivateMachine();
    appliance = await createAppliance(
      parseProgramOptions({ WAI_SERVICE_MANAGER: 'supervised', WAI_STATE_DIR: '/run/state' }),
    );
  });
  beforeEach(() => {
    witnesses = createEvidenceCollector({ appliance, clock, onChange: () => undefined });
    writeConfiguration(goodConfiguration);
  });
  afterEach(async () => {
    try {
      process.kill(vrrpPid(), 'SIGCONT');
    } catch {
      // It has ended.
    }
    child.kill('SIGCONT');
    await end(child);
    for (const name of readdirSync('/tmp')) {
      if (name.startsWith('keepalived')) rmSync(`/tmp/${name}`, { recursive: true });
    }
  });
  after(() => appliance.close());

  it('is an alarm while it holds the address, and the command that it names ends it', async () => {
    child = startKeepalived();
    await lookUntil('Active');
    const hung = vrrpPid();
    process.kill(hung, 'SIGSTOP');
    const { instance } = await lookUntil('Alarm');
    assert.deepEqual(
      instance.alarms.map(({ code, severity }) => [code, severity]),
      [['daemon-hung', 'critical']],
    );
    assert.match(
      instance.reason ?? '',
      /^keepalived does not answer .*10\.9\.0\.100 is still on eth0: another server may serve it too\./,
    );
    assert.equal(instance.serving, 'Yes');
    const command = /kill -KILL \d+/.exec(instance.reason ?? '')?.[0] ?? '';
    assert.equal(command, `kill -KILL ${hung}`);
    execFileSync('sh', ['-c', command]);
    const holds = () => Promise.resolve(execFileSync('ip', ['address']).includes(address));
    assert.equal(await askUntil(holds, (isHeld) => !isHeld), false, 'the address goes');
    await lookUntil('Active');
    assert.deepEqual(
      readdirSync('/tmp').filter((name) => name.startsWith('keepalived')),
      [],
      'no dump with a password is left',
    );
  });

  it('is an alarm on a standby too: it will not take over', async () => {
    // An interface without a carrier: it never serves.
    execFileSync('ip', ['link', 'set', 'peer0', 'down']);
    child = startKeepalived();
    await lookUntil('Fault');
    process.kill(vrrpPid(), 'SIGSTOP');
    const { instance } = await lookUntil('Alarm');
    assert.match(
      instance.reason ?? '',
      /^keepalived does not answer .*10\.9\.0\.100 is not on this server; it will not take over\./,
    );
    execFileSync('ip', ['link', 'set', 'peer0', 'up']);
  });

  it('whose main process alone is stopped still tells what it serves', async () => {
    child = startKeepalived();
    await lookUntil('Active');
    child.kill('SIGSTOP');
    const { status, instance } = await askUntil(look, ({ status: { alarms } }) =>
      alarms.some(({ code }) => code === 'main-process-stopped'),
    );
    assert.equal(instance.state, 'Active');
    assert.ok(status.alarms.some(({ code }) => code === 'main-process-stopped'));
  });

  it('is not said of one that runs no instance', async () => {
    writeConfiguration('static_ipaddress {\n  10.9.0.7/24 dev eth0\n}\n');
    child = startKeepalived();
    const report = await askUntil(
      () => appliance.readRuntime(),
      ({ ok }) => ok,
    );
    assert.ok(report.ok, JSON.stringify(report));
    assert.deepEqual(report.instances, []);
  });

  it('is not said where somebody put a folder in the place of the dump: the other dump is read', async () => {
    child = startKeepalived();
    await lookUntil('Active');
    mkdirSync('/tmp/keepalived.json/full', { recursive: true });
    execFileSync('chown', ['65534', '/tmp/keepalived.json']);
    const { status, instance } = await look();
    assert.equal(instance.state, 'Active');
    const alarm = status.alarms.find(({ code }) => code === 'dump-in-the-way');
    assert.match(
      alarm?.sentence ?? '',
      /keepalived\.json is a folder of nobody \(uid 65534\).*rm -r \S*\/tmp\/keepalived\.json$/,
    );
    assert.deepEqual(
      readdirSync('/tmp').filter((name) => name.startsWith('keepalived')),
      ['keepalived.json'],
    );
  });

  it('does not believe a dump that others may write (umask 0)', async () => {
    writeConfiguration(`global_defs {\n  umask 0\n}\n${goodConfiguration}`);
    child = startKeepalived();
    const { instance } = await askUntil(look, ({ instance: { reason } }) =>
      (reason ?? '').includes('others'),
    );
    assert.equal(instance.state, 'Unknown');
    assert.match(instance.reason ?? '', /users other than root/i);
  });
}

if (inPrivateNamespaces(import.meta.url)) describe('a keepalived that hangs', defineTests);
