import type { FileHandle } from 'node:fs/promises';
import { type FoundLine, type LineFinder, cutLine, lineFeed } from './find-lines.ts';

/** The first screen is in the first block; a long search is faster in large ones. */
const blockBytes = { first: 64 * 1024, longest: 1024 * 1024 };

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
  for await (const { chunk, start } of readBlocks(handle, end)) {
    budget.bytesLeft -= chunk.length;
    const firstFeed = chunk.indexOf(lineFeed);
    if (firstFeed === -1 && start > 0) {
      rest = Buffer.from(cutLine(Buffer.concat([cutLine(chunk), rest])));
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
    rest = Buffer.from(cutLine(chunk.subarray(0, wholeFrom)));
    if (start > 0 && isSpent(budget)) return start + wholeFrom;
  }
  return 0;
}

function isSpent({ bytesLeft, deadlineMs }: ScanBudget): boolean {
  return bytesLeft <= 0 || performance.now() >= deadlineMs;
}

interface Block {
  start: number;
  /** Valid until the next block is asked for. */
  chunk: Buffer;
}

/** The file's blocks before `end`, the last one first; in a long search the next one is on its way. */
async function* readBlocks(
  handle: FileHandle,
  end: number,
): AsyncGenerator<Block, void, undefined> {
  let size = blockBytes.first;
  // One is looked at while the other is filled; to allocate anew costs more than to read (measured).
  let buffers = [Buffer.alloc(size), Buffer.alloc(0)] as [Buffer, Buffer];
  const readBefore = async (position: number): Promise<Block> => {
    const [buffer] = buffers;
    const start = Math.max(0, position - size);
    const { bytesRead } = await handle.read(buffer, 0, position - start, start);
    return { start, chunk: buffer.subarray(0, bytesRead) };
  };
  let next = end > 0 ? readBefore(end) : undefined;
  try {
    for (let position = end; next;) {
      const block = await next;
      // Someone truncated the file under us (copytruncate): what is left has been read or is gone.
      if (block.chunk.length < position - block.start) return;
      position = block.start;
      const isLong = size === blockBytes.longest;
      buffers = isLong
        ? [buffers[1], buffers[0]]
        : [Buffer.alloc(blockBytes.longest), Buffer.alloc(blockBytes.longest)];
      size = blockBytes.longest;
      next = position > 0 && isLong ? readBefore(position) : undefined;
      yield block;
      if (position > 0) next ??= readBefore(position);
    }
  } finally {
    // The handle is not to be closed while it is read.
    await next?.catch(() => undefined);
  }
}
