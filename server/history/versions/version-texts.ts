import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { findBytes } from '../../shared/bytes/find-bytes.ts';
import {
  makePrivateFolder,
  removeUnfinishedWrites,
  writeDurably,
} from '../../shared/durable-file.ts';
import { createTag } from '../../shared/tag.ts';

/** Texts stored once each, under their tag. */
export interface VersionTexts {
  /** Stores a text unless it is there already, whole. */
  put(tag: string, text: string): Promise<void>;
  /** undefined: it is not there, or no longer what was stored. */
  find(tag: string): Promise<string | undefined>;
  /** Removes every text whose tag is not among `usedTags`. */
  removeUnused(usedTags: ReadonlySet<string>): Promise<void>;
}

export async function openVersionTexts(folder: string): Promise<VersionTexts> {
  await makePrivateFolder(folder);
  await removeUnfinishedWrites(folder);

  async function find(tag: string): Promise<string | undefined> {
    const bytes = await findBytes(join(folder, tag));
    return bytes && createTag(bytes) === tag ? bytes.toString('utf8') : undefined;
  }

  return {
    find,
    async put(tag, text) {
      if ((await find(tag)) === undefined) await writeDurably(join(folder, tag), text);
    },
    async removeUnused(usedTags) {
      for (const tag of await readdir(folder)) {
        if (!usedTags.has(tag)) await rm(join(folder, tag));
      }
    },
  };
}
