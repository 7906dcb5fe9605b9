import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { afterEach, before, beforeEach, describe, it } from 'node:test';
import { createDaemonReader } from '../../server/appliance/daemon/daemon-process.ts';
import { createDumpReaders } from '../../server/appliance/daemon/runtime-dump.ts';
import { proveOutcome } from '../../server/appliance/services/service-managers/keepalived-outcome.ts';
import { createSupervised } from '../../server/appliance/services/service-managers/supervised.ts';
import { watchProcesses } from '../../server/appliance/watch/processes.ts';
import type { DaemonProcess } from '../../server/keepalived/proof/evidence.ts';
import {
  askUntil,
  configPath,
  createDaemons,
  goodConfiguration,
  pidPath,
  preparePrivateMachine,
  writeConfiguration,
} from './private-keepalived.ts';
import { inPrivateNamespaces } from './private-namespaces.ts';

const limitMs = 30_000;
type Running = Extract<DaemonProcess, { state: 'running' }>;

function defineTests(): void {
  const read = createDaemonReader(pidPath, configPath);
  const { readRuntime } = createDumpReaders(read, '/run/dump-turn');
  const manager = createSupervised({ configPath, pidPath, extraArguments: [] }, read);
  const { remember, serve, endAll } = createDaemons();
  const readLost = async (): Promise<Running> => {
    const isLost = (daemon: DaemonProcess) =>
      daemon.state === 'running' && daemon.lostPidFile !== undefined;
    const daemon = await askUntil(read, isLost, limitMs);
    assert.ok(daemon.state === 'running', JSON.stringify(daemon));
    return daemon;
  };
  const countDaemons = () =>
    execFileSync('pgrep', [
      '--full',
      '^keepalived --dont-fork',
      '--ns',
      String(process.pid),
      '--nslist',
      'net',
    ])
      .toString()
      .trim()
      .split('\n').length;

  before(preparePrivateMachine);
  beforeEach(() => {
    writeConfiguration(goodConfiguration);
  });
  afterEach(endAll);

  it('finds a keepalived whose pid files were deleted, asks it, and starts no second', async () => {
    const { pid } = await serve();
    await askUntil(read, ({ state }) => state === 'running', limitMs);
    execFileSync('find', ['/run', '-name', '*.pid', '-delete']);
    const daemon = await readLost();
    assert.equal(daemon.pid, pid);
    assert.deepEqual(daemon.lostPidFile, { path: pidPath, pid: undefined, ownPath: undefined });
    assert.deepEqual(daemon.childPids, [daemon.vrrpPid]);
    const runtime = await askUntil(readRuntime, ({ ok }) => ok, limitMs);
    assert.ok(runtime.ok, JSON.stringify(runtime));
    assert.equal(runtime.instances[0]?.state, 'MASTER');

    const before = countDaemons();
    const report = await manager.control('keepalived', 'start');
    assert.match(report.output, /already running/);
    for (const action of ['start', 'restart'] as const) {
      let wasCalled = false;
      const refused = await proveOutcome(action, read, () => {
        wasCalled = true;
        return Promise.resolve(report);
      });
      assert.ok(!wasCalled, `no unit or init script is told to ${action}`);
      assert.match(refused.output, new RegExp(`already running \\(pid ${pid ?? ''}\\)`));
    }
    assert.equal(countDaemons(), before, 'no second one');

    const stopped = await manager.control('keepalived', 'stop');
    assert.equal(stopped.result, 'ok', stopped.output);
    assert.equal((await read()).state, 'stopped');
  });

  it('finds a keepalived beside a pid file that names another program, or nothing', async () => {
    const { pid } = await serve();
    const other = remember(spawn('sleep', ['600'], { stdio: 'ignore' }));
    for (const [text, named] of [
      [`${other.pid ?? ''}\n`, other.pid],
      ['garbage', 0],
    ] as const) {
      writeFileSync(pidPath, text);
      const daemon = await readLost();
      assert.equal(daemon.pid, pid);
      assert.equal(daemon.lostPidFile?.pid, named);
    }
  });

  it('names the pid file that keepalived writes elsewhere, and its VRRP process by it', async () => {
    writeConfiguration(`${goodConfiguration}\nvirtual_server 10.9.0.100 80 {\n  protocol TCP\n}\n`);
    await serve(['--pid=/run/other.pid', '--vrrp_pid=/run/other-vrrp.pid']);
    const daemon = await readLost();
    assert.equal(daemon.lostPidFile?.ownPath, '/run/other.pid');
    assert.equal(daemon.vrrpPid, Number(readFileSync('/run/other-vrrp.pid', 'utf8')));
  });

  it('knows the VRRP process beside others, though all pid files are lost', async () => {
    const others = `bfd_instance B {\n  neighbor_ip 10.9.0.2\n  source_ip 10.9.0.1\n}\nvirtual_server 10.9.0.100 80 {\n  protocol TCP\n}\n`;
    writeConfiguration(`${goodConfiguration}\n${others}`);
    await serve();
    const vrrpPid = Number(readFileSync('/run/vrrp.pid', 'utf8'));
    execFileSync('find', ['/run', '-name', '*.pid', '-delete']);
    const daemon = await askUntil(
      readLost,
      ({ childPids, vrrpPid: found }) => childPids.length > 1 && found !== undefined,
      limitMs,
    );
    assert.ok(daemon.childPids.length > 1, 'it has other processes');
    assert.equal(daemon.vrrpPid, vrrpPid);
    // One that is left alone is not taken for it.
    process.kill(vrrpPid, 'SIGSTOP');
    assert.equal((await readLost()).vrrpPid, vrrpPid);
    process.kill(vrrpPid, 'SIGCONT');
  });

  it('names that of “instance” and “use_pid_dir”', async () => {
    writeConfiguration(`instance foo\nuse_pid_dir\n${goodConfiguration}`);
    await serve();
    assert.equal((await readLost()).lostPidFile?.ownPath, '/run/keepalived/keepalived_foo.pid');
  });

  it('does not know one that reads another file, and does not take it for ours', async () => {
    cpSync(configPath, '/tmp/other.conf');
    await serve(['--use-file=/tmp/other.conf', '--pid=/run/other.pid']);
    const daemon = await askUntil(read, ({ state }) => state === 'unknown', limitMs);
    assert.ok(daemon.state === 'unknown', JSON.stringify(daemon));
    assert.match(daemon.reason, /another configuration file, \/tmp\/other\.conf/);
    const report = await manager.control('keepalived', 'start');
    assert.equal(report.result, 'exited', report.output);
  });

  it('is none of ours in another network namespace', async () => {
    const daemonCommand = 'exec keepalived --dont-fork --pid=/run/other.pid';
    const link = 'ip link add eth0 type veth peer name peer0 && ip link set eth0 up';
    const child = remember(
      spawn('unshare', ['--net', 'sh', '-c', `${link} && ${daemonCommand}`], { stdio: 'ignore' }),
    );
    const readPid = () => Promise.resolve(readOptional('/run/other.pid'));
    const text = await askUntil(readPid, (answer) => answer !== '', limitMs);
    assert.equal(Number(text), child.pid, 'it runs');
    // Longer than a scan is kept.
    const seen: string[] = [];
    const untilMs = performance.now() + 1500;
    while (performance.now() < untilMs) seen.push((await read()).state);
    assert.deepEqual([...new Set(seen)], ['stopped']);
  });

  it('tells when one comes or goes that no pid file names', async () => {
    let changes = 0;
    const watch = await watchProcesses({ pidPath, configPath }, () => {
      changes += 1;
    });
    try {
      await serve(['--pid=/run/other.pid']);
      const hasCome = await askUntil(() => Promise.resolve(changes), Boolean, limitMs);
      assert.ok(hasCome > 0);
      await readLost();
    } finally {
      watch.close();
      rmSync('/run/other.pid', { force: true });
    }
  });
}

function readOptional(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

if (inPrivateNamespaces(import.meta.url)) describe('a lost pid file', defineTests);
