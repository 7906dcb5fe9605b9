import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, link, open, readdir, rename, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errorCode } from '../../shared/error-code.ts';
import { createTag } from '../../shared/tag.ts';
import type { FileReplacement, FileReplacementResult } from '../appliance.ts';
import { ignoreFailure } from '../unseen-error.ts';
import { type RegularFile, readRegularFile } from './regular-file.ts';

/** The calls that change the disk, in their order. */
export type ReplacementStep =
  'create' | 'write' | 'chown' | 'chmod' | 'sync' | 'install' | 'remove' | 'sync-folder';

/** Told before and after each changing call; a crash test ends the process here. */
export type StepObserver = (step: ReplacementStep, moment: 'before' | 'after') => void;

const leftoverPrefix = '.keepalived-wai-';

/**
 * Replaces the file at `path` atomically: whatever happens, it holds its old bytes or all of the new
 * ones. Owner and mode are kept; a new file is 0640 and belongs to this process's user.
 *
 * @returns `conflict` when the file is not what `expectedTag` says (null: must not exist), `failed`
 *   with the system's code when the disk or the permissions forbid it. After `failed` the old file
 *   is untouched, except for `EFOLDERSYNC`, whose message says so.
 */
export async function replaceFile(
  path: string,
  change: FileReplacement,
  onStep: StepObserver = () => undefined,
): Promise<FileReplacementResult> {
  const bytes = Buffer.from(change.text, 'utf8');
  const temporaryPath = join(dirname(path), `${leftoverPrefix}${randomBytes(8).toString('hex')}`);
  const step = async <Value>(name: ReplacementStep, call: () => Promise<Value>): Promise<Value> => {
    onStep(name, 'before');
    const value = await call();
    onStep(name, 'after');
    return value;
  };

  const before = await compareTag(path, change.expectedTag);
  if ('outcome' in before) return before;
  try {
    await writeTemporary(temporaryPath, bytes, before.current, step);
    // Another writer may have come while we wrote; between here and the rename only microseconds stay.
    const after = await compareTag(path, change.expectedTag);
    if ('outcome' in after) return after;
    await step('install', () => install(temporaryPath, path, change.expectedTag === null));
  } catch (error) {
    const code = errorCode(error);
    if (code === 'EEXIST') return await conflictWith(path);
    return { outcome: 'failed', code, message: describeFailure(path, code) };
  } finally {
    await step('remove', () => unlink(temporaryPath).catch(ignoreFailure));
  }
  return await step('sync-folder', () => syncFolder(dirname(path))).then(
    () => ({ outcome: 'replaced', tag: createTag(bytes) }) as const,
    (error: unknown) => ({
      outcome: 'failed',
      code: 'EFOLDERSYNC',
      message: `${path} was replaced, but the disk did not confirm it (${errorCode(error)}): the change may be lost in a power failure. Check the disk, then save again.`,
    }),
  );
}

/**
 * Removes temporary files that a crash left in `folder`. Call it at start, while nobody writes.
 * @returns the names of the removed files.
 */
export async function removeUnfinishedReplacements(folder: string): Promise<string[]> {
  // What cannot be listed is swept at a later start.
  const names = (await readdir(folder).catch(ignoreFailure)) ?? [];
  const leftovers = names.filter((name) => /^\.keepalived-wai-[0-9a-f]{16}$/.test(name));
  const removed = await Promise.all(
    leftovers.map((name) =>
      unlink(join(folder, name)).then(
        () => [name],
        () => [],
      ),
    ),
  );
  return removed.flat();
}

type Comparison =
  { current: RegularFile | undefined } | Exclude<FileReplacementResult, { outcome: 'replaced' }>;

async function compareTag(path: string, expectedTag: string | null): Promise<Comparison> {
  const file = await readRegularFile(path);
  if (!file.ok && file.problem !== 'missing') {
    return { outcome: 'failed', code: file.code, message: file.message };
  }
  const currentTag = file.ok ? createTag(file.bytes) : null;
  if (currentTag !== expectedTag) return { outcome: 'conflict', currentTag };
  return { current: file.ok ? file : undefined };
}

async function conflictWith(path: string): Promise<FileReplacementResult> {
  const file = await readRegularFile(path);
  return { outcome: 'conflict', currentTag: file.ok ? createTag(file.bytes) : null };
}

async function writeTemporary(
  path: string,
  bytes: Buffer,
  previous: RegularFile | undefined,
  step: <Value>(name: ReplacementStep, call: () => Promise<Value>) => Promise<Value>,
): Promise<void> {
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
  const handle: FileHandle = await step('create', () => open(path, flags, 0o600));
  try {
    await step('write', () => handle.writeFile(bytes));
    if (previous) await step('chown', () => handle.chown(previous.ownerId, previous.groupId));
    // After chown, which clears the set-id bits; by handle, because the umask does not apply to it.
    await step('chmod', () => handle.chmod(previous?.mode ?? 0o640));
    await step('sync', () => handle.sync());
  } finally {
    await handle.close();
  }
}

/** A new file is linked, not renamed: linking never overwrites one that appeared since. */
async function install(temporaryPath: string, path: string, isNew: boolean): Promise<void> {
  await (isNew ? link(temporaryPath, path) : rename(temporaryPath, path));
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function describeFailure(path: string, code: string): string {
  const folder = dirname(path);
  const reasons: Record<string, string> = {
    ENOSPC: `The disk that holds ${folder} is full. Free some space, then save again.`,
    EDQUOT: `The disk quota for ${folder} is used up. Free some space, then save again.`,
    EROFS: `${folder} is on a read-only file system. Mount it writable, then save again.`,
    EACCES: `${folder} may not be written. Run this program as root, or correct the folder's permissions.`,
    EPERM: `${path} or its folder is protected against changes. Check \`lsattr ${path}\` for the immutable flag.`,
    ENOENT: `The folder ${folder} does not exist. Create it, or install keepalived.`,
  };
  const reason = reasons[code] ?? `${path} could not be written (${code}).`;
  return `${reason} The file is as it was.`;
}
