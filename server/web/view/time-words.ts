/** Times as the pages write them. */

const secondMs = 1_000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/**
 * A duration in at most two units: `45 s`, `12 min`, `3 h 12 min`, `2 d 4 h`. Rounded down, so that
 * nothing is said to last longer than it does; a negative one (the clock was set back) is `0 s`.
 */
export function formatDuration(durationMs: number): string {
  if (durationMs < minuteMs) return `${Math.max(0, Math.floor(durationMs / secondMs))} s`;
  if (durationMs < hourMs) return `${Math.floor(durationMs / minuteMs)} min`;
  if (durationMs < dayMs) {
    return joinUnits(durationMs / hourMs, 'h', (durationMs % hourMs) / minuteMs, 'min');
  }
  return joinUnits(durationMs / dayMs, 'd', (durationMs % dayMs) / hourMs, 'h');
}

/** Time that goes by: as words for now, and since when, so that the browser can count on. */
export interface Elapsed {
  words: string;
  /** Milliseconds since the epoch, by this server's clock. */
  sinceMs: number;
}

/** @param nowMs milliseconds since the epoch, as `sinceMs` */
export function describeElapsed(sinceMs: number, nowMs: number): Elapsed {
  return { words: formatDuration(nowMs - sinceMs), sinceMs: Math.round(sinceMs) };
}

function joinUnits(large: number, largeUnit: string, small: number, smallUnit: string): string {
  const rest = Math.floor(small);
  return `${Math.floor(large)} ${largeUnit}${rest === 0 ? '' : ` ${rest} ${smallUnit}`}`;
}

/** A moment as text for people, and for the `datetime` attribute of `<time>`. */
export interface Instant {
  text: string;
  iso: string;
}

/** A wall-clock time in the server's zone: `2026-07-04 09:05:00 UTC`. */
export function describeInstant(atMs: number): Instant {
  const date = new Date(atMs);
  const offsetMs = date.getTimezoneOffset() * minuteMs;
  const [day = '', time = ''] = new Date(atMs - offsetMs).toISOString().split('T');
  return { text: `${day} ${time.slice(0, 8)} ${findZoneName(date)}`, iso: date.toISOString() };
}

/** A moment as short as can be, in the server's zone: `06:40 UTC`; with its day if that is another. */
export function describeClockTime(atMs: number, nowMs: number): string {
  const [day = '', time = '', zone = ''] = describeInstant(atMs).text.split(' ');
  const isToday = describeInstant(nowMs).text.startsWith(day);
  return `${isToday ? '' : `${day} `}${time.slice(0, 5)} ${zone}`;
}

/**
 * A moment to the second, as it is said today, in the server's zone: `today 05:04:10`, `yesterday 23:59:01`,
 * `28 Nov 05:04:10`, with its year if that is another.
 * @param nowMs milliseconds since the epoch, as `atMs`
 */
export function describeShortTime(atMs: number, nowMs: number): string {
  const [day = '', time = ''] = describeInstant(atMs).text.split(' ');
  const [today = ''] = describeInstant(nowMs).text.split(' ');
  const daysAgo = Math.round((Date.parse(today) - Date.parse(day)) / dayMs);
  if (daysAgo === 0) return `today ${time}`;
  if (daysAgo === 1) return `yesterday ${time}`;
  const [year = '', month = '', date = ''] = day.split('-');
  const ofYear = today.startsWith(year) ? '' : ` ${year}`;
  return `${Number(date)} ${monthNames[Number(month) - 1]}${ofYear} ${time}`;
}

const monthNames = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/** The day of a moment in the server's zone: `2026-07-04`. */
export function describeDay(atMs: number): string {
  return describeInstant(atMs).text.split(' ', 1)[0] ?? '';
}

/** The server's zone at a moment, so that the browser writes times as the pages do. */
export interface Zone {
  name: string;
  /** East of UTC. */
  offsetMinutes: number;
}

/** @param atMs milliseconds since the epoch */
export function describeZone(atMs: number): Zone {
  const date = new Date(atMs);
  // 0, not -0.
  return { name: findZoneName(date), offsetMinutes: 0 - date.getTimezoneOffset() };
}

/** By offset from UTC in minutes: to ask `Intl` is what would cost most on a page of many moments. */
const zoneNames = new Map<number, string>();

function findZoneName(date: Date): string {
  const offset = date.getTimezoneOffset();
  const known = zoneNames.get(offset);
  if (known !== undefined) return known;
  const part = zoneFormat.formatToParts(date).find(({ type }) => type === 'timeZoneName');
  const name = part?.value ?? '';
  zoneNames.set(offset, name);
  return name;
}

const zoneFormat = new Intl.DateTimeFormat('en-GB', { timeZoneName: 'short' });

/** A moment and how long ago it was. */
export interface Moment extends Instant {
  elapsed: Elapsed;
}

/** @param nowMs milliseconds since the epoch, as `atMs` */
export function describeMoment(atMs: number, nowMs: number): Moment {
  return { ...describeInstant(atMs), elapsed: describeElapsed(atMs, nowMs) };
}
