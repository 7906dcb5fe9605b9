import type { LogLine } from '../../../keepalived/runtime/log/log-lines.ts';
import { explainMessage } from '../../../keepalived/runtime/messages/explain-message.ts';
import { describeInstant, describeShortTime } from '../../view/time-words.ts';
import { findMark } from './log-mark.ts';
import type { LogMark } from './log-mark.ts';

/** A line of the log as the page shows it, made here or by the browser. */
export interface LogRow {
  /** As short as can be, in the server's zone; as the log wrote it where it cannot be read. */
  time: string;
  /** The same in full, and for the `datetime` attribute; absent where it could not be read. */
  full?: { text: string; iso: string } | undefined;
  process: string;
  message: string;
  /** Of a message that is known: what it is about, what it means and what to do. */
  known?: { mark: LogMark; explanation: string; whatToDo?: string | undefined } | undefined;
}

/**
 * Describes a line of keepalived's log.
 * @param wallMs now, ms since the epoch
 */
export function describeLine(
  { atMs, timeText, tag, pid, message }: LogLine,
  wallMs: number,
): LogRow {
  const known = explainMessage(message);
  return {
    time: atMs === undefined ? timeText : describeShortTime(atMs, wallMs),
    full: atMs === undefined ? undefined : describeInstant(atMs),
    process: pid === undefined ? tag : `${tag}[${pid}]`,
    message,
    known: known && {
      mark: findMark(known),
      explanation: known.explanation,
      whatToDo: known.whatToDo,
    },
  };
}

/** Rows that say the same are one, with how often and since when. */
export interface FoldedRow extends LogRow {
  count: number;
  /** Of the first one, where the time differs. */
  since?: string | undefined;
  /** The row above has the same time. */
  hasSameTime: boolean;
}

/** @param rows newest first */
export function foldRows(rows: readonly LogRow[]): FoldedRow[] {
  const folded: FoldedRow[] = [];
  for (const row of rows) {
    const last = folded.at(-1);
    if (last?.message === row.message && last.process === row.process) {
      last.count += 1;
      if (row.time !== last.time) last.since = row.time;
      continue;
    }
    folded.push({ ...row, count: 1, hasSameTime: last?.time === row.time && row.time !== '' });
  }
  return folded;
}
