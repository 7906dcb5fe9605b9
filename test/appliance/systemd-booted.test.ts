import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import test, { before, describe, it } from 'node:test';
import { createDaemonReader } from '../../server/appliance/daemon/daemon-process.ts';
import { findServiceManager } from '../../server/appliance/services/service-managers/find-service-manager.ts';
import { createSystemd } from '../../server/appliance/services/service-managers/systemd.ts';
import { programWords } from '../program-words.ts';
import { bootSystemd } from './booted-systemd.ts';
import {
  addInterface,
  askUntil,
  configPath,
  end,
  fatalConfiguration,
  goodConfiguration,
  pidPath,
  startKeepalived,
  writeConfiguration,
} from './private-keepalived.ts';

const marker = 'WAI_TEST_IN_BOOTED_SYSTEMD';

function defineTests(): void {
  const readDaemon = createDaemonReader(pidPath);
  const manager = createSystemd(readDaemon);
  before(addInterface);

  it('is found', async () => {
    const keepalived = { configPath, pidPath, extraArguments: [] };
    const found = await findServiceManager({ serviceManager: 'auto', keepalived }, readDaemon);
    assert.equal(found.name, 'systemd');
  });

  it('starts, reloads, restarts and stops keepalived', async () => {
    writeConfiguration(goodConfiguration);
    const started = await manager.control('keepalived', 'start');
    assert.equal(started.result, 'ok', started.output);
    const daemon = await readDaemon();
    assert.ok(daemon.state === 'running' && daemon.vrrpPid !== undefined);
    assert.match(started.output, new RegExp(`running \\(pid ${daemon.pid}\\)`));
    assert.deepEqual(await manager.isRunning('keepalived'), { known: true, running: true });
    assert.equal((await manager.control('keepalived', 'reload')).result, 'ok');
    assert.equal((await manager.control('keepalived', 'restart')).result, 'ok');
    const restarted = await readDaemon();
    assert.ok(restarted.state === 'running' && restarted.pid !== daemon.pid);
    assert.equal((await manager.control('keepalived', 'stop')).result, 'ok');
    assert.equal((await readDaemon()).state, 'stopped');
    assert.deepEqual(await manager.isRunning('keepalived'), { known: true, running: false });
  });

  it('shows the last lines of the log with a failed start', async () => {
    writeConfiguration(fatalConfiguration);
    const report = await manager.control('keepalived', 'start');
    assert.deepEqual([report.result, report.exitCode], ['exited', 1]);
    assert.match(report.output, /keepalived\.service failed/);
    assert.match(report.output, /permanent error CONFIG/);
  });

  it('does not believe a start that systemd calls a success', async () => {
    // The unit's ConditionFileNotEmpty is not met: skipped, exit code 0.
    writeConfiguration('');
    const report = await manager.control('keepalived', 'start');
    assert.deepEqual([report.result, report.exitCode], ['exited', 0]);
    assert.match(report.output, /keepalived is not running/);
    assert.match(report.output, /ConditionFileNotEmpty/);
  });

  it('shows why there is nothing to reload', async () => {
    const report = await manager.control('keepalived', 'reload');
    assert.equal(report.result, 'exited');
    assert.match(report.output, /not active|inactive|failed/);
  });

  it('does not call a daemon stopped that systemd did not start', async () => {
    writeConfiguration(goodConfiguration);
    const child = startKeepalived();
    await askUntil(readDaemon, ({ state }) => state === 'running');
    const report = await manager.control('keepalived', 'stop');
    assert.equal(report.result, 'exited');
    assert.match(report.output, new RegExp(`still running \\(pid ${child.pid ?? 0}`));
    await end(child);
  });

  it('refuses to start a unit that does not exist', async () => {
    const report = await manager.control('no-such-service', 'start');
    assert.equal(report.result, 'exited');
    assert.match(report.output, /no-such-service\.service not found/);
    assert.deepEqual(await manager.isRunning('no-such-service'), { known: true, running: false });
  });
}

if (process.env[marker] === '1') {
  describe('systemd', defineTests);
} else {
  test('under a booted systemd', async () => {
    const systemd = await bootSystemd();
    try {
      const program = programWords(new URL(import.meta.url)).map((word) =>
        systemd.insidePath(word),
      );
      const words = [process.execPath, '--test-reporter=spec', ...program];
      const env = { ...process.env, [marker]: '1', NODE_TEST_CONTEXT: undefined };
      const child = spawn('nsenter', [...systemd.enterArguments, ...words], {
        env,
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const output: Buffer[] = [];
      child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
      const [exitCode] = (await once(child, 'close')) as [number | null];
      const text = Buffer.concat(output).toString();
      assert.equal(exitCode, 0, text);
      assert.match(text, /pass [1-9]/, text);
    } finally {
      await systemd.end();
    }
  });
}
