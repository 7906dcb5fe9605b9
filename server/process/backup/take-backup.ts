import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { accountsPath, readStoredAccounts } from '../../access/accounts-file.ts';
import { findBytes } from '../../shared/bytes/find-bytes.ts';
import { errorCode } from '../../shared/error-code.ts';
import { UserError } from '../../shared/errors.ts';
import {
  findStateFileKind,
  listStateFiles,
  refuseInterruptedRestore,
  refuseNewerState,
} from '../../shared/state-files.ts';
import { describeContents } from './describe-contents.ts';
import { createManifest, manifestName } from './manifest.ts';
import type { ArchivedFile } from './read-archive.ts';
import { writeArchive } from './write-archive.ts';

/** A program that saves all the time is waited for: so often the backup begins again. */
const maxTries = 50;
const tryEveryMs = 100;

export interface BackupRequest {
  stateDirectory: string;
  /** Where the archive is made. */
  path: string;
  /** The server's short host name. */
  hostName: string;
}

/** A file changed while it was read. */
class ChangedMeanwhileError extends Error {}

/**
 * Makes one archive of the state folder, also while the program runs: if a file changes meanwhile, it
 * begins again, so that the archive has the folder of one moment.
 * @returns what is told of it
 * @throws {UserError} `no-state`, `backup-place`, `backup-busy`, `state-newer`, `restore-interrupted`
 */
export async function takeBackup({
  stateDirectory,
  path: givenPath,
  hostName,
}: BackupRequest): Promise<string> {
  const path = resolve(givenPath);
  await refuseNewerState(stateDirectory);
  await refuseInterruptedRestore(stateDirectory);
  const accounts = await readStoredAccounts(stateDirectory);
  if (!accounts) {
    throw new UserError(
      'no-state',
      `${accountsPath(stateDirectory)} does not exist: there is nothing to back up. Set WAI_STATE_DIR as the program has it.`,
    );
  }
  for (let tries = 1; tries <= maxTries; tries++) {
    const stamps = await readStamps(stateDirectory);
    const names = [...stamps.keys()];
    const manifest = createManifest({ hostName, madeAtMs: Date.now(), fileCount: names.length });
    try {
      await writeArchive(path, stateDirectory, async function* () {
        const content = Buffer.from(`${JSON.stringify(manifest)}\n`);
        yield { name: manifestName, content, modifiedAtSeconds: toSeconds(manifest.madeAtMs) };
        for (const name of names) yield await readStateFile(stateDirectory, name);
        const later = await readStamps(stateDirectory);
        if (format(stamps) !== format(later)) throw new ChangedMeanwhileError();
      });
      return `${path} is a backup of ${stateDirectory}: ${describeContents({ accounts, names })}. Keep it as safe as this server: whoever reads it knows these secrets. The live configuration of keepalived, a change that waits for its confirmation and the numbers of drills are not in it.\n${await describeStrangers(stateDirectory)}`;
    } catch (error) {
      if (!(error instanceof ChangedMeanwhileError)) throw error;
    }
    await delay(tryEveryMs);
  }
  throw new UserError(
    'backup-busy',
    `${stateDirectory} changed all the time. No backup was made. Try again when nobody saves.`,
  );
}

/** What is another one for each content that a file had, by the names of all that a backup has. */
async function readStamps(stateDirectory: string): Promise<Map<string, string>> {
  const stamps = new Map<string, string>();
  for (const name of await listStateFiles(stateDirectory)) {
    if (findStateFileKind(name)?.isInBackup !== true) continue;
    const found = await stat(join(stateDirectory, name), { bigint: true }).catch(asChanged);
    // The program notes in its time, without a write, that it lives.
    const modified = name === 'failovers.jsonl' ? '' : found.mtimeNs;
    stamps.set(name, [found.ino, found.size, found.birthtimeNs, modified].join(' '));
  }
  return stamps;
}

const format = (stamps: ReadonlyMap<string, string>) => JSON.stringify([...stamps]);

async function readStateFile(stateDirectory: string, name: string): Promise<ArchivedFile> {
  const path = join(stateDirectory, name);
  const { mtimeMs } = await stat(path).catch(asChanged);
  const content = await findBytes(path).catch((error: unknown) => {
    if (errorCode(error) !== 'ELOOP') throw error;
    throw new UserError(
      'state-link',
      `${path} is a symbolic link: a backup would not have what it names. Put the file itself there. No backup was made.`,
    );
  });
  if (!content) throw new ChangedMeanwhileError();
  return { name, content, modifiedAtSeconds: toSeconds(mtimeMs) };
}

/** Nobody should believe that a backup has them. */
async function describeStrangers(stateDirectory: string): Promise<string> {
  const names = await listStateFiles(stateDirectory);
  const strangers = names.filter(
    (name) => !findStateFileKind(name) && !/^lock\.\d+$|\.wai-part-/.test(name),
  );
  if (strangers.length === 0) return '';
  return `Not in it either, because keepalived-wai does not know them: ${strangers.map((name) => JSON.stringify(name)).join(', ')}.\n`;
}

const toSeconds = (timeMs: number) => Math.max(0, Math.floor(timeMs / 1000));

function asChanged(error: unknown): never {
  if (errorCode(error) === 'ENOENT') throw new ChangedMeanwhileError();
  throw error;
}
