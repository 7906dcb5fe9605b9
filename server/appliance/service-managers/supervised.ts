import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Settings } from '../../settings.ts';
import type { CommandReport } from '../appliance.ts';
import { joinOutput } from '../command-report.ts';
import type { DaemonReader } from '../daemon-process.ts';
import { childPidPath } from '../pid-file.ts';
import { startDetached } from '../run-command.ts';
import { awaitRemains, awaitStart, awaitStop, stopThenStart } from './keepalived-outcome.ts';
import type { ServiceManager } from './service-manager.ts';
import { removeStalePidFiles } from './stale-pid-files.ts';

/** What the daemon's exit code means at a start (measured, 2.2.7; the manual's are wrong). */
const exitMeanings = new Map([
  [0, 'it found another keepalived running, or its network namespace is missing'],
  [1, 'an argument is wrong; see WAI_KEEPALIVED_ARGS'],
  [2, 'the configuration has an error that it cannot run with; the Keepalived Log says which'],
  [6, 'the configuration file is missing or cannot be read'],
]);

/**
 * Runs keepalived without any service manager, in containers and laboratories. The daemon outlives
 * this program; whichever daemon the pid file leads to is taken over. Knows no other service.
 */
export function createSupervised(
  { configPath, pidPath, extraArguments }: Settings['keepalived'],
  readDaemon: DaemonReader,
): ServiceManager {
  const daemonArguments = [
    '--dont-fork',
    `--use-file=${configPath}`,
    `--pid=${pidPath}`,
    `--vrrp_pid=${childPidPath(pidPath, 'vrrp')}`,
    ...extraArguments,
  ];
  const startCommand = ['keepalived', ...daemonArguments].join(' ');

  async function start(): Promise<CommandReport> {
    const before = await readDaemon();
    if (before.state === 'running') {
      return succeeded(startCommand, `keepalived is already running (pid ${before.pid}).`);
    }
    const removed = await removeStalePidFiles(pidPath);
    await awaitRemains(readDaemon);
    const folder = await mkdtemp(join(tmpdir(), 'keepalived-start-'));
    try {
      const outputPath = join(folder, 'output');
      const started = await startDetached('keepalived', daemonArguments, { outputPath });
      if (started === undefined) {
        const output = 'keepalived is not installed: install the package keepalived.';
        return { command: startCommand, result: 'notFound', exitCode: undefined, output };
      }
      let exitCode: number | undefined;
      void started.exited.then((code) => (exitCode = code));
      const { up, words } = await awaitStart(readDaemon, () => exitCode !== undefined);
      const printed = await readFile(outputPath, 'utf8');
      if (up) return succeeded(startCommand, ...removed, printed, words);
      const output = joinOutput(...removed, printed, words, explainExit(exitCode));
      return { command: startCommand, result: 'exited', exitCode, output };
    } finally {
      await rm(folder, { recursive: true });
    }
  }

  async function stop(): Promise<CommandReport> {
    const daemon = await readDaemon();
    if (daemon.state !== 'running') return succeeded('kill -TERM', 'keepalived was not running.');
    const command = `kill -TERM ${daemon.pid}`;
    process.kill(daemon.pid, 'SIGTERM');
    const remaining = await awaitStop([daemon.pid, ...daemon.childPids]);
    if (remaining.length === 0) return succeeded(command, 'keepalived has ended.');
    const output = `keepalived has not ended after 10 s; still there: pid ${remaining.join(', ')}.`;
    return { command, result: 'timedOut', exitCode: undefined, output };
  }

  async function reload(): Promise<CommandReport> {
    const daemon = await readDaemon();
    if (daemon.state !== 'running') {
      return failed('kill -HUP', 'keepalived is not running: start it instead.');
    }
    process.kill(daemon.pid, 'SIGHUP');
    return succeeded(`kill -HUP ${daemon.pid}`);
  }

  const restart = () => stopThenStart((action) => actions[action]());
  const actions = { start, stop, restart, reload };
  const onlyKeepalived = (service: string) =>
    `${service} has no service manager here: WAI_SERVICE_MANAGER=supervised runs keepalived only.`;
  return {
    name: 'supervised',
    async control(service, action) {
      if (service === 'keepalived') return actions[action]();
      return failed(`${action} ${service}`, onlyKeepalived(service));
    },
    async isRunning(service) {
      if (service !== 'keepalived') return { known: false, reason: onlyKeepalived(service) };
      return { known: true, running: (await readDaemon()).state === 'running' };
    },
  };
}

function succeeded(command: string, ...output: string[]): CommandReport {
  return { command, result: 'ok', exitCode: 0, output: joinOutput(...output) };
}

function failed(command: string, output: string): CommandReport {
  return { command, result: 'exited', exitCode: undefined, output };
}

function explainExit(exitCode: number | undefined): string {
  if (exitCode === undefined) return '';
  const meaning = exitMeanings.get(exitCode);
  return `It ended with exit code ${exitCode}${meaning === undefined ? '' : `: ${meaning}`}.`;
}
