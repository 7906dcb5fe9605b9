import { type LogLine, readLogTime } from '../../../keepalived/runtime/log/log-lines.ts';
import { errorCode } from '../../../shared/error-code.ts';
import type { LogPage, LogQuery } from '../../appliance.ts';
import {
  type LogFile,
  type LogFiles,
  describeForeignFile,
  isDamage,
  readAt,
  readChunks,
  readText,
} from '../log-files.ts';
import { createPlaceAfter, createPlaceBefore, findPlace } from '../log-place.ts';
import { type LogReader, createLogReader } from '../log-reader.ts';
import { describeUnknownPlace, searchTimeMs } from '../log-source.ts';
import { type ScanBudget, readLinesBackwards } from './backward-lines.ts';
import { lineFeed, maxLineBytes, stampBytes } from './find-lines.ts';
import { readLinesForwards } from './forward-lines.ts';
import { seekTime } from './seek-time.ts';

export interface SearchLimits {
  /** When a search ends that has not found enough; what is begun of a packed file is finished. */
  searchTimeMs: number;
  bytes: number;
  /** A packed file can only be read from its start, so at once or not at all. */
  unpackTimeMs: number;
}

export const defaultLimits: SearchLimits = {
  searchTimeMs,
  bytes: 2 * 1024 ** 3,
  unpackTimeMs: 5000,
};

/** How long it is looked whether a full page is the last one. */
const lookOnMs = 30;

interface PageLine {
  line: LogLine;
  /** The cursor of the place before it. */
  place: string;
}

/** A page of a syslog file and its rotated ones, newest lines first. */
export async function readPage(
  { files, notes, foreign, isWhole }: LogFiles,
  source: string,
  query: LogQuery,
  limits: SearchLimits,
): Promise<LogPage> {
  const [first] = files;
  const place =
    query.before === undefined
      ? { index: 0, offset: undefined }
      : await findPlace(files, query.before);
  if (!place || !first) return describeUnknownPlace(source);
  const scan = createScan(query, limits, notes);
  let stop: Stop | undefined;
  for (const [index, file] of files.entries()) {
    if (index < place.index) continue;
    const end = index === place.index ? place.offset : undefined;
    stop = await scan.readFile(file, end, files[index + 1]);
    if (stop) break;
  }
  if (!stop && foreign.length > 0) notes.push(describeForeignFile(foreign));
  return {
    ok: true,
    source,
    lines: scan.lines.map(({ line }) => line),
    reachedStart: stop ? stop.older === undefined : isWhole,
    ...{ older: stop?.older, searchedBackToMs: stop?.searchedBackToMs, notes },
    newest: query.before === undefined ? await findNewest(first) : undefined,
  };
}

/** The place behind the last whole line: one that is being written is told of when it is finished. */
async function findNewest(file: LogFile): Promise<string> {
  if (file.isPacked) return createPlaceBefore(Buffer.alloc(0), 0, file);
  const end = await readAt(file.handle, file.size - maxLineBytes, file.size);
  return createPlaceAfter(file, file.size - (end.length - (end.lastIndexOf(lineFeed) + 1)));
}

/** Why no older file is looked at: nothing is older, or from where to go on. */
interface Stop {
  older: string | undefined;
  searchedBackToMs?: number | null | undefined;
}

function createScan({ limit, ...filter }: LogQuery, limits: SearchLimits, notes: string[]) {
  const reader = createLogReader(filter);
  const lines: PageLine[] = [];
  const budget: ScanBudget = {
    deadlineMs: performance.now() + limits.searchTimeMs,
    bytesLeft: limits.bytes,
  };

  /** @returns whether that was one line too many. */
  function add(pageLine: PageLine): boolean {
    if (lines.length === limit) return true;
    lines.push(pageLine);
    if (lines.length === limit) {
      budget.deadlineMs = Math.min(budget.deadlineMs, performance.now() + lookOnMs);
    }
    return false;
  }
  const stopAtLimit = (): Stop => ({ older: lines.at(-1)?.place });

  async function readPlain(file: LogFile, end: number): Promise<Stop | undefined> {
    const from = await findStart(file, end, reader);
    const found = readLinesBackwards(file.handle, from, await reader.chooseFinder(file), budget);
    for (;;) {
      const next = await found.next();
      if (next.done) return next.value === 0 ? undefined : stopAtBudget(file, next.value);
      const line = reader.read(next.value, file);
      if (line === 'long-before') return { older: undefined };
      if (line && add(placeLine(line, next.value, file))) return stopAtLimit();
    }
  }

  async function stopAtBudget(file: LogFile, offset: number): Promise<Stop> {
    if (lines.length === limit) return stopAtLimit();
    const text = await readText(file, offset, stampBytes);
    return {
      older: createPlaceBefore(text, offset, file),
      searchedBackToMs: readLogTime(text.toString(), file.modifiedAtMs) ?? null,
    };
  }

  async function readPacked(file: LogFile, end: number): Promise<Stop | undefined> {
    const found = await readNewestPacked(file, reader, {
      end,
      count: limit + 1 - lines.length,
      deadlineMs: performance.now() + limits.unpackTimeMs,
    });
    if (found.problem !== undefined) notes.push(`${file.name} ${found.problem}`);
    for (const pageLine of found.lines.reverse()) if (add(pageLine)) return stopAtLimit();
    return undefined;
  }

  return {
    lines,
    /** @param end where to begin, going backwards; undefined: at the file's end */
    async readFile(
      file: LogFile,
      end: number | undefined,
      olderFile: LogFile | undefined,
    ): Promise<Stop | undefined> {
      if (reader.isLongBefore(file.modifiedAtMs)) return { older: undefined };
      if (file.isPacked && lines.length === limit) return stopAtLimit();
      const stop = file.isPacked
        ? await readPacked(file, end ?? Infinity)
        : await readPlain(file, end ?? file.size);
      if (stop || !olderFile || performance.now() < budget.deadlineMs) return stop;
      return stopAtBudget(file, 0);
    },
  };
}

function findStart(file: LogFile, end: number, { untilMs }: LogReader): Promise<number> | number {
  return untilMs === Infinity ? end : seekTime(file.handle, end, untilMs, file.modifiedAtMs);
}

function placeLine(
  line: LogLine,
  { bytes, offset }: { bytes: Buffer; offset: number },
  file: LogFile,
): PageLine {
  return { line, place: createPlaceBefore(bytes, offset, file) };
}

interface PackedLines {
  /** Oldest first, the newest ones that were asked for. */
  lines: PageLine[];
  /** Why it is not all of them. */
  problem: string | undefined;
}

/** The last lines of a packed file before `end`; no more of it is held than they need. */
async function readNewestPacked(
  file: LogFile,
  reader: LogReader,
  { end, count, deadlineMs }: { end: number; count: number; deadlineMs: number },
): Promise<PackedLines> {
  let lines: PageLine[] = [];
  try {
    const find = await reader.chooseFinder(file);
    for await (const batch of readLinesForwards(readChunks(file), 0, find)) {
      for (const found of batch.lines) {
        if (found.offset >= end) return { lines: lines.slice(-count), problem: undefined };
        const line = reader.read(found, file);
        if (line && line !== 'long-before') lines.push(placeLine(line, found, file));
      }
      if (batch.end >= end) break;
      if (lines.length > 2 * count) lines = lines.slice(-count);
      if (performance.now() > deadlineMs) {
        return { lines: [], problem: 'is too large to be unpacked here and was skipped.' };
      }
    }
    return { lines: lines.slice(-count), problem: undefined };
  } catch (error) {
    const problem = isDamage(error)
      ? 'is damaged: the part after the damage is missing here.'
      : `cannot be read further (${errorCode(error)}): lines of it are missing here.`;
    return { lines: lines.slice(-count), problem };
  }
}
