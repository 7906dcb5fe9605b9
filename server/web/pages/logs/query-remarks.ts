import { readFilter } from './query-schema.ts';
import type { LogFilterQuery } from './query-schema.ts';

const timeHint = 'use a date and a time, such as 2026-07-04T12:00';

const hints = new Map([
  ['filter', '“Filter” is not valid and was ignored: use at most 200 characters.'],
  ['kind', '“About” is not valid and was ignored: choose from the list.'],
  ['from', `“From” is not valid and was ignored: ${timeHint}.`],
  ['to', `“To” is not valid and was ignored: ${timeHint}.`],
  ['lines', '“Lines” is not valid and was ignored: choose from the list.'],
]);

/** What must be said of a query before its answer: what was not understood, what is contrary. */
export function describeQuery(query: LogFilterQuery & { unread: string[] }): string[] {
  const remarks = query.unread.map(
    (name) => hints.get(name) ?? `“${name}” is not valid and was ignored.`,
  );
  const { fromMs = -Infinity, toMs = Infinity } = readFilter(query);
  if (fromMs > toMs) {
    remarks.push('“From” is later than “To”, so no line matches. Swap them.');
  }
  return remarks;
}
