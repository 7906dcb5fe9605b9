import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { afterEach, before, beforeEach, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { createConfigurationIdReader } from '../../server/appliance/daemon/configuration-id.ts';
import { createDaemonReader } from '../../server/appliance/daemon/daemon-process.ts';
import { readHostName } from '../../server/shared/own-hosts.ts';
import {
  askUntil,
  end,
  goodConfiguration,
  mountTmpfs,
  pidPath,
  preparePrivateMachine,
  createDaemons,
  writeConfiguration,
} from './private-keepalived.ts';
import { inPrivateNamespaces } from './private-namespaces.ts';

function defineTests(): void {
  const read = createDaemonReader(pidPath);
  const readRunning = async (reader = read) => {
    const daemon = await askUntil(
      reader,
      (answer) => answer.state === 'running' && answer.vrrpPid !== undefined,
    );
    assert.ok(daemon.state === 'running', JSON.stringify(daemon));
    return daemon;
  };
  const { remember, start, endAll } = createDaemons();

  before(preparePrivateMachine);
  beforeEach(() => {
    writeConfiguration(goodConfiguration);
  });
  afterEach(endAll);

  it('says stopped where there is no pid file', async () => {
    assert.deepEqual(await read(), {
      state: 'stopped',
      stalePidFile: undefined,
      leftChildPids: [],
    });
  });

  it('finds a running daemon, its VRRP child, its start and its version', async () => {
    const startedAtMs = Date.now();
    const child = start();
    const daemon = await readRunning();
    assert.equal(daemon.pid, child.pid);
    assert.equal(daemon.vrrpPid, Number(readFileSync('/run/vrrp.pid', 'utf8')));
    assert.deepEqual(daemon.childPids, [daemon.vrrpPid]);
    assert.match(daemon.version ?? '', /^\d+\.\d+\.\d+$/);
    assert.ok(Math.abs(daemon.startedAtMs - startedAtMs) < 500, 'the start, from the kernel');
    await sleep(30);
    assert.equal(
      (await readRunning()).startedAtMs,
      daemon.startedAtMs,
      'the start does not wander',
    );
    await end(child);
    assert.equal((await read()).state, 'stopped');
  });

  it('finds the VRRP child where an argument puts its pid file, and without any pid file', async () => {
    for (const words of [['--vrrp_pid=/run/other.pid'], ['-r', '/run/other.pid']]) {
      const child = start(words);
      const { vrrpPid } = await readRunning();
      assert.equal(vrrpPid, Number(readFileSync('/run/other.pid', 'utf8')));
      rmSync('/run/other.pid');
      assert.equal((await readRunning()).vrrpPid, vrrpPid);
      await end(child);
    }
  });

  it('tells the VRRP child from the healthchecker, also with an instance name', async () => {
    writeConfiguration(
      `instance foo\n${goodConfiguration}\nvirtual_server 10.9.0.100 80 {\n  protocol TCP\n}\n`,
    );
    start(['--all']);
    const instancePidPath = '/run/keepalived/keepalived_foo.pid';
    const { vrrpPid, childPids } = await readRunning(createDaemonReader(instancePidPath));
    assert.ok(childPids.length > 1, 'there are other children too');
    assert.equal(vrrpPid, Number(readFileSync('/run/keepalived/vrrp_foo.pid', 'utf8')));
  });

  it('says so when the VRRP child is missing', async () => {
    writeConfiguration('global_defs {\n}\n');
    const child = start();
    const daemon = await askUntil(read, ({ state }) => state === 'running');
    assert.ok(daemon.state === 'running');
    assert.equal(daemon.pid, child.pid);
    assert.equal(daemon.vrrpPid, undefined);
    assert.deepEqual(daemon.childPids, []);
  });

  it('knows a daemon whose program was replaced, and its own version', async () => {
    mkdirSync('/tmp/programs');
    copyFileSync('/usr/sbin/keepalived', '/tmp/programs/keepalived');
    remember(spawn('/tmp/programs/keepalived', ['--dont-fork'], { stdio: 'ignore' }));
    const reader = createDaemonReader(pidPath);
    await askUntil(read, ({ state }) => state === 'running');
    rmSync('/tmp/programs/keepalived');
    const daemon = await readRunning(reader);
    assert.match(daemon.version ?? '', /^\d+\.\d+\.\d+$/);
  });

  it('names the program that a stale pid file leads to', async () => {
    const other = remember(spawn('sleep', ['60']));
    writeFileSync(pidPath, `${other.pid ?? 0}\n`);
    assert.deepEqual(await read(), {
      state: 'stopped',
      stalePidFile: { path: pidPath, pid: other.pid, otherProgram: 'sleep' },
      leftChildPids: [],
    });
  });

  it('is not fooled by a name, a dead process, or garbage', async () => {
    copyFileSync('/usr/bin/sleep', '/tmp/keepalived-impostor');
    const impostor = remember(spawn('/tmp/keepalived-impostor', ['60'], { argv0: 'keepalived' }));
    writeFileSync(pidPath, String(impostor.pid));
    assert.equal((await read()).state, 'stopped');
    await end(impostor);
    assert.deepEqual(await read(), {
      state: 'stopped',
      stalePidFile: { path: pidPath, pid: impostor.pid, otherProgram: undefined },
      leftChildPids: [],
    });
    for (const garbage of ['', 'garbage', '-1', '0', '12 34', '1e3']) {
      writeFileSync(pidPath, garbage);
      assert.deepEqual(await read(), {
        state: 'stopped',
        stalePidFile: { path: pidPath, pid: 0, otherProgram: undefined },
        leftChildPids: [],
      });
    }
  });

  it('knows what the daemon compares “@id” lines with', async () => {
    assert.equal(await createConfigurationIdReader(read, [])(), readHostName());
    assert.equal(await createConfigurationIdReader(read, ['--config-id=two'])(), 'two');
    remember(spawn('keepalived', ['--dont-fork', '-i', 'one'], { stdio: 'ignore' }));
    await askUntil(read, ({ state }) => state === 'running');
    assert.equal(await createConfigurationIdReader(read, ['--config-id=two'])(), 'one');
  });

  it('calls nobody left whose daemon lives, though its pid file is gone', async () => {
    remember(spawn('keepalived', ['--dont-fork'], { stdio: 'ignore' }));
    await askUntil(readRunning, (daemon) => daemon.vrrpPid !== undefined);
    const text = readFileSync(pidPath, 'utf8');
    rmSync(pidPath);
    const isFound = await askUntil(read, (daemon) => 'lostPidFile' in daemon);
    assert.equal(isFound.state, 'running');
    writeFileSync(pidPath, text);
  });

  it('names the children that outlived their daemon, until they end', async () => {
    remember(spawn('keepalived', ['--dont-fork'], { stdio: 'ignore' }));
    const { pid, vrrpPid } = await askUntil(readRunning, (daemon) => daemon.vrrpPid !== undefined);
    assert.ok(vrrpPid);
    process.kill(vrrpPid, 'SIGSTOP');
    process.kill(pid, 'SIGKILL');
    const left = await askUntil(read, ({ state }) => state === 'stopped');
    assert.deepEqual(left.state === 'stopped' && left.leftChildPids, [vrrpPid]);
    process.kill(vrrpPid, 'SIGCONT');
    await askUntil(
      read,
      (daemon) => daemon.state === 'stopped' && daemon.leftChildPids.length === 0,
    );
  });

  it('does not take a zombie for a running daemon', async () => {
    // The shell becomes a sleep that never collects its child.
    const parent = remember(
      spawn('sh', ['-c', `keepalived --dont-fork & exec sleep 60`], { stdio: 'ignore' }),
    );
    const { pid } = await readRunning();
    process.kill(pid, 'SIGKILL');
    const daemon = await askUntil(read, ({ state }) => state === 'stopped');
    assert.equal(daemon.state, 'stopped');
    // For a moment it is dying: no program any more, but not a zombie yet.
    const stat = await askUntil(
      () => Promise.resolve(readFileSync(`/proc/${pid}/stat`, 'utf8')),
      (text) => text.includes(') Z '),
    );
    assert.match(stat, /\) Z /);
    const dead = await read();
    assert.ok(dead.state === 'stopped');
    assert.deepEqual(dead.stalePidFile, { path: pidPath, pid, otherProgram: 'a zombie' });
    await end(parent);
  });

  it('says not-installed where there is no program and no daemon', async () => {
    mountTmpfs('/usr/sbin');
    assert.deepEqual(await read(), { state: 'not-installed' });
  });
}

if (inPrivateNamespaces(import.meta.url)) describe('the daemon reader', defineTests);
