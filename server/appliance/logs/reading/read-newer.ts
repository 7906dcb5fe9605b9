import type { LogLine } from '../../../keepalived/runtime/log/log-lines.ts';
import type { LogFilter, NewerLogLines } from '../../appliance.ts';
import { type LogFile, type LogFiles, readChunks } from '../log-files.ts';
import {
  type FoundPlace,
  createPlaceAfter,
  createPlaceBefore,
  findPlace,
  isCursorOf,
} from '../log-place.ts';
import { type LogReader, createLogReader } from '../log-reader.ts';
import { newerLines } from '../log-source.ts';
import { readLinesForwards } from './forward-lines.ts';

/** What was logged behind a place, in whichever file the place and the lines are by now. */
export async function readNewer(
  { files }: LogFiles,
  after: string,
  filter: LogFilter,
): Promise<NewerLogLines> {
  const reader = createLogReader(filter);
  const found = await findPlace(files, after);
  const place = found ?? findNextBest(files, after);
  const isGap = found === undefined;
  const lines: LogLine[] = [];
  let newest = after;
  for (let index = place.index; index >= 0; index -= 1) {
    const file = files[index];
    if (!file) continue;
    const offset = index === place.index ? place.offset : 0;
    const next = await readFile(file, { offset, isLast: index === 0 }, reader, lines);
    if ('more' in next) return { ok: true, lines, newest: next.more, hasMore: true, isGap };
    if (index === 0) newest = await createPlaceAfter(file, next.end);
  }
  return { ok: true, lines, newest, hasMore: false, isGap };
}

/** A log that was truncated is told from its start; of another one only what comes from now on. */
function findNextBest([current]: LogFile[], after: string): FoundPlace {
  if (!current) return { index: 0, offset: 0 };
  return { index: 0, offset: isCursorOf(current, after) ? 0 : current.size };
}

async function readFile(
  file: LogFile,
  { offset, isLast }: { offset: number; isLast: boolean },
  reader: LogReader,
  lines: LogLine[],
): Promise<{ more: string } | { end: number }> {
  let end = offset;
  // The offset of a place is that of the text; a packed file is read from its start to there.
  const from = file.isPacked ? 0 : offset;
  const find = await reader.chooseFinder(file);
  for await (const batch of readLinesForwards(readChunks(file, from), from, find)) {
    // It is told when it is finished; in a file that was rotated it never will be.
    if (batch.unfinished && isLast) break;
    for (const found of batch.lines) {
      if (found.offset < offset) continue;
      const line = reader.read(found, file);
      if (line === undefined || line === 'long-before') continue;
      if (lines.length === newerLines) {
        return { more: createPlaceBefore(found.bytes, found.offset, file) };
      }
      lines.push(line);
    }
    end = batch.end;
  }
  return { end };
}
