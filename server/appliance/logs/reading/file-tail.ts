import { type Stats, constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { lineFeed, maxLineBytes } from './find-lines.ts';

const chunkBytes = 64 * 1024;
/** A clock of the file system is never coarser. */
const settledAfterMs = 2_000;
/** So much before the read position is remembered, to notice that it is no longer there. */
const fingerprintBytes = 64;

/** A file that grows, read to its end again and again. */
export interface FileTail {
  /** Which file this is, whatever its name is by now. */
  isSameFile(other: { dev: number; ino: number }): boolean;
  /** Whether it is sure that nothing was written since the last call of `readLines`. */
  hasRead(now: Stats): boolean;
  /** Yields the whole lines since the last call; from the file's start if it was truncated. */
  readLines(): AsyncGenerator<string[]>;
  close(): Promise<void>;
}

/**
 * Opens a file for following.
 * @param from `end`: only what is written from now on
 * @returns undefined if there is no such file, or it is none
 * @throws if it is there and cannot be opened
 */
export async function openFileTail(
  path: string,
  from: 'start' | 'end',
): Promise<FileTail | undefined> {
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch(
    (error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    },
  );
  if (!handle) return undefined;
  const stats = await handle.stat();
  if (stats.isFile()) return createFileTail(handle, stats, from);
  await handle.close();
  return undefined;
}

async function createFileTail(
  handle: FileHandle,
  stats: Stats,
  from: 'start' | 'end',
): Promise<FileTail> {
  const { dev, ino } = stats;
  let position = from === 'end' ? stats.size : 0;
  let fingerprint = await readAt(handle, position - fingerprintBytes, position);
  /** The start of a line that is not finished, at most `maxLineBytes` of it. */
  let rest: Buffer = Buffer.alloc(0);
  /** When it was last written, if that was long enough before it was read to its end. */
  let settledAtMs: number | undefined;

  /** Truncated by `copytruncate`, and perhaps grown beyond the position since. */
  async function wasTruncated(): Promise<boolean> {
    const { size, mtimeMs } = await handle.stat();
    // Two writes may bear the same time.
    settledAtMs = Date.now() - mtimeMs > settledAfterMs ? mtimeMs : undefined;
    if (size < position) return true;
    const found = await readAt(handle, position - fingerprint.length, position);
    return !found.equals(fingerprint);
  }

  function splitChunk(chunk: Buffer): string[] {
    const lastFeed = chunk.lastIndexOf(lineFeed);
    if (lastFeed === -1) {
      rest = Buffer.concat([rest, chunk.subarray(0, Math.max(0, maxLineBytes - rest.length))]);
      return [];
    }
    const whole = Buffer.concat([rest, chunk.subarray(0, lastFeed)]).toString();
    rest = Buffer.from(chunk.subarray(lastFeed + 1).subarray(0, maxLineBytes));
    return whole.split('\n').map((line) => line.slice(0, maxLineBytes));
  }

  return {
    isSameFile: (other) => other.dev === dev && other.ino === ino,
    hasRead: ({ size, mtimeMs }) => size === position && mtimeMs === settledAtMs,
    async *readLines() {
      if (await wasTruncated()) {
        position = 0;
        rest = Buffer.alloc(0);
      }
      for (;;) {
        const chunk = await readAt(handle, position, position + chunkBytes);
        if (chunk.length === 0) return;
        position += chunk.length;
        fingerprint = Buffer.concat([fingerprint, chunk]).subarray(-fingerprintBytes);
        const lines = splitChunk(chunk);
        if (lines.length > 0) yield lines;
      }
    },
    close: () => handle.close(),
  };
}

/** What is between two positions, as far as the file reaches. */
async function readAt(handle: FileHandle, from: number, to: number): Promise<Buffer> {
  const start = Math.max(0, from);
  const buffer = Buffer.alloc(to - start);
  const { bytesRead } = await handle.read(buffer, 0, buffer.length, start);
  return buffer.subarray(0, bytesRead);
}
