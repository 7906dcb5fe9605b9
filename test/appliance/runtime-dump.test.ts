import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { constants } from 'node:os';
import { afterEach, before, beforeEach, describe, it } from 'node:test';
import { createDaemonReader } from '../../server/appliance/daemon/daemon-process.ts';
import { survivesSignal } from '../../server/appliance/daemon/process-table.ts';
import { createDumpReaders } from '../../server/appliance/daemon/runtime-dump.ts';
import { readRootFile } from '../../server/appliance/files/read-root-file.ts';
import {
  askUntil,
  end,
  goodConfiguration,
  pidPath,
  preparePrivateMachine,
  startKeepalived,
  writeConfiguration,
} from './private-keepalived.ts';
import { inPrivateNamespaces } from './private-namespaces.ts';

const dumpPath = '/tmp/keepalived.json';

function defineTests(): void {
  const readDaemon = createDaemonReader(pidPath);
  const { readRuntime: read } = createDumpReaders(readDaemon, '/run/dump-turn');
  let child: ChildProcess;
  const start = async (env: Record<string, string> = {}) => {
    child = startKeepalived([], env);
    await askUntil(readDaemon, (daemon) => daemon.state === 'running');
  };
  const readOk = async (reader = read) => {
    const report = await askUntil(reader, ({ ok }) => ok);
    assert.ok(report.ok, JSON.stringify(report));
    return report;
  };
  const secretsLeft = (folder = '/tmp') =>
    readdirSync(folder).filter((name) => name.startsWith('keepalived'));

  before(preparePrivateMachine);
  beforeEach(() => {
    writeConfiguration(goodConfiguration);
  });
  afterEach(async () => {
    await end(child);
    for (const name of secretsLeft()) rmSync(`/tmp/${name}`, { recursive: true });
  });

  it('reports what the daemon says, and leaves no secret behind', async () => {
    await start();
    const report = await askUntil(readOk, ({ instances }) => instances[0]?.state === 'MASTER');
    assert.equal(report.source, 'json');
    const [instance] = report.instances;
    assert.equal(instance?.name, 'VI_1');
    assert.equal(instance.state, 'MASTER');
    assert.equal(instance.effectivePriority, 101);
    assert.equal(instance.addresses[0]?.cidr, '10.9.0.100/24');
    assert.doesNotMatch(JSON.stringify(report), /s3cr3t/);
    assert.deepEqual(secretsLeft(), []);
  });

  it('never believes an old dump', async () => {
    await start();
    await readOk();
    writeFileSync(dumpPath, '[]');
    assert.equal((await readOk()).instances.length, 1);
  });

  it('survives being asked from the first moment of a daemon on', async () => {
    for (let round = 0; round < 3; round += 1) {
      child = startKeepalived();
      await readOk();
      assert.equal(child.exitCode, null);
      assert.equal(child.signalCode, null);
      await end(child);
    }
  });

  it('can tell whom a signal would kill', async () => {
    child = spawn('env', ['--ignore-signal=USR2', 'sleep', '60']);
    const pid = child.pid ?? 0;
    await askUntil(
      () => survivesSignal(pid, constants.signals.SIGUSR2),
      (survives) => survives,
    );
    assert.equal(await survivesSignal(pid, constants.signals.SIGUSR2), true);
    assert.equal(await survivesSignal(pid, constants.signals.SIGUSR1), false);
    assert.equal(await survivesSignal(pid, 36), false);
    await end(child);
    assert.equal(await survivesSignal(pid, constants.signals.SIGUSR2), false);
  });

  it('takes one dump for calls at the same time', async () => {
    await start();
    await readOk();
    const reports = await Promise.all([read(), read(), read()]);
    assert.ok(reports[0].ok);
    assert.equal(reports[1], reports[0]);
    assert.equal(reports[2], reports[0]);
  });

  it('finds the dump where TMPDIR puts it', async () => {
    mkdirSync('/run/dumps');
    await start({ TMPDIR: '/run/dumps' });
    assert.equal((await readOk()).instances.length, 1);
    assert.deepEqual(secretsLeft('/run/dumps'), []);
    assert.deepEqual(secretsLeft(), []);
  });

  it('finds the dump in the private /tmp of the daemon', async () => {
    const inPrivateTmp = 'mount -t tmpfs tmpfs /tmp && exec keepalived --dont-fork';
    child = spawn('unshare', ['--mount', '--propagation=private', 'sh', '-c', inPrivateTmp]);
    assert.equal((await readOk()).instances.length, 1);
    const { pid } = child;
    assert.equal(existsSync(`/proc/${pid ?? 0}/root${dumpPath}`), false);
  });

  it('replaces what was planted in its place', async () => {
    await start();
    await readOk();
    writeFileSync('/run/victim', '[]');
    symlinkSync('/run/victim', dumpPath);
    assert.equal((await readOk()).instances.length, 1);
    assert.ok(existsSync('/run/victim'), 'the link was removed, not what it leads to');
    writeFileSync(dumpPath, '[]');
    chownSync(dumpPath, 65534, 65534);
    assert.equal((await readOk()).instances.length, 1);
    mkdirSync(dumpPath);
    const report = await readOk();
    assert.equal(report.source, 'text');
    assert.match(report.impediment ?? '', /\/tmp\/keepalived\.json is a folder of root/);
  });

  it('refuses files that are not regular or not of root', async () => {
    const refusals = new Map([
      ['/tmp/keepalived-link', /symbolic link/],
      ['/tmp/keepalived-fifo', /not a regular file/],
      ['/tmp/keepalived-folder', /not a regular file/],
      ['/tmp/keepalived-foreign', /does not belong to root, but to nobody \(uid 65534\)/],
      ['/tmp/keepalived-writable', /can be written by users other than root/],
      ['/tmp/keepalived-missing', /does not exist/],
    ]);
    symlinkSync('/etc/passwd', '/tmp/keepalived-link');
    execFileSync('mkfifo', ['/tmp/keepalived-fifo']);
    mkdirSync('/tmp/keepalived-folder');
    writeFileSync('/tmp/keepalived-foreign', '[]');
    chownSync('/tmp/keepalived-foreign', 65534, 65534);
    writeFileSync('/tmp/keepalived-writable', '[]');
    chmodSync('/tmp/keepalived-writable', 0o666);
    for (const [path, reason] of refusals) {
      const file = await readRootFile(path);
      assert.ok(!file.ok, path);
      assert.match(file.reason, reason);
    }
    writeFileSync('/tmp/keepalived-good', 'text');
    assert.deepEqual(await readRootFile('/tmp/keepalived-good'), { ok: true, text: 'text' });
  });

  it('says plainly why there is no account', async () => {
    await end(child);
    assert.deepEqual(await read(), { ok: false, reason: 'keepalived is not running.' });

    writeConfiguration('global_defs {\n}\n');
    await start();
    const withoutChild = await read();
    assert.ok(!withoutChild.ok);
    assert.match(withoutChild.reason, /without a VRRP process/);
    await end(child);

    // A VRRP process, but no instance: no JSON dump is ever written.
    writeConfiguration('static_ipaddress {\n  10.9.0.7/24 dev eth0\n}\n');
    await start();
    assert.deepEqual(await readOk(), { ok: true, instances: [], source: 'text' });
  });
}

if (inPrivateNamespaces(import.meta.url)) describe('the runtime reader', defineTests);
