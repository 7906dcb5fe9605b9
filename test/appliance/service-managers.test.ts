import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { afterEach, before, beforeEach, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { runCommand } from '../../server/appliance/commands/run-command.ts';
import { createDaemonReader } from '../../server/appliance/daemon/daemon-process.ts';
import { findServiceManager } from '../../server/appliance/services/service-managers/find-service-manager.ts';
import type { ServiceManager } from '../../server/appliance/services/service-managers/service-manager.ts';
import { createSupervised } from '../../server/appliance/services/service-managers/supervised.ts';
import { createSystemd } from '../../server/appliance/services/service-managers/systemd.ts';
import { createSysv } from '../../server/appliance/services/service-managers/sysv.ts';
import { readServices } from '../../server/appliance/services/services.ts';
import {
  askUntil,
  configPath,
  end,
  fatalConfiguration,
  goodConfiguration,
  mountTmpfs,
  pidPath,
  preparePrivateMachine,
  writeConfiguration,
} from './private-keepalived.ts';
import { inPrivateNamespaces } from './private-namespaces.ts';

const keepalived = { configPath, pidPath, extraArguments: [] };
const readDaemon = createDaemonReader(pidPath);
let helpers: ChildProcess[] = [];

async function startSleep(): Promise<number> {
  const child = spawn('sleep', ['60']);
  helpers.push(child);
  await askUntil(
    () => Promise.resolve(readFileSync(`/proc/${child.pid ?? 0}/comm`, 'utf8').trim()),
    (name) => name === 'sleep',
  );
  return child.pid ?? 0;
}

async function readRunning() {
  const daemon = await readDaemon();
  assert.ok(daemon.state === 'running', JSON.stringify(daemon));
  return daemon;
}

function defineTests(): void {
  before(preparePrivateMachine);
  beforeEach(() => {
    writeConfiguration(goodConfiguration);
  });
  afterEach(async () => {
    const daemon = await readDaemon();
    if (daemon.state === 'running') {
      process.kill(daemon.pid);
      await askUntil(readDaemon, ({ state }) => state === 'stopped');
    }
    for (const child of helpers) await end(child);
    helpers = [];
    for (const name of ['keepalived', 'vrrp', 'checkers'])
      rmSync(`/run/${name}.pid`, { force: true });
  });

  describe('supervised', defineSupervisedTests);
  describe('sysv', defineSysvTests);
  describe('systemd', defineSystemdTests);

  it('is found by what the machine has, or taken from the settings', async () => {
    const find = async (serviceManager: 'auto' | 'systemd' | 'sysv' | 'supervised') =>
      (await findServiceManager({ serviceManager, keepalived }, readDaemon)).name;
    assert.equal(await find('auto'), 'sysv');
    mkdirSync('/run/systemd/system', { recursive: true });
    assert.equal(await find('auto'), 'systemd');
    for (const name of ['systemd', 'sysv', 'supervised'] as const) {
      assert.equal(await find(name), name);
    }
    rmSync('/run/systemd', { recursive: true });
    mountTmpfs('/etc/init.d');
    assert.equal(await find('auto'), 'supervised');
  });
}

/** Its VRRP process takes a second to end, and keepalived does not start beside it, with exit code 0. */
async function startAfterKill(manager: ServiceManager): Promise<void> {
  assert.equal((await manager.control('keepalived', 'start')).result, 'ok');
  const { pid } = await readRunning();
  process.kill(pid, 'SIGKILL');
  const left = await askUntil(readDaemon, ({ state }) => state === 'stopped');
  assert.ok(left.state === 'stopped' && left.leftChildPids.length > 0, JSON.stringify(left));
  const started = await manager.control('keepalived', 'start');
  assert.equal(started.result, 'ok', started.output);
  assert.notEqual((await readRunning()).pid, pid);
}

function defineSupervisedTests(): void {
  const manager = createSupervised(keepalived, readDaemon);

  it('starts, reloads, restarts and stops the daemon', async () => {
    const started = await manager.control('keepalived', 'start');
    assert.equal(started.result, 'ok', started.output);
    assert.equal(
      started.command,
      `keepalived --dont-fork --use-file=${configPath} --pid=${pidPath} --vrrp_pid=/run/vrrp.pid`,
    );
    const { pid, vrrpPid } = await readRunning();
    assert.ok(vrrpPid);
    assert.deepEqual(await manager.isRunning('keepalived'), { known: true, running: true });

    const reloaded = await manager.control('keepalived', 'reload');
    assert.deepEqual([reloaded.result, reloaded.command], ['ok', `kill -HUP ${pid}`]);
    assert.equal((await readRunning()).pid, pid);

    const restarted = await manager.control('keepalived', 'restart');
    assert.equal(restarted.result, 'ok', restarted.output);
    assert.notEqual((await readRunning()).pid, pid);

    const again = (await readRunning()).pid;
    const stopped = await manager.control('keepalived', 'stop');
    assert.deepEqual([stopped.result, stopped.command], ['ok', `kill -TERM ${again}`]);
    assert.equal(existsSync(`/proc/${again}/exe`), false);
    assert.deepEqual(await manager.isRunning('keepalived'), { known: true, running: false });
    assert.deepEqual(
      readdirSync(tmpdir()).filter((name) => name.startsWith('keepalived-start')),
      [],
    );
  });

  it('starts a daemon that outlives the program, and the next program takes it over', async () => {
    const url = (name: string) =>
      JSON.stringify(fileURLToPath(new URL(`../../server/appliance/${name}`, import.meta.url)));
    const program = `
      import { createDaemonReader } from ${url('daemon/daemon-process.ts')};
      import { createSupervised } from ${url('services/service-managers/supervised.ts')};
      const readDaemon = createDaemonReader('${pidPath}');
      const manager = createSupervised(${JSON.stringify(keepalived)}, readDaemon);
      const report = await manager.control('keepalived', 'start');
      console.log(report.result, (await readDaemon()).pid);`;
    const words = ['--import', 'tsx', '--input-type=module', '--eval', program];
    const cwd = fileURLToPath(new URL('../..', import.meta.url));
    const other = await runCommand(process.execPath, words, { cwd, timeoutMs: 30_000 });
    assert.equal(other.kind, 'ok', other.stderr);
    const { pid } = await readRunning();
    assert.equal(other.stdout.trim(), `ok ${pid}`);
    const second = await manager.control('keepalived', 'start');
    assert.equal(second.result, 'ok');
    assert.match(second.output, new RegExp(`already running \\(pid ${pid}\\)`));
    assert.equal((await manager.control('keepalived', 'stop')).result, 'ok');
    assert.equal((await readDaemon()).state, 'stopped');
  });

  it('says what the exit code means when the configuration is fatal or missing', async () => {
    writeConfiguration(fatalConfiguration);
    const fatal = await manager.control('keepalived', 'start');
    assert.deepEqual([fatal.result, fatal.exitCode], ['exited', 2]);
    assert.match(
      fatal.output,
      /not running.*\n.*exited with code 2: the configuration has an error/,
    );
    rmSync(configPath);
    const missing = await manager.control('keepalived', 'start');
    assert.deepEqual([missing.result, missing.exitCode], ['exited', 6]);
    assert.match(missing.output, /missing or cannot be read/);
  });

  it('shows what the daemon printed', async () => {
    const wrong = createSupervised({ ...keepalived, extraArguments: ['--nope'] }, readDaemon);
    const report = await wrong.control('keepalived', 'start');
    assert.deepEqual([report.result, report.exitCode], ['exited', 1]);
    assert.match(report.output, /--nope/);
    assert.match(report.output, /WAI_KEEPALIVED_ARGS/);
  });

  it('removes pid files of other programs and without a pid, and says so', async () => {
    const pid = await startSleep();
    writeFileSync(pidPath, String(pid));
    writeFileSync('/run/vrrp.pid', String(pid));
    writeFileSync('/run/checkers.pid', 'garbage');
    const report = await manager.control('keepalived', 'start');
    assert.equal(report.result, 'ok', report.output);
    assert.match(
      report.output,
      new RegExp(`Removed ${pidPath}: it named process ${pid}, which is sleep and not keepalived.`),
    );
    assert.match(report.output, /Removed \/run\/vrrp\.pid/);
    assert.match(report.output, /Removed \/run\/checkers\.pid: it held no process id/);
    assert.ok(existsSync(`/proc/${pid}/exe`), 'the other program is left alone');
  });

  it('starts in spite of the pid file of a process that is gone', async () => {
    writeFileSync(pidPath, '4000000');
    assert.equal((await manager.control('keepalived', 'start')).result, 'ok');
  });

  it('starts at once after a daemon was killed: what it left behind is waited for', () =>
    startAfterKill(manager));

  it('says what blocks a start: a process that a killed daemon left behind', async () => {
    await manager.control('keepalived', 'start');
    const { pid, vrrpPid } = await readRunning();
    assert.ok(vrrpPid);
    process.kill(vrrpPid, 'SIGSTOP');
    process.kill(pid, 'SIGKILL');
    try {
      await askUntil(readDaemon, ({ state }) => state === 'stopped');
      const report = await manager.control('keepalived', 'start');
      assert.equal(report.result, 'exited');
      assert.match(
        report.output,
        new RegExp(`left and blocks a start: process ${vrrpPid}\\. Kill it`),
      );
    } finally {
      process.kill(vrrpPid, 'SIGCONT');
    }
    assert.equal((await manager.control('keepalived', 'start')).result, 'ok');
  });

  it('starts in spite of a daemon that is dead but was never collected', async () => {
    // The shell becomes a sleep that never collects its child.
    helpers.push(
      spawn('sh', ['-c', 'keepalived --dont-fork & exec sleep 60'], { stdio: 'ignore' }),
    );
    const { pid } = await askUntil(readDaemon, ({ state }) => state === 'running').then(
      readRunning,
    );
    process.kill(pid, 'SIGKILL');
    await askUntil(readDaemon, ({ state }) => state === 'stopped');
    const report = await manager.control('keepalived', 'start');
    assert.equal(report.result, 'ok', report.output);
    assert.match(report.output, new RegExp(`named process ${pid}, which is a zombie`));
  });

  it('runs without a vrrp_instance, and says so', async () => {
    writeConfiguration('global_defs {\n}\n');
    const report = await manager.control('keepalived', 'start');
    assert.equal(report.result, 'ok');
    assert.match(report.output, /no vrrp_instance/);
  });

  it('has nothing to reload or stop when keepalived is not running', async () => {
    assert.equal((await manager.control('keepalived', 'reload')).result, 'exited');
    const stopped = await manager.control('keepalived', 'stop');
    assert.equal(stopped.result, 'ok');
    assert.match(stopped.output, /not running/);
  });

  it('knows no other service', async () => {
    const report = await manager.control('ssh', 'start');
    assert.equal(report.result, 'exited');
    assert.match(report.output, /^ssh .* keepalived only/);
    assert.equal((await manager.isRunning('ssh')).known, false);
  });
}

function defineSysvTests(): void {
  const manager = createSysv(readDaemon);

  it('starts, restarts and stops the daemon by its real init script', async () => {
    const started = await manager.control('keepalived', 'start');
    assert.deepEqual([started.result, started.command], ['ok', 'service keepalived start']);
    const { pid } = await readRunning();
    assert.match(started.output, new RegExp(`running \\(pid ${pid}\\)`));
    const reloaded = await manager.control('keepalived', 'reload');
    assert.equal(reloaded.result, 'ok', reloaded.output);
    const restarted = await manager.control('keepalived', 'restart');
    assert.equal(restarted.result, 'ok', restarted.output);
    assert.equal(restarted.command, 'service keepalived stop && service keepalived start');
    assert.notEqual((await readRunning()).pid, pid);
    assert.equal((await manager.control('keepalived', 'stop')).result, 'ok');
    assert.equal((await readDaemon()).state, 'stopped');
  });

  it('starts at once after a daemon was killed: what it left behind is waited for', () =>
    startAfterKill(manager));

  it('does not believe the exit code 0 of a start that failed', async () => {
    writeConfiguration(fatalConfiguration);
    const report = await manager.control('keepalived', 'start');
    assert.deepEqual([report.result, report.exitCode], ['exited', 0]);
    assert.match(report.output, /keepalived is not running/);
  });

  it('says what to do about a pid file of another program', async () => {
    const pid = await startSleep();
    writeFileSync(pidPath, String(pid));
    const report = await manager.control('keepalived', 'start');
    assert.equal(report.result, 'exited');
    assert.match(
      report.output,
      new RegExp(`${pidPath} names process ${pid}, which is sleep .* remove the file`),
    );
  });

  it('reads the status of other services by the codes of LSB', async () => {
    mountTmpfs('/etc/init.d');
    const write = (name: string, exitCode: number) => {
      writeFileSync(
        `/etc/init.d/${name}`,
        `#!/bin/sh\n# Short-Description: The ${name} service\nexit ${exitCode}\n`,
        { mode: 0o755 },
      );
    };
    write('up', 0);
    write('down', 3);
    write('broken', 4);
    assert.deepEqual(await manager.isRunning('up'), { known: true, running: true });
    assert.deepEqual(await manager.isRunning('down'), { known: true, running: false });
    assert.equal((await manager.isRunning('broken')).known, false);
    assert.equal((await manager.isRunning('absent')).known, false);
    assert.equal((await manager.control('absent', 'start')).result, 'notStarted');
    const bootTool = {
      read: () => Promise.resolve({ known: false, reason: 'not asked' } as const),
      set: () => Promise.reject(new Error('not asked')),
    };
    const services = await readServices(['up', 'keepalived'], { manager, bootTool, readDaemon });
    assert.deepEqual(services, [
      {
        name: 'up',
        description: 'The up service',
        startOnBoot: { known: false, reason: 'not asked' },
        running: { known: true, running: true },
      },
      {
        name: 'keepalived',
        description: 'Keepalive Daemon (LVS and VRRP)',
        startOnBoot: { known: false, reason: 'not asked' },
        running: { known: true, running: false },
      },
    ]);
    await runCommand('umount', ['/etc/init.d']);
  });

  it('refuses names that are options or paths', async () => {
    for (const name of ['--status-all', '../../tmp/x', '', 'a b', 'a\n']) {
      await assert.rejects(() => manager.control(name, 'start'), TypeError);
    }
  });
}

function defineSystemdTests(): void {
  const manager = createSystemd(readDaemon);

  it('says why where systemd was not booted', async () => {
    const report = await manager.control('keepalived', 'start');
    assert.equal(report.result, 'exited');
    assert.equal(report.command, 'systemctl --no-ask-password start -- keepalived.service');
    assert.match(report.output, /not been booted with systemd/);
    const running = await manager.isRunning('ssh');
    assert.ok(!running.known);
    assert.match(running.reason, /not been booted with systemd/);
  });
}

if (inPrivateNamespaces(import.meta.url)) describe('service managers', defineTests);
