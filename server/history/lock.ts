import { lstat, readFile, readdir, readlink, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { makePrivateFolder, removeUnfinishedWrites } from '../shared/durable-file.ts';
import { errorCode } from '../shared/error-code.ts';
import { UserError } from '../shared/errors.ts';

export interface Lock {
  release(): Promise<void>;
}

const namePattern = /^lock\.(\d+)$/;
const released = 'released';

/**
 * Takes the one lock of a state directory (made if absent, 0700) and clears away what a crash left
 * half written there. A crash of the holder releases the lock.
 *
 * Each taking is a symbolic link `lock.N` whose target names the holder: made in one step, and
 * refused if it exists. The highest N counts, and is never removed before a higher one exists, so
 * two that find the same dead holder cannot both succeed it (removing a stale pid file can).
 * Processes in another PID namespace cannot be seen, and count as dead.
 * @throws {UserError} `state-directory-in-use` (503), `state-directory-foreign`
 */
export async function acquireLock(directory: string): Promise<Lock> {
  await refuseForeign(directory);
  await makePrivateFolder(directory);
  const self = await identify(process.pid);
  for (;;) {
    const newest = await findNewest(directory);
    if (newest !== undefined) {
      const holder = await readHolder(directory, newest);
      if (holder !== undefined && (await isAlive(holder))) throw inUse(directory, holder);
    }
    const mine = (newest ?? 0) + 1;
    if (!(await tryLink(self, join(directory, `lock.${mine}`)))) continue;
    if ((await findNewest(directory)) !== mine) {
      // Others came and went since we looked.
      await rm(join(directory, `lock.${mine}`), { force: true });
      continue;
    }
    await removeOlder(directory, mine);
    await removeUnfinishedWrites(directory);
    return {
      async release() {
        await tryLink(released, join(directory, `lock.${mine + 1}`));
        await rm(join(directory, `lock.${mine}`), { force: true });
      },
    };
  }
}

/** Whether a process that lives holds the lock of a state directory; nothing is changed. */
export async function isLocked(directory: string): Promise<boolean> {
  try {
    const newest = await findNewest(directory);
    const holder = newest === undefined ? undefined : await readHolder(directory, newest);
    return holder !== undefined && (await isAlive(holder));
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false;
    throw error;
  }
}

/** What stands in a state directory after its first start. */
const ownNames = /^(?:lock\.\d+|accounts\.json|session-secret|history|\.wai-part-.*)$/;

/**
 * A folder that others may write, or that is full of something else, is not made private: a mistaken
 * setting would take /etc or /tmp from everybody.
 * @throws {UserError} `state-directory-foreign`
 */
export async function refuseForeign(directory: string): Promise<void> {
  const stat = await lstat(directory).catch(ignoreMissing);
  if (!stat) return;
  const refuse = (what: string) =>
    new UserError('state-directory-foreign', `WAI_STATE_DIR: ${directory} ${what}.`);
  if (!stat.isDirectory()) throw refuse('is not a folder');
  if (stat.uid !== process.geteuid?.()) throw refuse('belongs to another user');
  if ((stat.mode & 0o022) !== 0) {
    throw refuse('can be written by other users. Choose another, or take that right away');
  }
  const names = await readdir(directory);
  if (names.length > 0 && !names.some((name) => ownNames.test(name))) {
    throw refuse('is not empty and holds nothing of this program. Choose a folder of its own');
  }
}

function ignoreMissing(error: unknown): undefined {
  if (errorCode(error) !== 'ENOENT') throw error;
}

function inUse(directory: string, holder: string): UserError {
  return new UserError(
    'state-directory-in-use',
    `${directory} is in use by another keepalived-wai, process ${holder.split(' ')[0] ?? ''}. ` +
      'Stop that one first, or choose another WAI_STATE_DIR.',
    { statusCode: 503 },
  );
}

async function findNumbers(directory: string): Promise<number[]> {
  const names = await readdir(directory);
  return names.flatMap((name) => namePattern.exec(name)?.[1] ?? []).map(Number);
}

async function findNewest(directory: string): Promise<number | undefined> {
  const numbers = await findNumbers(directory);
  return numbers.length === 0 ? undefined : Math.max(...numbers);
}

async function removeOlder(directory: string, than: number): Promise<void> {
  for (const number of await findNumbers(directory)) {
    if (number < than) await rm(join(directory, `lock.${number}`), { force: true });
  }
}

async function readHolder(directory: string, number: number): Promise<string | undefined> {
  try {
    return await readlink(join(directory, `lock.${number}`));
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** @returns false if the name is taken. */
async function tryLink(target: string, path: string): Promise<boolean> {
  try {
    await symlink(target, path);
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  }
}

async function isAlive(holder: string): Promise<boolean> {
  const pid = /^\d+/.exec(holder)?.[0];
  return pid !== undefined && (await identify(Number(pid))) === holder;
}

/**
 * A process as no other one is: its pid, its start (clock ticks after boot) and the boot.
 * `gone` for one that does not exist or is a zombie. proc(5), /proc/pid/stat.
 */
async function identify(pid: number): Promise<string> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    // The second field, the name in brackets, may hold anything.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z' || fields[0] === 'X') return 'gone';
    const bootId = await readFile('/proc/sys/kernel/random/boot_id', 'utf8');
    return `${pid} ${fields[19] ?? ''} ${bootId.trim()}`;
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ESRCH') return 'gone';
    throw error;
  }
}
