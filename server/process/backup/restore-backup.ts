import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { mkdir, open, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { readStoredAccounts } from '../../access/accounts-file.ts';
import { createJournal } from '../../history/journal.ts';
import { createPendingConfirmation } from '../../history/pending-confirmation.ts';
import { createRunningDrill } from '../../history/running-drill.ts';
import { leftoverPrefix, syncFolder } from '../../shared/durable-file.ts';
import { errorCode } from '../../shared/error-code.ts';
import { UserError } from '../../shared/errors.ts';
import { refuseNewerState } from '../../shared/state-files.ts';
import { openStateFolder } from '../open-state-folder.ts';
import { describeContents } from './describe-contents.ts';
import type { Manifest } from './manifest.ts';
import { putInPlace } from './put-in-place.ts';
import { readArchive } from './read-archive.ts';
import type { ArchivedFile } from './read-archive.ts';

export interface BackupRestore {
  stateDirectory: string;
  /** The archive. */
  path: string;
  /** This server's short host name. */
  hostName: string;
  /** Whether the backup of another server is taken, too. */
  isOtherHostAllowed: boolean;
}

/**
 * Checks a backup, and puts its files in the place of those in the state folder, which are kept aside.
 * The program must not run. Neither keepalived nor its configuration is touched.
 * @returns what is told of it
 * @throws {UserError} `backup-unusable`, `backup-of-another-host`, `state-unsettled`, and those of
 *   `openStateFolder`; then the files in the state folder are those of before
 */
export async function restoreBackup(request: BackupRestore): Promise<string> {
  const { stateDirectory } = request;
  const path = resolve(request.path);
  const archive = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch(
    (error: unknown) => {
      throw unusable(path, `cannot be read (${errorCode(error)})`);
    },
  );
  try {
    if (!(await archive.stat()).isFile()) throw unusable(path, 'is no file');
    // All of it once, before anything is written.
    const manifest = await readArchive(archive, path, () => undefined);
    if (!request.isOtherHostAllowed) refuseOtherHost(path, manifest, request.hostName);
    const lock = await openStateFolder(stateDirectory);
    try {
      await refuseUnsettled(join(stateDirectory, 'history'));
      const staged = join(stateDirectory, leftoverPrefix + randomUUID());
      try {
        const names = await stage(staged, (onFile) => readArchive(archive, path, onFile)).catch(
          (error: unknown) => {
            throw explainFullDisk(stateDirectory, error);
          },
        );
        const accounts = await checkStaged(staged, path);
        const now = new Date().toISOString().replaceAll(/[:.]/g, '-');
        const asideName = `before-restore-${now}-${randomUUID().slice(0, 4)}`;
        await putInPlace(stateDirectory, staged, asideName);
        return describeRestore(manifest, describeContents({ accounts, names }), {
          ...{ path, stateDirectory, aside: join(stateDirectory, asideName) },
        });
      } finally {
        await rm(staged, { recursive: true, force: true });
      }
    } finally {
      await lock.release();
    }
  } finally {
    await archive.close();
  }
}

const unusable = (path: string, what: string) =>
  new UserError(
    'backup-unusable',
    `${path} ${what}. Use another backup. Nothing has been changed.`,
  );

/** Its failovers and versions would be told as this server's. */
function refuseOtherHost(path: string, { hostName }: Manifest, ownName: string): void {
  if (hostName === ownName) return;
  throw new UserError(
    'backup-of-another-host',
    `${path} is of the server ${JSON.stringify(hostName)}, and this is ${ownName}: this page would show the failovers and versions of that server as those of this one. If you want that, add --from-another-host. Nothing has been changed.`,
  );
}

/** What was interrupted has to be settled by what it began with. */
async function refuseUnsettled(directory: string): Promise<void> {
  const unsettled = [
    [() => createJournal({ directory }).findUnfinished(), 'A change was interrupted'],
    [() => createPendingConfirmation({ directory }).find(), 'A change waits for its confirmation'],
    [() => createRunningDrill({ directory }).find(), 'A failover drill was interrupted'],
  ] as const;
  for (const [find, what] of unsettled) {
    if ((await find()) === undefined) continue;
    throw new UserError(
      'state-unsettled',
      `${what}, and only the present state can settle it. Start keepalived-wai, wait until it is settled, stop keepalived-wai, and restore then. Nothing has been changed.`,
    );
  }
}

/** Writes the files of an archive into a new folder, on the disk when the promise resolves. */
async function stage(
  folder: string,
  readFiles: (onFile: (file: ArchivedFile) => Promise<void>) => Promise<unknown>,
): Promise<string[]> {
  const folders = ['', 'history', 'history/versions'].map((name) => join(folder, name));
  for (const one of folders) await mkdir(one, { mode: 0o700 });
  const names: string[] = [];
  await readFiles(async ({ name, content, modifiedAtSeconds }) => {
    const path = join(folder, name);
    const file = await open(path, 'wx', 0o600);
    try {
      await file.writeFile(content);
      // It tells until when somebody watched for failovers.
      await file.utimes(modifiedAtSeconds, modifiedAtSeconds);
      await file.sync();
    } finally {
      await file.close();
    }
    names.push(name);
  });
  for (const one of folders) await syncFolder(one);
  return names;
}

function explainFullDisk(stateDirectory: string, cause: unknown): unknown {
  const code = errorCode(cause);
  if (code !== 'ENOSPC' && code !== 'EDQUOT') return cause;
  return new UserError(
    'restore-full',
    `There is no space left for ${stateDirectory} (${code}). Free some and try again. Nothing has been changed.`,
    { cause },
  );
}

/** @returns the accounts; without one that may change things, nobody could use the page */
async function checkStaged(staged: string, path: string) {
  await refuseNewerState(staged).catch(() => {
    throw unusable(path, 'holds a file of a newer keepalived-wai');
  });
  const accounts = await readStoredAccounts(staged).catch(() => undefined);
  if (accounts?.some(({ role }) => role === 'admin') !== true) {
    throw unusable(path, 'holds no account of an administrator');
  }
  return accounts;
}

function describeRestore(
  { hostName, madeAtMs, version }: Manifest,
  contents: string,
  { path, stateDirectory, aside }: Record<'path' | 'stateDirectory' | 'aside', string>,
): string {
  const madeAt = new Date(madeAtMs).toISOString().slice(0, 16).replace('T', ' ');
  return [
    `${stateDirectory} has the state of ${hostName} from ${madeAt} UTC again (${path}, made by keepalived-wai ${version}): ${contents}.`,
    `What was there before is in ${aside}. It has secrets: remove it when you no longer need it.`,
    'Start keepalived-wai now. keepalived and its configuration were not touched.',
    '',
  ].join('\n');
}
