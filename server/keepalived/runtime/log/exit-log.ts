/** What keepalived's log says of its end. */
import type { LogLine } from './log-lines.ts';

/** Of one of its processes that ended: `pid 835 exited with permanent error FATAL. Terminating`. */
const processEnd =
  /^(?:pid (?<pid>\d+)|(?<name>\S+)) exited (?:with permanent error |with status |due to s)/;
/** Nothing but the end itself, or what follows from it. */
const farewell = /^(?:Stopped\b|Stopping\b|CPU usage|Shutting down service)/;
const complaint =
  /\b(?:can(?:'|no)t|can not|unable|fail(?:ed|ure|s)?|error|invalid|not permitted|denied|no such|not supported|unknown|missing|must be|terminat)/i;

/**
 * How this keepalived ended: `stopped` in order, by whomever, or because one of its processes
 * `failed`. Undefined: the log does not say (yet).
 * @param lines oldest first
 * @param pid of its main process
 */
export function readExitLog(
  lines: readonly LogLine[],
  pid: number,
): 'stopped' | 'failed' | undefined {
  for (const line of lines) {
    if (line.pid !== pid) continue;
    if (line.message === 'Stopping') return 'stopped';
    if (line.message.includes(' exited with permanent error ')) return 'failed';
  }
  return undefined;
}

/**
 * Why a process of keepalived ended, in its own words: the last complaint of the
 * process that ended, else the line that tells of its end. Undefined: none ended.
 * @param lines those of one keepalived and its children, oldest first
 */
export function findFatalLine(lines: readonly LogLine[]): string | undefined {
  const end = lines.findLast(({ message }) => processEnd.test(message));
  if (!end) return undefined;
  const { pid, name } = processEnd.exec(end.message)?.groups ?? {};
  const before = lines.slice(0, lines.indexOf(end));
  const own = before.filter((line) =>
    pid === undefined ? line.tag === name : line.pid === Number(pid),
  );
  const last = own.findLast(({ message }) => !farewell.test(message) && complaint.test(message));
  return (last ?? end).message;
}
