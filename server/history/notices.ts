import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import { makePrivateFolder } from '../shared/durable-file.ts';
import { readJsonLines, replaceJsonLines } from './json-lines.ts';

const noticeSchema = z.strictObject({
  id: z.uuid(),
  /** Wall clock, ms. */
  atMs: z.number(),
  /** info: good to know · critical: an administrator has to do something. */
  severity: z.enum(['info', 'critical']),
  sentence: z.string(),
});
/** Something that happened while nobody looked, for whoever looks next. */
export type Notice = z.output<typeof noticeSchema>;

/** Notices stay, also over a restart, until an administrator has seen them. */
export interface Notices {
  /** Newest first. */
  list(): Notice[];
  /** A notice that is there already is not repeated. @returns its id */
  add(severity: Notice['severity'], sentence: string): Promise<string>;
  /** Seen. Does nothing for one that is not there. */
  dismiss(id: string): Promise<void>;
  /** What was critical is over: a configuration was proved since. */
  settle(): Promise<void>;
}

/** More than anybody reads; the oldest go first. */
const limit = 20;

/** Opens the notices in the state directory. A disk that cannot be written keeps none over a restart. */
export async function openNotices(options: {
  directory: string;
  /** Wall clock, ms. */
  clock?: () => number;
}): Promise<Notices> {
  const { directory, clock = Date.now } = options;
  const path = join(directory, 'notices.jsonl');
  let notices = (await readJsonLines(path, noticeSchema)).entries;

  /** What is told on the page need not be on the disk, and must not stop what it is about. */
  async function keep(next: Notice[]): Promise<void> {
    if (next.length === notices.length) return;
    notices = next.slice(-limit);
    try {
      await makePrivateFolder(directory);
      await replaceJsonLines(path, { entries: notices, damagedLines: [] });
    } catch {
      // It is still in memory.
    }
  }

  return {
    list: () => notices.toReversed(),
    async add(severity, sentence) {
      const known = notices.find((notice) => notice.sentence === sentence);
      if (known) return known.id;
      const id = randomUUID();
      await keep([...notices, { id, atMs: clock(), severity, sentence }]);
      return id;
    },
    dismiss: (id) => keep(notices.filter((notice) => notice.id !== id)),
    settle: () => keep(notices.filter(({ severity }) => severity !== 'critical')),
  };
}
