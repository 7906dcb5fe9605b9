import type { LogPage, LogQuery } from '../appliance.ts';

/** A place that holds keepalived's log lines. */
export interface LogSource {
  /** Newest lines first; our own dump requests are left out. */
  read: (query: LogQuery) => Promise<LogPage>;
  /** Lines as text, oldest first, in chunks; one sentence instead if the source cannot be read. */
  export: (query: Pick<LogQuery, 'filter'>) => AsyncIterable<string>;
}

/** How long a page of log lines may be searched for, in milliseconds. */
export const searchTimeMs = 2000;

/** Case-insensitive substring search; no filter lets everything through. */
export function createFilter(filter: string | undefined): (text: string) => boolean {
  const wanted = filter?.toLowerCase() ?? '';
  return wanted === '' ? () => true : (text) => text.toLowerCase().includes(wanted);
}
