/** What keepalived's log says of one reload: the only place where it names what it did not take. */
import { parseConfigurationTestOutput } from './config-test-output.ts';
import { explainMessage } from './explain-message.ts';
import type { LogLine } from './log-lines.ts';
import { maskTestMessage } from './mask-test-message.ts';

export interface ReloadLog {
  /** keepalived said that the reload is over; its children may still be at work (measured, 2.2.7). */
  complete: boolean;
  /** Why it runs less than the file says, in its own words, passwords masked. */
  configurationError: string | undefined;
  /** The last thing that it said of a failing script or a fault; the cause of a FAULT. */
  faultCause: string | undefined;
  /** Tracked scripts that were heard of, and whether the newest result is good. */
  scripts: Map<string, 'good' | 'bad'>;
}

/** keepalived's processes: several keepalived may write to one log. */
interface Writers {
  pid: number;
  childPids: readonly number[];
}

/**
 * Reads the lines that came after a reload was asked for.
 * @param lines newest first, as a log is read
 * @param daemon as it was before the reload: the processes that died of it count too
 */
export function readReloadLog(lines: readonly LogLine[], daemon: Writers): ReloadLog {
  const log: ReloadLog = {
    complete: false,
    configurationError: undefined,
    faultCause: undefined,
    scripts: new Map(),
  };
  for (const { pid, message } of lines.toReversed()) {
    if (pid !== daemon.pid && !daemon.childPids.includes(pid ?? 0)) continue;
    if (message === 'Reload complete') log.complete = true;
    const explained = explainMessage(message);
    if (!explained) continue;
    const { id, values, kind, severity } = explained;
    const isComplaint = kind === 'configuration' && id !== faultOnly && isSevere(severity, message);
    if (isComplaint) log.configurationError ??= maskTestMessage(message);
    if (id === 'script-exit-code' || id === 'script-result' || id === 'script-disabled') {
      const isGood = values['what'] === 'succeeded' || values['number'] === '0';
      const script = values['script'];
      if (script !== undefined) log.scripts.set(script, isGood ? 'good' : 'bad');
      if (!isGood) log.faultCause = message;
    }
    if (id === 'fault-reason' || id === faultOnly) log.faultCause = message;
  }
  return log;
}

/** Its consequence is a FAULT, which counts only where there was none before. */
const faultOnly = 'unicast-source-not-local';

/** A complaint about a line may be harmless; the reader of `-t` knows which are not. */
function isSevere(severity: string, message: string): boolean {
  if (severity === 'error' || severity === 'fatal') return true;
  return parseConfigurationTestOutput(message).some((finding) => finding.severity === 'fatal');
}

/**
 * The lines that are newer than what the log held before, both newest first. Lines are alike within
 * one second, so a run of them is looked for, not the newest one.
 * @param sinceMs wall clock: what counts where the run is no longer found (a rotated log)
 */
export function findNewLines(
  before: readonly LogLine[],
  now: readonly LogLine[],
  sinceMs: number,
): LogLine[] {
  // A stamp without fractions stands for its whole second.
  const sinceSecondMs = Math.floor(sinceMs / 1000) * 1000;
  const isNew = ({ atMs }: LogLine) => atMs === undefined || atMs >= sinceSecondMs;
  if (before.length === 0) return now.filter(isNew);
  const start = now.findIndex((_, index) =>
    before.every(({ raw }, offset) => {
      const line = now[index + offset];
      return line === undefined ? offset > 0 : line.raw === raw;
    }),
  );
  return start === -1 ? now.filter(isNew) : now.slice(0, start);
}
