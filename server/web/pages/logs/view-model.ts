import type { LogPage } from '../../../appliance/appliance.ts';
import { messageKinds } from '../../../keepalived/runtime/messages/message-kind.ts';
import { describeDay, describeInstant } from '../../view/time-words.ts';
import { kindLabels } from './kind-labels.ts';
import { describeLine, foldRows } from './log-row.ts';
import type { FoldedRow } from './log-row.ts';
import { describeQuery } from './query-remarks.ts';
import { lineCounts, writeFilter } from './query-schema.ts';
import type { LogFilterQuery, LogPageQuery } from './query-schema.ts';

export interface LogsModel {
  source: string;
  filter: LogFilterQuery;
  isFiltered: boolean;
  lineCounts: { count: number; selected: boolean }[];
  kinds: { kind: string; label: string; selected: boolean }[];
  /** The zone of the times in the form. */
  zone: string;
  /** Newest first. */
  rows: FoldedRow[];
  /** By which the rows say “today”, in the server's zone. */
  day: string;
  /** Which part of the log is shown. */
  summary: string;
  /** What is wrong with the query. */
  remarks: string[];
  /** What the search did not look at. */
  notes: string[];
  /** Why the log cannot be read. */
  problem: string | undefined;
  older: { path: string; words: string } | undefined;
  /** Of the newest lines, when older ones are shown. */
  newestPath: string | undefined;
  /** Where the browser gets new lines; undefined: this page shows the past. */
  eventsPath: string | undefined;
  downloadPath: string;
  /** What the browser fills in for a new line. */
  emptyRow: FoldedRow;
}

const emptyRow: FoldedRow = {
  ...{ time: '', process: '', message: '', count: 1, hasSameTime: false },
  known: { mark: { shape: '', word: '', tone: 'tone-mute' }, explanation: '', whatToDo: ' ' },
};

/**
 * The log page, from what the log said to this query.
 * @param wallMs now, ms since the epoch
 */
export function describeLogs(log: LogPage, query: LogPageQuery, wallMs: number): LogsModel {
  const { filter, kind, from, to } = query;
  const parameters = writeFilter(query);
  const pathOf = (path: string, more: Record<string, string> = {}) => {
    const all = new URLSearchParams([...parameters, ...Object.entries(more)]);
    return all.size === 0 ? path : `${path}?${all.toString()}`;
  };
  const lines = { lines: String(query.lines) };
  const newest = log.ok && to === '' ? log.newest : undefined;
  return {
    source: log.source,
    filter: { filter, kind, from, to },
    isFiltered: parameters.size > 0,
    lineCounts: lineCounts.map((count) => ({ count, selected: count === query.lines })),
    kinds: messageKinds.map((one) => ({
      kind: one,
      label: kindLabels[one],
      selected: one === kind,
    })),
    zone: nameZone(),
    rows: log.ok ? foldRows(log.lines.map((line) => describeLine(line, wallMs))) : [],
    day: describeDay(wallMs),
    summary: log.ok ? summarize(log, query, parameters.size > 0) : '',
    remarks: describeQuery(query),
    notes: log.ok ? (log.notes ?? []) : [],
    problem: log.ok ? undefined : log.message,
    older:
      log.ok && log.older !== undefined
        ? { path: pathOf('/logs', { ...lines, before: log.older }), words: describeOlder(log) }
        : undefined,
    newestPath: query.before === undefined ? undefined : pathOf('/logs', lines),
    eventsPath: newest === undefined ? undefined : pathOf('/logs/events', { after: newest }),
    downloadPath: pathOf('/logs/download'),
    emptyRow,
  };
}

type ReadLog = Extract<LogPage, { ok: true }>;

function describeOlder({ searchedBackToMs }: ReadLog): string {
  if (searchedBackToMs === undefined) return 'Older lines';
  if (searchedBackToMs === null) return 'The search stopped to save time. Continue the search';
  return `Searched back to ${describeInstant(searchedBackToMs).text}. Continue the search`;
}

function summarize(log: ReadLog, { before, filter }: LogPageQuery, isFiltered: boolean): string {
  const { lines, reachedStart, searchedBackToMs, source } = log;
  const matching = describeMatching(filter, isFiltered, lines.length < 2);
  const place = before === undefined ? source : `this older part of ${source}`;
  if (lines.length === 0) {
    return searchedBackToMs === undefined
      ? `${place} has no line of keepalived${matching}.`
      : `No line of keepalived${matching} was found so far in ${place}.`;
  }
  if (lines.length === 1) {
    const which = before !== undefined ? 'next' : reachedStart ? 'only' : 'newest';
    return `The ${which} line${matching} in ${source}.`;
  }
  const count =
    before === undefined && reachedStart ? 'All' : before === undefined ? 'The newest' : 'The next';
  return `${count} ${lines.length} lines${matching} in ${source}, newest first.`;
}

function describeMatching(filter: string, isFiltered: boolean, isOne: boolean): string {
  if (filter !== '') return ` containing “${filter}”`;
  if (!isFiltered) return '';
  return isOne ? ' that matches' : ' that match';
}

function nameZone(): string {
  const parts = new Intl.DateTimeFormat('en-GB', { timeZoneName: 'short' }).formatToParts();
  return parts.find(({ type }) => type === 'timeZoneName')?.value ?? '';
}
