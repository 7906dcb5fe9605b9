import { setTimeout as sleep } from 'node:timers/promises';
import { describeNotRunning } from '../../../keepalived/proof/daemon-words.ts';
import type { DaemonProcess } from '../../../keepalived/proof/evidence.ts';
import type { CommandReport, ServiceAction } from '../../appliance.ts';
import { joinOutput } from '../../commands/command-report.ts';
import type { DaemonReader } from '../../daemon/daemon-process.ts';
import { runsKeepalived, zombie } from '../../daemon/process-table.ts';
import { useIfUnseen } from '../../unseen-error.ts';

const pollMs = 50;
/** How long a start may take, from the end of its command to a VRRP process. */
const startLimitMs = 5000;
/**
 * How long a process that was started may read its configuration: it waits 10 s for each name that a
 * silent name server does not answer, and has no pid file then (measured, 2.2.7).
 */
const readingLimitMs = 60_000;
/** How long after a start command has ended there may be no pid file yet. */
const absenceLimitMs = 2000;
/** A fatal configuration ends the VRRP process within some 20 ms of its start (measured). */
const steadyMs = 300;
const stopLimitMs = 10_000;
/** What a killed daemon left ends within a second or two (measured). */
const remainsLimitMs = 5_000;

interface StartOutcome {
  up: boolean;
  /** What there is now, as a sentence. */
  words: string;
}

/**
 * Waits until keepalived and its VRRP process have been up for a moment, since a daemon with a
 * fatal configuration is there at first too. Bounded to 5 s, and to 60 s where it is known that the
 * started process still reads its configuration.
 * @param ended whether the started process has ended, where that is known: then nothing more comes.
 */
export async function awaitStart(
  readDaemon: DaemonReader,
  ended?: () => boolean,
): Promise<StartOutcome> {
  const startedMs = performance.now();
  let seen = { identity: '', sinceMs: startedMs };
  for (;;) {
    const daemon = await readDaemon();
    const nowMs = performance.now();
    if (daemon.state === 'unknown') {
      const mayRead = ended?.() === false && nowMs - startedMs < readingLimitMs;
      if (!mayRead) return { up: false, words: describeNotRunning(daemon) };
      seen = { identity: '', sinceMs: nowMs };
      await sleep(pollMs);
      continue;
    }
    const running = daemon.state === 'running';
    const identity = running ? `${daemon.pid} ${daemon.vrrpPid ?? ''}` : '';
    if (identity !== seen.identity) seen = { identity, sinceMs: nowMs };
    const unchangedMs = nowMs - seen.sinceMs;
    if (running && daemon.vrrpPid !== undefined && unchangedMs >= steadyMs) {
      return { up: true, words: `keepalived is running (pid ${daemon.pid}).` };
    }
    if (running && unchangedMs >= startLimitMs) {
      return {
        up: true,
        words: `keepalived is running (pid ${daemon.pid}), but without a VRRP process: its configuration seems to have no vrrp_instance.`,
      };
    }
    const given = ended === undefined ? absenceLimitMs : startLimitMs;
    if (!running && (ended?.() || unchangedMs >= given)) {
      return { up: false, words: `keepalived is not running.${explainRefusal(daemon)}` };
    }
    await sleep(pollMs);
  }
}

/** A pid file that names another program blocks a start, with exit code 0 (measured, 2.2.7). */
function explainRefusal(daemon: DaemonProcess): string {
  if (daemon.state !== 'stopped') return '';
  if (daemon.leftChildPids.length > 0) {
    const pids = daemon.leftChildPids.join(' ');
    return ` A process of the previous keepalived is left and blocks a start: process ${pids}. Kill it (kill ${pids}), then retry.`;
  }
  if (daemon.stalePidFile === undefined) return '';
  const { path, pid, otherProgram } = daemon.stalePidFile;
  if (pid === 0) return ` ${path} holds no process id, which blocks a start: remove it and retry.`;
  return otherProgram === undefined
    ? ''
    : ` ${path} names process ${pid}, which is ${otherProgram} and not keepalived; that blocks a start: remove the file and retry.`;
}

/**
 * Waits, at most 10 s, until none of these processes runs keepalived any more.
 * @returns those that are still there, as far as can be told.
 */
export async function awaitStop(pids: readonly number[]): Promise<number[]> {
  const deadlineMs = performance.now() + stopLimitMs;
  for (;;) {
    const remaining: number[] = [];
    for (const pid of pids) {
      if (await runsKeepalived(pid).catch(useIfUnseen(true))) remaining.push(pid);
    }
    if (remaining.length === 0 || performance.now() >= deadlineMs) return remaining;
    await sleep(pollMs);
  }
}

/** Waits, at most 5 s, for the remains of a killed daemon to go: a start would do nothing. */
export async function awaitEndOfRemains(readDaemon: DaemonReader): Promise<void> {
  const deadlineMs = performance.now() + remainsLimitMs;
  while (hasRemains(await readDaemon()) && performance.now() < deadlineMs) await sleep(pollMs);
}

function hasRemains(daemon: DaemonProcess): boolean {
  if (daemon.state !== 'stopped') return false;
  return daemon.leftChildPids.length > 0 || daemon.stalePidFile?.otherProgram === zombie;
}

/**
 * Runs a service manager's command on keepalived and then looks at the processes: init scripts
 * and units report success for a daemon that died of its configuration, or was never theirs.
 */
export async function proveOutcome(
  action: ServiceAction,
  readDaemon: DaemonReader,
  command: () => Promise<CommandReport>,
): Promise<CommandReport> {
  if (action === 'start' || action === 'restart') await awaitEndOfRemains(readDaemon);
  const before = await readDaemon();
  const kept =
    action === 'start' || action === 'restart' ? refuseSecond(action, before) : undefined;
  if (kept) return kept;
  const report = await command();
  if (report.result !== 'ok' || action === 'reload') return report;
  if (action === 'stop') {
    if (before.state === 'unknown') {
      const output = joinOutput(report.output, describeNotRunning(await readDaemon()));
      return { ...report, result: 'exited', output };
    }
    if (before.state !== 'running') return report;
    const remaining = await awaitStop([before.pid, ...before.childPids]);
    if (remaining.length === 0) return report;
    const words = `keepalived is still running (pid ${remaining.join(', ')}): it was started in another way, or does not stop. To stop it: kill ${before.pid}`;
    return { ...report, result: 'exited', output: joinOutput(report.output, words) };
  }
  const { up, words } = await awaitStart(readDaemon);
  const output = joinOutput(report.output, words);
  return { ...report, result: up ? 'ok' : 'exited', output };
}

/** A unit or an init script that does not know this keepalived would start one beside it. */
function refuseSecond(
  action: 'start' | 'restart',
  daemon: DaemonProcess,
): CommandReport | undefined {
  const command = `${action} keepalived`;
  if (daemon.state === 'unknown') {
    return { command, result: 'exited', exitCode: undefined, output: describeNotRunning(daemon) };
  }
  if (daemon.state !== 'running' || !daemon.lostPidFile) return undefined;
  const { path } = daemon.lostPidFile;
  const found = `keepalived is already running (pid ${daemon.pid}), though ${path} does not say so.`;
  return action === 'start'
    ? { command, result: 'ok', exitCode: 0, output: found }
    : { command, result: 'exited', exitCode: undefined, output: `${found} Stop it first.` };
}

/** A restart in two steps, each awaited; a daemon that does not stop is not started again. */
export async function stopThenStart(
  control: (action: 'stop' | 'start') => Promise<CommandReport>,
): Promise<CommandReport> {
  const stopped = await control('stop');
  if (stopped.result !== 'ok') return stopped;
  const started = await control('start');
  return {
    ...started,
    command: `${stopped.command} && ${started.command}`,
    output: joinOutput(stopped.output, started.output),
  };
}
