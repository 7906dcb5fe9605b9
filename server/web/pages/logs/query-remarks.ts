import { readFilter } from './query-schema.ts';
import type { LogFilterQuery } from './query-schema.ts';

const timeHint = 'write a date and a time, such as 2026-07-04T12:00';

const hints = new Map([
  ['filter', '“Filter” was not understood and is left out: write at most 200 characters.'],
  ['kind', '“About” was not understood and is left out: choose from the list.'],
  ['from', `“From” was not understood and is left out: ${timeHint}.`],
  ['to', `“To” was not understood and is left out: ${timeHint}.`],
  ['lines', '“Lines” was not understood: choose from the list.'],
]);

/** What must be said of a query before its answer: what was not understood, what is contrary. */
export function describeQuery(query: LogFilterQuery & { unread: string[] }): string[] {
  const remarks = query.unread.map((name) => hints.get(name) ?? `“${name}” was not understood.`);
  const { fromMs = -Infinity, toMs = Infinity } = readFilter(query);
  if (fromMs > toMs) {
    remarks.push('“From” is later than “To”, so that no line can match: exchange them.');
  }
  return remarks;
}
