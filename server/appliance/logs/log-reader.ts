import { type LogLine, parseLogLine } from '../../keepalived/runtime/log/log-lines.ts';
import { isKeepalivedLine, isOwnLine } from '../../keepalived/runtime/log/log-shapes.ts';
import type { LogFilter } from '../appliance.ts';
import { type LogFile, isDamage, readText } from './log-files.ts';
import { createLineFilter, createTextFilter, stampToleranceMs } from './log-source.ts';
import {
  type FoundLine,
  type LineFinder,
  createLineFinder,
  createOwnLineFinder,
  lineFeed,
  maxLineBytes,
} from './reading/find-lines.ts';

/** Of a syslog file: which lines are asked for, and whether it may hold any. */
export interface LogReader {
  /** By the file: where keepalived itself writes, no line bears its name. */
  chooseFinder(file: LogFile): Promise<LineFinder>;
  /** The line if it is asked for. */
  read(found: FoundLine, file: LogFile): LogLine | 'long-before' | undefined;
  isLongBefore(atMs: number): boolean;
  /** The time until which lines may be asked for. */
  untilMs: number;
}

export function createLogReader(filter: LogFilter): LogReader {
  const { fromMs = -Infinity, toMs = Infinity } = filter;
  const wanted = filter.filter ?? '';
  const hasText = createTextFilter(filter.filter);
  const isAskedFor = createLineFilter(filter);
  const isLongBefore = (atMs: number) => atMs < fromMs - stampToleranceMs;
  return {
    async chooseFinder(file) {
      const start = await readText(file, 0, maxLineBytes).catch((error: unknown) => {
        if (isDamage(error)) return Buffer.alloc(0);
        throw error;
      });
      const feed = start.indexOf(lineFeed);
      const line = start.subarray(0, feed === -1 ? undefined : feed).toString();
      return isOwnLine(line) ? createOwnLineFinder(wanted) : createLineFinder(wanted);
    },
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
