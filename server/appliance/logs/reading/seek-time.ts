import type { FileHandle } from 'node:fs/promises';
import { readLogTime } from '../../../keepalived/runtime/log/log-lines.ts';
import { readAt } from '../log-files.ts';
import { lineFeed, stampBytes } from './find-lines.ts';

/** Enough for the end of one line and the stamp of the next. */
const probeBytes = 16 * 1024;

/**
 * An offset behind every line that was logged until `atMs`, found in a few reads by halving: the
 * lines after it need not be looked at. Where the log has no readable times it is the end.
 * @param writtenAtMs when the log was written at the latest, for stamps without a year
 */
export async function seekTime(
  handle: FileHandle,
  end: number,
  atMs: number,
  writtenAtMs: number,
): Promise<number> {
  let [low, high] = [0, end];
  while (high - low > probeBytes) {
    const middle = Math.floor((low + high) / 2);
    const foundAtMs = await readStampAfter(handle, middle, writtenAtMs);
    if (foundAtMs === undefined) return high;
    if (foundAtMs > atMs) high = middle;
    else low = middle;
  }
  // The line that the last probe read begins a little behind it.
  return Math.min(end, high + probeBytes);
}

/** When the first line after an offset was logged, ms since the epoch. */
async function readStampAfter(
  handle: FileHandle,
  offset: number,
  writtenAtMs: number,
): Promise<number | undefined> {
  const text = await readAt(handle, offset, offset + probeBytes);
  const feed = text.indexOf(lineFeed);
  if (feed === -1) return undefined;
  return readLogTime(text.subarray(feed + 1, feed + 1 + stampBytes).toString(), writtenAtMs);
}
