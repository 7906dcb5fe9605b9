import { z } from 'zod';
import { appendJsonLines, readJsonLines, replaceJsonLines } from '../json-lines.ts';
import { findExpendable, versionOutcomeSchema, versionRecordSchema } from './version-record.ts';
import type { VersionOutcome, VersionRecord } from './version-record.ts';

const entrySchema = z.discriminatedUnion('entry', [
  z.strictObject({ entry: z.literal('kept'), record: versionRecordSchema }),
  z.strictObject({ entry: z.literal('outcome'), id: z.uuid(), outcome: versionOutcomeSchema }),
  z.strictObject({ entry: z.literal('dropped'), id: z.uuid() }),
]);
type Entry = z.output<typeof entrySchema>;

/** The records of all versions, in memory and in an append-only file. */
export interface VersionIndex {
  /** Lines of the file that cannot be read. They stay in it, for whoever can repair them. */
  damagedLines: readonly string[];
  find(id: string): VersionRecord | undefined;
  /** Oldest first. */
  records(fileId?: string): VersionRecord[];
  /** Adds a record and forgets the oldest ones of its file beyond the limit. */
  add(record: VersionRecord): Promise<void>;
  setOutcome(id: string, outcome: VersionOutcome): Promise<void>;
}

/** How many lines may say what is already over before the file is written again. */
const tolerableStaleLines = 200;

/** Opens the index at `path`, one writer at a time; `limit` is the number of versions per file. */
export async function openVersionIndex(path: string, limit: number): Promise<VersionIndex> {
  const { entries, damagedLines } = await readJsonLines(path, entrySchema);
  let byId = applyEntries(new Map<string, VersionRecord>(), entries);
  let lineCount = entries.length;

  async function write(newEntries: Entry[]): Promise<void> {
    const next = applyEntries(byId, newEntries);
    if (lineCount + newEntries.length - next.size > tolerableStaleLines) {
      const kept = [...next.values()].map((record): Entry => ({ entry: 'kept', record }));
      await replaceJsonLines(path, { entries: kept, damagedLines });
      lineCount = kept.length;
    } else {
      await appendJsonLines(path, newEntries);
      lineCount += newEntries.length;
    }
    byId = next;
  }

  function records(fileId?: string): VersionRecord[] {
    const all = [...byId.values()];
    return fileId === undefined ? all : all.filter((record) => record.fileId === fileId);
  }

  return {
    damagedLines,
    find: (id) => byId.get(id),
    records,
    async add(record) {
      const surplus = findExpendable([...records(record.fileId), record], limit);
      await write([
        { entry: 'kept', record },
        ...surplus.map(({ id }): Entry => ({ entry: 'dropped', id })),
      ]);
    },
    setOutcome: (id, outcome) => write([{ entry: 'outcome', id, outcome }]),
  };
}

function applyEntries(
  before: ReadonlyMap<string, VersionRecord>,
  entries: readonly Entry[],
): ReadonlyMap<string, VersionRecord> {
  const byId = new Map(before);
  for (const entry of entries) {
    switch (entry.entry) {
      case 'kept':
        byId.set(entry.record.id, entry.record);
        break;
      case 'outcome': {
        const record = byId.get(entry.id);
        if (record) byId.set(entry.id, { ...record, outcome: entry.outcome });
        break;
      }
      case 'dropped':
        byId.delete(entry.id);
    }
  }
  return byId;
}
