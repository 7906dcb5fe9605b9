import type { FileHandle } from 'node:fs/promises';
import { ignoreFailure } from '../../unseen-error.ts';

/** The first screen is in the first block; a long search is faster in large ones. */
const blockBytes = { first: 64 * 1024, longest: 1024 * 1024 };

export interface FileBlock {
  /** What was asked for; the last chunk is shorter where the file was truncated. */
  start: number;
  end: number;
  /** Valid until the next block is asked for. */
  chunk: Buffer;
}

/** The file's blocks before `end`, the last one first. */
export function readBlocksBefore(
  handle: FileHandle,
  end: number,
): AsyncGenerator<FileBlock, void, undefined> {
  function* listRanges() {
    let size = blockBytes.first;
    for (let position = end; position > 0; size = blockBytes.longest) {
      const start = Math.max(0, position - size);
      yield { start, end: position };
      position = start;
    }
  }
  return readAhead(handle, listRanges());
}

/** The file's blocks between two positions, in order. */
export function readBlocksBetween(
  handle: FileHandle,
  [from, to]: [number, number],
): AsyncGenerator<FileBlock, void, undefined> {
  function* listRanges() {
    let size = blockBytes.first;
    for (let position = from; position < to; size = blockBytes.longest) {
      const end = Math.min(position + size, to);
      yield { start: position, end };
      position = end;
    }
  }
  return readAhead(handle, listRanges());
}

/**
 * From the second block on, the next one is on its way while one is looked at. Two buffers take
 * turns: to allocate one for each block costs more than to read it (measured).
 */
async function* readAhead(
  handle: FileHandle,
  ranges: Iterator<{ start: number; end: number }>,
): AsyncGenerator<FileBlock, void, undefined> {
  let [spare, busy] = [Buffer.alloc(0), Buffer.alloc(0)];
  const readNext = async (): Promise<FileBlock | undefined> => {
    const next = ranges.next();
    if (next.done) return undefined;
    const { start, end } = next.value;
    const buffer = spare.length < end - start ? Buffer.allocUnsafeSlow(end - start) : spare;
    [spare, busy] = [busy, buffer];
    const { bytesRead } = await handle.read(buffer, 0, end - start, start);
    return { start, end, chunk: buffer.subarray(0, bytesRead) };
  };
  let ahead: Promise<FileBlock | undefined> | undefined;
  try {
    for (let isFirst = true; ; isFirst = false) {
      const block = await (ahead ?? readNext());
      if (!block) return;
      ahead = isFirst ? undefined : readNext();
      // Its failure is thrown when it is asked for; until then nobody waits for it.
      ahead?.catch(ignoreFailure);
      yield block;
      if (block.chunk.length < block.end - block.start) return;
    }
  } finally {
    // The handle is not to be closed while it is read.
    await ahead?.catch(ignoreFailure);
  }
}
