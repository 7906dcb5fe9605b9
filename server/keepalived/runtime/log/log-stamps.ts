/** The times that logs write, and when they are. Each is read in linear time, whatever it says. */

const date = String.raw`[A-Z][a-z]{2} [ \d]\d`;
const clock = String.raw`\d\d:\d\d:\d\d(?:[.,]\d{1,9})?`;

/** `2026-04-03T00:47:43.123+02:00`, `2026-04-03 00:47:43.123`: RFC 3339 and its relatives. */
export const isoStamp = String.raw`\d{4}-\d\d-\d\d[T ]${clock}(?: ?(?:Z|[+-]\d\d:?\d\d))?`;

/** `Fri Apr  3 00:47:43 2020`: logread, and what keepalived itself writes without a syslog. */
export const weekdayStamp = String.raw`[A-Z][a-z]{2} ${date} ${clock} \d{4}`;

/** Any of them; `Apr  3 00:47:43` of RFC 3164 has no year. */
export const anyStamp = [
  ...[`${date} ${clock}`, String.raw`${date} \d{4} ${clock}`, String.raw`\d{4} ${date} ${clock}`],
  ...[isoStamp, weekdayStamp],
].join('|');

/**
 * When a stamp is, ms since the epoch; local time where it names no zone.
 * @param nowMs wall clock: a stamp without a year is of the newest year that puts it into the past
 * @returns undefined for a time that does not exist
 */
export function readStamp(timeText: string, nowMs: number): number | undefined {
  if (/^\d{4}-/.test(timeText)) return readIsoStamp(timeText);
  const [, month = '', day = ''] = /([A-Z][a-z]{2}) ([ \d]\d)/.exec(withoutWeekday(timeText)) ?? [];
  const [, hour, minute, second, fraction = ''] =
    /(\d\d):(\d\d):(\d\d)(?:[.,](\d+))?/.exec(timeText) ?? [];
  const milliseconds = Number(fraction.slice(0, 3).padEnd(3, '0'));
  const time = [hour, minute, second].map(Number);
  const at = (year: number) =>
    createTime(year, months.indexOf(month), Number(day), time, milliseconds);
  const [year] = /(?<![\d.,:])\d{4}(?!\d)/.exec(timeText) ?? [];
  return year === undefined ? findNewestPast(at, nowMs) : at(Number(year));
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

const withoutWeekday = (text: string): string => text.replace(/^[A-Z][a-z]{2} (?=[A-Z])/, '');

function readIsoStamp(text: string): number | undefined {
  const atMs = Date.parse(
    text
      .replace(' ', 'T')
      .replaceAll(' ', '')
      .replace(/[.,](\d{1,3})\d*/, '.$1'),
  );
  return Number.isNaN(atMs) ? undefined : atMs;
}

function createTime(
  year: number,
  month: number,
  day: number,
  [hour = 0, minute = 0, second = 0]: number[],
  milliseconds: number,
): number | undefined {
  const time = new Date(year, month, day, hour, minute, second, milliseconds);
  const exists = time.getMonth() === month && time.getDate() === day;
  return exists ? time.getTime() : undefined;
}

/** What the writer's clock may be ahead of the reader's before a stamp is taken for last year's. */
const clockToleranceMs = 24 * 3600 * 1000;
/** 29 February is at most so many years back. */
const longestLeapGapYears = 8;

function findNewestPast(
  at: (year: number) => number | undefined,
  nowMs: number,
): number | undefined {
  const latestMs = nowMs + clockToleranceMs;
  const thisYear = new Date(latestMs).getFullYear();
  for (let year = thisYear; year >= thisYear - longestLeapGapYears; year -= 1) {
    const atMs = at(year);
    if (atMs !== undefined && atMs <= latestMs) return atMs;
  }
  return undefined;
}
