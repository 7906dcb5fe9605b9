import { maskMessage } from '../config-test/mask-message.ts';
import { findStamp, isKeepalivedTag, splitLogLine, withoutOwnStamp } from './log-shapes.ts';
import { readStamp } from './log-stamps.ts';

/** A line of the log, its secrets masked: viewers read it, and it is kept in histories. */
export interface LogLine {
  /** Wall clock, ms since the epoch; undefined if the line has no readable time. */
  atMs: number | undefined;
  /** The time as the log wrote it. */
  timeText: string;
  /** `Keepalived_vrrp` etc., without the pid. */
  tag: string;
  pid: number | undefined;
  message: string;
  /** The whole line as it is in the log, control characters escaped; what a filter searches. */
  raw: string;
}

/**
 * Reads a line of a log file, of any shape that `log-shapes.ts` knows. A line of another shape becomes
 * a message without time and tag.
 * @param nowMs wall clock, ms since the epoch: a traditional stamp has no year
 */
export function parseLogLine(raw: string, nowMs: number): LogLine {
  const line = raw.replace(/\r?\n?$/, '');
  const { timeText, tag, pid, message } = splitLogLine(line) ?? noFields(line);
  const maskedMessage = maskMessage(withoutOwnStamp(message));
  return {
    atMs: timeText === '' ? undefined : readStamp(timeText, nowMs),
    timeText,
    tag: escapeControlCharacters(tag),
    pid: pid === undefined ? undefined : Number(pid),
    message: escapeControlCharacters(maskedMessage),
    raw: escapeControlCharacters(`${line.slice(0, line.length - message.length)}${maskedMessage}`),
  };
}

const noFields = (message: string) => ({ timeText: '', tag: '', pid: undefined, message });

/**
 * When a line was logged, ms since the epoch.
 * @param start of the line: its end may be missing
 */
export function readLogTime(start: string, nowMs: number): number | undefined {
  const timeText = findStamp(start);
  return timeText === undefined ? undefined : readStamp(timeText, nowMs);
}

/** The fields that are used of `journalctl --output=json` (systemd.journal-fields(7)). */
interface JournalEntry {
  __REALTIME_TIMESTAMP?: unknown;
  SYSLOG_IDENTIFIER?: unknown;
  SYSLOG_PID?: unknown;
  _PID?: unknown;
  _HOSTNAME?: unknown;
  MESSAGE?: unknown;
}

/** The rest is dropped, as that of a file's line is: whoever logs more makes nobody wait. */
const longestMessage = 16 * 1024;

/**
 * Reads one line of `journalctl --output=json`; undefined if it is no such line, or not keepalived's.
 * A message that is not UTF-8 comes as an array of bytes; one that is too long as null.
 */
export function parseJournalEntry(json: string): LogLine | undefined {
  const entry = parseObject(json);
  const tag = entry?.SYSLOG_IDENTIFIER;
  if (!entry || typeof tag !== 'string' || !isKeepalivedTag(tag)) return undefined;
  const atMs = Math.floor(Number(entry.__REALTIME_TIMESTAMP) / 1000);
  const pid = Number(entry.SYSLOG_PID ?? entry._PID);
  const known = { time: isTime(atMs), pid: Number.isInteger(pid) };
  const timeText = known.time ? new Date(atMs).toISOString() : '';
  const text = withoutOwnStamp(readJournalText(entry.MESSAGE)).slice(0, longestMessage);
  const message = escapeControlCharacters(maskMessage(text));
  const host = escapeControlCharacters(readJournalText(entry._HOSTNAME));
  return {
    atMs: known.time ? atMs : undefined,
    timeText,
    tag,
    pid: known.pid ? pid : undefined,
    message,
    raw: `${timeText} ${host} ${tag}${known.pid ? `[${pid}]` : ''}: ${message}`,
  };
}

/**
 * Makes visible what would move a terminal's cursor, split a line or turn its direction: control
 * characters, line separators, bidirectional marks. They become `\x1b` or `\u202e`.
 */
export function escapeControlCharacters(text: string): string {
  return text.replace(/[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu, (character) => {
    const code = character.charCodeAt(0).toString(16);
    return code.length <= 2 ? `\\x${code.padStart(2, '0')}` : `\\u${code.padStart(4, '0')}`;
  });
}

/** The lines that keepalived logs because it was asked for a dump, as this program does. */
export function isOwnDumpLine(message: string): boolean {
  return /^Printing (?:VRRP as json|(?:VRRP|parent|checker|BFD) data) for process\(\d+\) on signal$/.test(
    message,
  );
}

function isTime(atMs: number): boolean {
  return !Number.isNaN(new Date(atMs).getTime());
}

function parseObject(json: string): JournalEntry | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

function readJournalText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (!Array.isArray(value)) return '';
  const bytes = value.filter((item): item is number => typeof item === 'number');
  return new TextDecoder().decode(Uint8Array.from(bytes));
}
