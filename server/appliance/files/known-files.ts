import { lstat } from 'node:fs/promises';
import { undefinedIfAbsent, useIfUnseen } from '../unseen-error.ts';
import { type FileProblem, type RegularFile, readRegularFile } from './regular-file.ts';

export interface KnownFiles {
  /** As `readRegularFile`, of the same bytes. */
  read: (path: string) => Promise<RegularFile | FileProblem>;
}

/** A clock of the file system is never coarser: FAT counts in steps of two seconds. */
const settledAfterMs = 2_000;
/** What is larger is read each time: it would be held for ever. */
const largestBytes = 64 * 1024;
/** As many as a configuration may have, and some that have gone. */
const mostFiles = 300;

/**
 * Reads files that are looked at again and again and change seldom. One that nobody has touched since
 * it was read is not read again: each write sets its time of change (ctime), which no program can
 * choose. A file that changed a moment ago is: two writes may bear the same time.
 * @param nowMs wall clock, ms
 */
export function createKnownFiles(nowMs: () => number = Date.now): KnownFiles {
  const known = new Map<string, { stamp: string; file: RegularFile }>();
  return {
    async read(path) {
      const before = await findStamp(path);
      const last = known.get(path);
      if (before?.isSettledAt(nowMs()) && last?.stamp === before.stamp) return last.file;
      known.delete(path);
      const readAtMs = nowMs();
      const file = await readRegularFile(path);
      // If it changes after the look and before the reading, the next look finds another stamp.
      if (file.ok && file.bytes.length <= largestBytes && before?.isSettledAt(readAtMs)) {
        if (known.size >= mostFiles) known.clear();
        known.set(path, { stamp: before.stamp, file });
      }
      return file;
    },
  };
}

/** What is another one after each change; undefined: that cannot be said. */
async function findStamp(path: string) {
  // Whoever reads it says why it cannot be.
  const stats = await undefinedIfAbsent(path, () => lstat(path, { bigint: true })).catch(
    useIfUnseen(undefined),
  );
  if (!stats?.isFile()) return undefined;
  const { dev, ino, size, mode, uid, gid, mtimeNs, ctimeNs } = stats;
  const changedAtMs = Number(ctimeNs / 1_000_000n);
  return {
    stamp: [dev, ino, size, mode, uid, gid, mtimeNs, ctimeNs].join(' '),
    /** A time in the future is that of a clock which was set. */
    isSettledAt: (atMs: number) => atMs - changedAtMs > settledAfterMs,
  };
}
