import { type LogLine, isOwnDumpLine } from '../../keepalived/runtime/log/log-lines.ts';
import { getMessageKind } from '../../keepalived/runtime/messages/message-kind.ts';
import type { LogFilter, LogPage, LogQuery, NewerLogLines } from '../appliance.ts';

/** A place that holds keepalived's log lines. */
export interface LogSource {
  /** Newest lines first; our own dump requests are left out. */
  read: (query: LogQuery) => Promise<LogPage>;
  /** Lines as text, oldest first, in chunks; one sentence instead if the source cannot be read. */
  export: (filter: LogFilter) => AsyncIterable<string>;
  readNewer: (after: string, filter: LogFilter) => Promise<NewerLogLines>;
}

/** How long a page of log lines may be searched for, in milliseconds. */
export const searchTimeMs = 2000;

/** How many lines `readNewer` answers with at most. */
export const newerLines = 500;

/** The stamps of a log need not be in order: a clock is set, and a stamp may be of local time. */
export const stampToleranceMs = 3600 * 1000;

/** Case-insensitive substring search; no filter lets everything through. */
export function createTextFilter(filter: string | undefined): (text: string) => boolean {
  const wanted = filter?.toLowerCase() ?? '';
  return wanted === '' ? () => true : (text) => text.toLowerCase().includes(wanted);
}

/** Whether a line is asked for, its text aside: no question of ours, of the time and the kind. */
export function createLineFilter({ kind, fromMs = -Infinity, toMs = Infinity }: LogFilter) {
  const isTimed = fromMs !== -Infinity || toMs !== Infinity;
  return ({ atMs, message }: LogLine): boolean => {
    if (isOwnDumpLine(message)) return false;
    if (isTimed && (atMs === undefined || atMs < fromMs || atMs > toMs)) return false;
    return kind === undefined || getMessageKind(message) === kind;
  };
}

/** The answer to a cursor that was not made here, or whose place is gone. */
export function describeUnknownPlace(source: string): Extract<LogPage, { ok: false }> {
  const message =
    'This place in the log no longer exists: the log was rotated. Go to the newest lines.';
  return { ok: false, source, message, problem: 'unknown-place' };
}
