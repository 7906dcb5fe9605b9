import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { makePrivateFolder, removeUnfinishedWrites } from '../../shared/durable-file.ts';
import { UserError } from '../../shared/errors.ts';
import { createTag } from '../../shared/tag.ts';
import { explainWriteFailure } from '../explain-write-failure.ts';
import { openVersionIndex } from './version-index.ts';
import type { VersionOutcome, VersionRecord } from './version-record.ts';
import { openVersionTexts } from './version-texts.ts';

export type { VersionOutcome, VersionRecord } from './version-record.ts';

/** Every version of every managed file that was replaced or written, with who, when and why. */
export interface VersionStore {
  /**
   * Keeps a version; it is on the disk (fsync of file and folder) when the promise resolves.
   * @throws {UserError} `history-full`, `history-read-only`; then nothing of it was kept.
   */
  keep(version: NewVersion): Promise<VersionRecord>;
  /** Newest first, of one file or of all. */
  list(fileId?: string): Promise<VersionRecord[]>;
  /**
   * undefined: no such version.
   * @throws {UserError} `history-damaged`: its text is not on the disk as it was kept.
   */
  read(id: string): Promise<{ record: VersionRecord; text: string } | undefined>;
  /** Does nothing for a version that is no longer there. */
  setOutcome(id: string, outcome: VersionOutcome): Promise<void>;
}

export interface NewVersion extends Omit<VersionRecord, 'id' | 'keptAtMs' | 'remoteAddress'> {
  text: string;
  remoteAddress?: string | undefined;
}

export interface VersionStoreOptions {
  /** Only this store writes there, and only one process at a time (see lock.ts). */
  directory: string;
  /** Wall clock, ms. */
  clock?: () => number;
  /** Versions kept of each file. The oldest go first, never the active one. */
  limit?: number;
  /** Told, in a sentence, when a part of the history cannot be read. */
  reportDamage?: (sentence: string) => void;
}

/**
 * Opens the store (0700, files 0600) and clears away what a crash left.
 * @throws {UserError} `history-full`, `history-read-only`.
 */
export async function createVersionStore(options: VersionStoreOptions): Promise<VersionStore> {
  const { directory, clock = Date.now, limit = 200, reportDamage } = options;
  const indexPath = join(directory, 'index.jsonl');
  const [index, texts] = await explainWriteFailure(directory, async () => {
    await makePrivateFolder(directory);
    await removeUnfinishedWrites(directory);
    return Promise.all([
      openVersionIndex(indexPath, limit),
      openVersionTexts(join(directory, 'versions')),
    ]);
  });
  if (index.damagedLines.length > 0) {
    reportDamage?.(
      `${index.damagedLines.length} lines of ${indexPath} cannot be read: these versions are ` +
        'not listed. Nothing of them is removed.',
    );
  }

  async function removeUnusedTexts(): Promise<void> {
    // A record that cannot be read may need any of them.
    if (index.damagedLines.length > 0) return;
    await texts.removeUnused(new Set(index.records().map(({ tag }) => tag)));
  }
  await removeUnusedTexts();

  async function keep({ text, ...version }: NewVersion): Promise<VersionRecord> {
    if (createTag(text) !== version.tag) throw new Error('The tag is not that of the text.');
    const { remoteAddress } = version;
    const record = { ...version, remoteAddress, id: randomUUID(), keptAtMs: clock() };
    try {
      await texts.put(version.tag, text);
      await index.add(record);
    } finally {
      await removeUnusedTexts();
    }
    return record;
  }

  let lastWrite: Promise<unknown> = Promise.resolve();
  function afterOtherWrites<Result>(write: () => Promise<Result>): Promise<Result> {
    const result = lastWrite.then(() => explainWriteFailure(directory, write));
    lastWrite = result.catch(() => undefined);
    return result;
  }

  return {
    keep: (version) => afterOtherWrites(() => keep(version)),
    setOutcome: (id, outcome) => afterOtherWrites(() => index.setOutcome(id, outcome)),
    list: (fileId) => Promise.resolve(index.records(fileId).reverse()),
    async read(id) {
      const record = index.find(id);
      if (!record) return undefined;
      const text = await texts.find(record.tag);
      if (text !== undefined) return { record, text };
      // Forgotten while it was read.
      if (!index.find(id)) return undefined;
      throw new UserError(
        'history-damaged',
        `The stored text of this version of ${record.path} is damaged on the disk and is not ` +
          'used. Choose another version, and check the disk.',
        { statusCode: 500 },
      );
    },
  };
}
