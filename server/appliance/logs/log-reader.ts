import {
  type LogLine,
  isKeepalivedLine,
  parseLogLine,
} from '../../keepalived/runtime/log-lines.ts';
import type { LogFilter } from '../appliance.ts';
import { type FoundLine, type LineFinder, createLineFinder } from './find-lines.ts';
import type { LogFile } from './log-files.ts';
import { createLineFilter, createTextFilter, stampToleranceMs } from './log-source.ts';

/** Of a syslog file: which lines are asked for, and whether it may hold any. */
export interface LogReader {
  find: LineFinder;
  /** The line if it is asked for. */
  read(found: FoundLine, file: LogFile): LogLine | 'long-before' | undefined;
  isLongBefore(atMs: number): boolean;
  /** The time until which lines may be asked for. */
  untilMs: number;
}

export function createLogReader(filter: LogFilter): LogReader {
  const { fromMs = -Infinity, toMs = Infinity } = filter;
  const hasText = createTextFilter(filter.filter);
  const isAskedFor = createLineFilter(filter);
  const isLongBefore = (atMs: number) => atMs < fromMs - stampToleranceMs;
  return {
    find: createLineFinder(filter.filter ?? ''),
    read({ bytes }, { modifiedAtMs }) {
      const text = bytes.toString();
      if (!isKeepalivedLine(text)) return undefined;
      // A stamp has no year, and a rotated log may be years old.
      const line = parseLogLine(text, modifiedAtMs);
      if (line.atMs !== undefined && isLongBefore(line.atMs)) return 'long-before';
      // Of what is masked only the mask is found: else a filter could be used to guess it.
      return hasText(line.raw) && isAskedFor(line) ? line : undefined;
    },
    isLongBefore,
    untilMs: toMs + stampToleranceMs,
  };
}
