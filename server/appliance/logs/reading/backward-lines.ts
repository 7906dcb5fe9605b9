import type { FileHandle } from 'node:fs/promises';
import { type FoundLine, type LineFinder, limitLine, lineFeed } from './find-lines.ts';
import { readBlocksBefore } from './read-ahead.ts';

/** What may still be spent on a search, in whatever number of files. */
export interface ScanBudget {
  /** When the scan ends, on the monotonic clock. */
  deadlineMs: number;
  bytesLeft: number;
}

/**
 * Yields the lines before `end` that `find` finds, newest first, reading blocks backwards: the cost
 * is that of what is looked at, never of the file. At least one block is
 * looked at. A line's bytes are to be used before the next line is asked for.
 *
 * @returns from where on everything was looked at: 0 unless the budget was spent.
 */
export async function* readLinesBackwards(
  handle: FileHandle,
  end: number,
  find: LineFinder,
  budget: ScanBudget,
): AsyncGenerator<FoundLine, number, undefined> {
  /** The start of a line whose beginning is in an earlier block, as much as is shown of it. */
  let rest: Buffer = Buffer.alloc(0);
  for await (const { chunk, start, end: askedTo } of readBlocksBefore(handle, end)) {
    // Someone truncated the file under us (copytruncate): what is left has been read or is gone.
    if (chunk.length < askedTo - start) break;
    budget.bytesLeft -= chunk.length;
    const firstFeed = chunk.indexOf(lineFeed);
    if (firstFeed === -1 && start > 0) {
      rest = Buffer.from(limitLine(Buffer.concat([limitLine(chunk), rest])));
      // Within a line, so that a search goes on even through one that is longer than its budget.
      if (isSpent(budget)) return start;
      continue;
    }
    // Whole lines stand after the first line feed; the bytes before it belong to an earlier line.
    const wholeFrom = start === 0 ? 0 : firstFeed + 1;
    const lastFrom = Math.max(wholeFrom, chunk.lastIndexOf(lineFeed) + 1);
    const last = Buffer.concat([chunk.subarray(lastFrom), rest]);
    yield* find(last, start + lastFrom).reverse();
    yield* find(chunk.subarray(wholeFrom, lastFrom), start + wholeFrom).reverse();
    rest = Buffer.from(limitLine(chunk.subarray(0, wholeFrom)));
    if (start > 0 && isSpent(budget)) return start + wholeFrom;
  }
  return 0;
}

function isSpent({ bytesLeft, deadlineMs }: ScanBudget): boolean {
  return bytesLeft <= 0 || performance.now() >= deadlineMs;
}
