import type { LogPage } from '../../../appliance/appliance.ts';
import { lineCounts } from './query-schema.ts';
import type { LogPageQuery } from './query-schema.ts';

export interface LogRow {
  time: string;
  /** For the `datetime` attribute, where the time could be read. */
  iso: string | undefined;
  process: string;
  message: string;
}

export interface LogsModel {
  source: string;
  filter: string;
  lineCounts: { count: number; selected: boolean }[];
  /** Newest first. */
  rows: LogRow[];
  /** Which part of the log is shown. */
  summary: string;
  /** Why the log cannot be read. */
  problem: string | undefined;
  downloadPath: string;
}

/** The log page, from what the log said to this query. */
export function describeLogs(log: LogPage, query: LogPageQuery): LogsModel {
  const download = new URLSearchParams(query.filter === '' ? {} : { filter: query.filter });
  return {
    source: log.source,
    filter: query.filter,
    lineCounts: lineCounts.map((count) => ({ count, selected: count === query.lines })),
    rows: log.ok
      ? log.lines.map(({ atMs, timeText, tag, pid, message }) => ({
          time: timeText,
          iso: atMs === undefined ? undefined : new Date(atMs).toISOString(),
          process: pid === undefined ? tag : `${tag}[${pid}]`,
          message,
        }))
      : [],
    summary: log.ok ? summarize(log, query.filter) : '',
    problem: log.ok ? undefined : log.message,
    downloadPath: `/logs/download${download.size === 0 ? '' : `?${download.toString()}`}`,
  };
}

function summarize(log: Extract<LogPage, { ok: true }>, filter: string): string {
  const { lines, reachedStart, source } = log;
  const containing = filter === '' ? '' : ` containing “${filter}”`;
  if (lines.length === 0) return `${source} has no line of keepalived${containing}.`;
  if (reachedStart) return `All ${lines.length} lines${containing} in ${source}, newest first.`;
  return `The newest ${lines.length} lines${containing} in ${source}, newest first.`;
}
