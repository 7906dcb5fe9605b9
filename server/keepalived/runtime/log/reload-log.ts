/** What keepalived's log says of one reload: the only place where it names what it did not take. */
import { parseConfigurationTestOutput } from '../config-test/config-test-output.ts';
import { explainMessage } from '../messages/explain-message.ts';
import { findFatalLine } from './exit-log.ts';
import type { LogLine } from './log-lines.ts';

export interface ReloadLog {
  /** How many lines keepalived has written since: a change of state is one. */
  lineCount: number;
  /** keepalived said that the reload is over; its children may still be at work (measured, 2.2.7). */
  complete: boolean;
  /** It has begun a reload that is not over: it may wait for a name server. */
  isReading: boolean;
  /** Why it runs less than the file says, in its own words, passwords masked. */
  configurationError: string | undefined;
  /** Why a process of it ended, in its own words; undefined: none did. */
  fatalLine: string | undefined;
  /** The last thing that it said of a failing script or a fault; the cause of a FAULT. */
  faultCause: string | undefined;
  /** Tracked scripts that were heard of: the newest result, or that keepalived goes on without it. */
  scripts: Map<string, 'good' | 'bad' | 'not-run'>;
}

/** keepalived's processes: several keepalived may write to one log. */
interface Writers {
  pid: number;
  childPids: readonly number[];
}

/**
 * Reads the lines that came after a reload or a start was asked for.
 * @param lines oldest first
 * @param daemon as it was before the reload: the processes that died of it count too. Undefined: it
 * was started, and may have died before anybody knew its processes; every line counts
 */
export function readReloadLog(lines: readonly LogLine[], daemon: Writers | undefined): ReloadLog {
  const own = daemon ? linesOf(lines, daemon) : lines;
  const log: ReloadLog = {
    lineCount: own.length,
    complete: false,
    isReading: false,
    configurationError: undefined,
    fatalLine: undefined,
    faultCause: undefined,
    scripts: new Map(),
  };
  log.fatalLine = findFatalLine(own);
  for (const { message } of own) {
    if (message === 'Reloading ...') log.isReading = true;
    if (message === 'Reload complete') {
      log.complete = true;
      log.isReading = false;
    }
    const explained = explainMessage(message);
    if (!explained) continue;
    const { id, values, kind, severity } = explained;
    if (kind === 'configuration' && id !== faultOnly) {
      log.configurationError ??= findError(severity, message);
    }
    // Without a script there is no failure: an instance goes into no FAULT for it (measured, 2.2.7).
    if (id === 'script-disabled' && values['script'] !== undefined) {
      log.scripts.set(values['script'], 'not-run');
    }
    if (id === 'script-exit-code' || id === 'script-result') {
      const isGood = values['what'] === 'succeeded' || values['number'] === '0';
      const script = values['script'];
      if (script !== undefined) log.scripts.set(script, isGood ? 'good' : 'bad');
      if (!isGood) log.faultCause = message;
    }
    if (id === 'fault-reason' || id === faultOnly) log.faultCause = message;
  }
  return log;
}

/** Also of the children that it started since: it names their pids. */
function linesOf(lines: readonly LogLine[], { pid, childPids }: Writers): LogLine[] {
  const pids = new Set<number | undefined>([pid, ...childPids]);
  for (const line of lines) {
    const started = line.pid === pid && /^Starting .* process, pid=(\d+)$/.exec(line.message);
    if (started) pids.add(Number(started[1]));
  }
  return lines.filter((line) => pids.has(line.pid));
}

/** Its consequence is a FAULT, which counts only where there was none before. */
const faultOnly = 'unicast-source-not-local';

/** A complaint about a line may be harmless; the reader of `-t` knows which are not. */
function findError(severity: string, message: string): string | undefined {
  const [finding] = parseConfigurationTestOutput(message);
  const isSevere = severity === 'error' || severity === 'fatal' || finding?.severity === 'fatal';
  if (!finding || !isSevere) return undefined;
  const { detail = finding.message, path, line } = finding;
  return line === undefined ? detail : `${detail} (line ${line} of ${path ?? 'the file'})`;
}
