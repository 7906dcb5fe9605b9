import type { FileHandle } from 'node:fs/promises';

/** A longer line is cut here; what follows of it is dropped. */
export const maxLineBytes = 16 * 1024;

const blockBytes = 256 * 1024;
const lineFeed = 0x0a;

export interface ScanLimits {
  /** When the scan ends, on the monotonic clock. */
  deadlineMs: number;
  maxBytes: number;
}

/**
 * Yields a file's lines that contain `marker`, newest first, reading blocks backwards from the end:
 * the cost is that of what is looked at, never of the file. A line holds at most 16 KiB. Lines
 * without the marker are not even cut out, so that a large log is searched at the disk's speed.
 *
 * @param marker what is looked for, bytes for bytes.
 * @returns whether the start of the file was reached within the limits.
 */
export async function* readLinesBackwards(
  handle: FileHandle,
  marker: string,
  limits: ScanLimits,
): AsyncGenerator<Buffer, boolean, undefined> {
  const { size } = await handle.stat();
  const block = Buffer.allocUnsafe(blockBytes);
  let position = size;
  /** The start of a line whose beginning is in an earlier block, at most `maxLineBytes` of it. */
  let rest: Buffer = Buffer.alloc(0);
  while (position > 0) {
    if (size - position >= limits.maxBytes || performance.now() >= limits.deadlineMs) return false;
    const start = Math.max(0, position - blockBytes);
    const { bytesRead } = await handle.read(block, 0, position - start, start);
    // Someone truncated the file under us (copytruncate): what is left has been read or is gone.
    if (bytesRead < position - start) return false;
    const chunk = block.subarray(0, bytesRead);
    position = start;

    const firstFeed = chunk.indexOf(lineFeed);
    if (firstFeed === -1 && start > 0) {
      rest = Buffer.from(cut(Buffer.concat([cut(chunk), rest])));
      continue;
    }
    // Whole lines stand after the first line feed; the bytes before it belong to an earlier line.
    const wholeFrom = start === 0 ? 0 : firstFeed + 1;
    yield* findLines(Buffer.concat([chunk.subarray(wholeFrom), rest]), marker);
    // A copy: the block is read into again.
    rest = Buffer.from(cut(chunk.subarray(0, wholeFrom)));
  }
  return true;
}

function cut(bytes: Buffer): Buffer {
  return bytes.subarray(0, maxLineBytes);
}

/** The lines of `text` with the marker, last first; searched forwards, which is far faster. */
function findLines(text: Buffer, marker: string): Buffer[] {
  const lines: Buffer[] = [];
  let from = 0;
  for (;;) {
    const found = text.indexOf(marker, from);
    if (found === -1) return lines.reverse();
    const lineStart = found === 0 ? 0 : text.lastIndexOf(lineFeed, found - 1) + 1;
    const feed = text.indexOf(lineFeed, found);
    const lineEnd = feed === -1 ? text.length : feed;
    lines.push(text.subarray(lineStart, Math.min(lineEnd, lineStart + maxLineBytes)));
    from = lineEnd;
  }
}
