import type { Dirent } from 'node:fs';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readFirstLine } from './bytes/first-line.ts';
import { errorCode } from './error-code.ts';
import { UserError } from './errors.ts';
import { parseJson } from './parse-json.ts';
import { findFormat, refuseNewerFormat } from './state-format.ts';

/** A kind of file that this program keeps in its state folder. */
export interface StateFileKind {
  /** Its path in the state folder. */
  pattern: RegExp;
  /**
   * json: a field `format` · json-lines: the first line · folder: it has no room for one;
   * `state-format.json` names it for all of these.
   */
  namesFormatBy: 'json' | 'json-lines' | 'folder';
  /** Far more than it ever has. */
  maxBytes: number;
  /**
   * Not what is under way: restored later, it would roll back a change that was kept since. Not what
   * keepalived reads: the address would move.
   */
  isInBackup: boolean;
}

const kib = 1024;
const mib = 1024 * kib;

/** Names the format of the folder as a whole, and of the files that cannot name theirs. */
export const stateFormatName = 'state-format.json';

/** In the state folder: what a restore puts in place. It has that name once it is whole. */
export const incomingName = 'restoring';

/** Every file of the state folder. A test compares this with the folder of a program that ran. */
const stateFileKinds: readonly StateFileKind[] = [
  { pattern: /^state-format\.json$/, namesFormatBy: 'json', maxBytes: kib, isInBackup: true },
  { pattern: /^accounts\.json$/, namesFormatBy: 'json', maxBytes: mib, isInBackup: true },
  {
    pattern: /^(?:failovers|notices|history\/index)\.jsonl$/,
    ...{ namesFormatBy: 'json-lines', maxBytes: 64 * mib, isInBackup: true },
  },
  {
    pattern: /^history\/(?:journal|pending-confirmation|running-drill)\.jsonl$/,
    ...{ namesFormatBy: 'json-lines', maxBytes: mib, isInBackup: false },
  },
  {
    pattern: /^history\/versions\/[0-9a-f]{64}$/,
    ...{ namesFormatBy: 'folder', maxBytes: 4 * mib, isInBackup: true },
  },
  {
    pattern: /^(?:session-secret|first-password|certificate\.pem|certificate-key\.pem)$/,
    ...{ namesFormatBy: 'folder', maxBytes: 64 * kib, isInBackup: true },
  },
  {
    // The key is of this machine. A list that comes back would have who is not paired any more.
    pattern: /^pair\/(?:identity|peers)\.json$/,
    ...{ namesFormatBy: 'json', maxBytes: mib, isInBackup: false },
  },
  {
    pattern: /^maintenance\/[^/]+$/,
    ...{ namesFormatBy: 'folder', maxBytes: kib, isInBackup: false },
  },
];

/** undefined: no file of this program has this path in the state folder. */
export function findStateFileKind(name: string): StateFileKind | undefined {
  return stateFileKinds.find(({ pattern }) => pattern.test(name));
}

/** The folders that have such files. Others are not entered: a wrong setting may name `/`. */
const folders = ['', 'history/', 'history/versions/', 'maintenance/', 'pair/'];

/** What lies in the state folder, by its path in it, whether this program knows it or not. */
export async function listStateFiles(directory: string): Promise<string[]> {
  const names: string[] = [];
  for (const folder of folders) {
    for (const entry of await readFolder(join(directory, folder))) {
      if (!entry.isDirectory()) names.push(folder + entry.name);
    }
  }
  return names;
}

async function readFolder(folder: string): Promise<Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
}

/**
 * Only reads: a folder that is refused is as it was.
 * @param directory the state folder; it may be absent
 * @throws {UserError} `state-newer`: naming the first file whose format this program does not know
 */
export async function refuseNewerState(directory: string): Promise<void> {
  for (const name of await listStateFiles(directory)) {
    const kind = findStateFileKind(name);
    if (kind) refuseNewerFormat(join(directory, name), await readFormat(directory, name, kind));
  }
}

async function readFormat(
  directory: string,
  name: string,
  { namesFormatBy }: StateFileKind,
): Promise<number | undefined> {
  const path = join(directory, name);
  switch (namesFormatBy) {
    case 'json':
      return findFormat(parseJson(await readFile(path, 'utf8')));
    case 'json-lines':
      return findFormat(parseJson((await readFirstLine(path)) ?? ''));
    case 'folder':
      return undefined;
  }
}

/**
 * Between a restore that was interrupted and the start that ends it, nobody else uses the folder.
 * @throws {UserError} `restore-interrupted`
 */
export async function refuseInterruptedRestore(directory: string): Promise<void> {
  const entries = await readFolder(directory);
  if (!entries.some(({ name }) => name === incomingName)) return;
  throw new UserError(
    'restore-interrupted',
    `A restore into ${directory} was interrupted. Start keepalived-wai: that ends it. Then try again.`,
  );
}
