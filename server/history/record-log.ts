import { stat, utimes } from 'node:fs/promises';
import type { z } from 'zod';
import { errorCode } from '../shared/error-code.ts';
import { appendJsonLines, readJsonLines, replaceJsonLines } from './json-lines.ts';

/** A bounded log of records, oldest first, that survives crashes. */
export interface RecordLog<Entry> {
  entries(): readonly Entry[];
  /** Wall clock, ms: the last `append` or `touch` before this log was opened; undefined: it is new. */
  lastTouchedAtMs: number | undefined;
  /**
   * Keeps them in memory at once, and on the disk when the promise resolves.
   * @throws the system's error; the memory has them even then
   */
  append(entries: readonly Entry[]): Promise<void>;
  /** Notes in the file's time, without writing into it, that its owner still lives. */
  touch(): Promise<void>;
}

/**
 * Opens the log in a file of JSON lines, made if it is absent. A torn last line is cut off, and lines
 * that are not what the schema says are passed over.
 * @param maxEntries the oldest ones beyond it are dropped, a tenth of them at a time
 */
export async function openRecordLog<Schema extends z.ZodType>(
  path: string,
  schema: Schema,
  maxEntries: number,
): Promise<RecordLog<z.output<Schema>>> {
  const lastTouchedAtMs = await findModificationTime(path);
  let { entries } = await readJsonLines(path, schema);
  if (lastTouchedAtMs === undefined) {
    await replaceJsonLines(path, { entries: [], damagedLines: [] });
  }
  let writing: Promise<void> = Promise.resolve();

  async function write(added: readonly z.output<Schema>[]): Promise<void> {
    if (entries.length <= maxEntries) return appendJsonLines(path, added);
    entries = entries.slice(-Math.floor(maxEntries * 0.9));
    return replaceJsonLines(path, { entries, damagedLines: [] });
  }

  return {
    entries: () => entries,
    lastTouchedAtMs,
    append(added) {
      entries = [...entries, ...added];
      const written = writing.then(() => write(added));
      writing = written.catch(() => undefined);
      return written;
    },
    async touch() {
      const now = new Date();
      await utimes(path, now, now);
    },
  };
}

/** What stands in such a log, while another process writes it: nothing is changed. */
export async function readRecords<Schema extends z.ZodType>(
  path: string,
  schema: Schema,
): Promise<{ entries: readonly z.output<Schema>[]; lastTouchedAtMs: number | undefined }> {
  const lastTouchedAtMs = await findModificationTime(path);
  const { entries } = await readJsonLines(path, schema, false);
  return { entries, lastTouchedAtMs };
}

async function findModificationTime(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).mtimeMs;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}
