import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeNotRunning } from '../../../keepalived/proof/daemon-words.ts';
import type { ProgramOptions } from '../../../program-options.ts';
import type { CommandReport } from '../../appliance.ts';
import { joinOutput } from '../../commands/command-report.ts';
import { isInstalled } from '../../commands/find-executable.ts';
import { startDetached } from '../../commands/run-command.ts';
import type { DaemonReader } from '../../daemon/daemon-process.ts';
import { childPidPath } from '../../daemon/pid-file.ts';
import { useIfUnseen } from '../../unseen-error.ts';
import { awaitEndOfRemains, awaitStart, awaitStop, stopThenStart } from './keepalived-outcome.ts';
import type { ServiceManager } from './service-manager.ts';
import { removeStalePidFiles } from './stale-pid-files.ts';

/** What the daemon's exit code means at a start (measured, 2.2.7; the manual's are wrong). */
const exitMeanings = new Map([
  [0, 'another keepalived is running, or the network namespace is missing'],
  [1, 'keepalived or one of its processes failed; the Keepalived Log says why'],
  [
    2,
    'the configuration has an error that keepalived cannot run with; the Keepalived Log says which',
  ],
  [4, 'keepalived lacks a permission that its configuration needs; the Keepalived Log says which'],
  [6, 'the configuration file is missing or cannot be read'],
]);

/**
 * Runs keepalived without any service manager, in containers and laboratories. The daemon outlives
 * this program; whichever daemon the pid file leads to is taken over. Knows no other service.
 */
export function createSupervised(
  { configPath, pidPath, extraArguments }: ProgramOptions['keepalived'],
  readDaemon: DaemonReader,
): ServiceManager {
  const daemonArguments = [
    '--dont-fork',
    `--use-file=${configPath}`,
    `--pid=${pidPath}`,
    `--vrrp_pid=${childPidPath(pidPath, 'vrrp')}`,
    ...extraArguments,
  ];
  /** Of the daemons that this program started. */
  const exitCodes = new Map<number, number>();
  const startCommand = ['keepalived', ...daemonArguments].join(' ');

  async function start(): Promise<CommandReport> {
    const before = await readDaemon();
    if (before.state === 'running') {
      return succeeded(startCommand, `keepalived is already running (pid ${before.pid}).`);
    }
    if (before.state === 'unknown') return failed(startCommand, describeNotRunning(before));
    const removed = await removeStalePidFiles(pidPath).catch(useIfUnseen([]));
    await awaitEndOfRemains(readDaemon);
    const folder = await mkdtemp(join(tmpdir(), 'keepalived-start-'));
    try {
      const outputPath = join(folder, 'output');
      const started = await startDetached('keepalived', daemonArguments, { outputPath });
      if (started === undefined) {
        const isMissing = !(await isInstalled('keepalived').catch(useIfUnseen(true)));
        const output = isMissing
          ? 'keepalived is not installed: install the package keepalived.'
          : 'keepalived could not be started. Check whether this server has free file descriptors, memory and processes.';
        const result = isMissing ? 'notFound' : 'notStarted';
        return { command: startCommand, result, exitCode: undefined, output };
      }
      let exitCode: number | undefined;
      void started.exited.then((code) => {
        exitCode = code;
        exitCodes.set(started.pid, code);
      });
      const { up, words } = await awaitStart(readDaemon, () => exitCode !== undefined);
      const printed = await readFile(outputPath, 'utf8');
      if (up) return succeeded(startCommand, ...removed, printed, words);
      const output = joinOutput(...removed, printed, words, explainExit(exitCode, printed));
      return { command: startCommand, result: 'exited', exitCode, output };
    } finally {
      await rm(folder, { recursive: true });
    }
  }

  async function stop(): Promise<CommandReport> {
    const daemon = await readDaemon();
    if (daemon.state === 'unknown') return failed('kill -TERM', describeNotRunning(daemon));
    if (daemon.state !== 'running') return succeeded('kill -TERM', 'keepalived was not running.');
    const command = `kill -TERM ${daemon.pid}`;
    const refusal = trySignal(daemon.pid, 'SIGTERM');
    if (refusal !== undefined) return failed(command, refusal);
    const remaining = await awaitStop([daemon.pid, ...daemon.childPids]);
    if (remaining.length === 0) return succeeded(command, 'keepalived has stopped.');
    const output = `keepalived did not stop within 10 s. Still running: pid ${remaining.join(', ')}.`;
    return { command, result: 'timedOut', exitCode: undefined, output };
  }

  async function reload(): Promise<CommandReport> {
    const daemon = await readDaemon();
    if (daemon.state === 'unknown') return failed('kill -HUP', describeNotRunning(daemon));
    if (daemon.state !== 'running') {
      return failed('kill -HUP', 'keepalived is not running: start it instead.');
    }
    const command = `kill -HUP ${daemon.pid}`;
    const refusal = trySignal(daemon.pid, 'SIGHUP');
    return refusal === undefined ? succeeded(command) : failed(command, refusal);
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
    readKeepalivedExit(pid) {
      const code = exitCodes.get(pid);
      // SIGTERM ends it with 0 (measured, 2.2.7).
      const exit = code === undefined ? undefined : code === 0 ? 'stopped' : 'failed';
      return Promise.resolve(exit);
    },
    async isRunning(service) {
      if (service !== 'keepalived') return { known: false, reason: onlyKeepalived(service) };
      const daemon = await readDaemon();
      return daemon.state === 'unknown'
        ? { known: false, reason: daemon.reason }
        : { known: true, running: daemon.state === 'running' };
    },
  };
}

/** @returns why it could not be sent, as a sentence */
function trySignal(pid: number, signal: NodeJS.Signals): string | undefined {
  try {
    process.kill(pid, signal);
    return undefined;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'EPERM'
      ? 'This program may not signal keepalived: run it as root, with the capability CAP_KILL.'
      : `keepalived could not be signalled: ${code ?? 'unknown error'}.`;
  }
}

function succeeded(command: string, ...output: string[]): CommandReport {
  return { command, result: 'ok', exitCode: 0, output: joinOutput(...output) };
}

function failed(command: string, output: string): CommandReport {
  return { command, result: 'exited', exitCode: undefined, output };
}

/** How keepalived reports an error in its command line (2.2.7 to 2.4.3). */
const usageComplaint =
  /^(?:Usage:|Unknown option |Missing parameter for option |Unexpected argument)/m;

function explainExit(exitCode: number | undefined, printed: string): string {
  if (exitCode === undefined) return '';
  const isUsage = usageComplaint.test(printed);
  const meaning = isUsage
    ? 'an argument is wrong; see WAI_KEEPALIVED_ARGS'
    : exitMeanings.get(exitCode);
  return `It exited with code ${exitCode}${meaning === undefined ? '' : `: ${meaning}`}.`;
}
