/** keepalived's dump is one file for all who ask: who asks at the same time would take it from the other. */
import { lstat, mkdir, readlink, rm, symlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { errorCode } from '../../shared/error-code.ts';

/** A turn is a dump: what takes longer was left by a process that was killed. */
const longestTurnMs = 5_000;
const lookEveryMs = 20;

/**
 * Runs a task while no other process of this program runs one. The turn is a symbolic link in
 * the runtime folder, made in one step. Whoever may not write there, or waits too long, goes on
 * without.
 * @param path of the link; its folder is made if it is absent
 */
export async function inTurn<Result>(path: string, task: () => Promise<Result>): Promise<Result> {
  const mine = `${process.pid} ${performance.now()}`;
  const hasTurn = await takeTurn(path, mine);
  try {
    return await task();
  } finally {
    if (hasTurn && (await findHolder(path)) === mine) await rm(path, { force: true });
  }
}

async function takeTurn(path: string, mine: string): Promise<boolean> {
  const deadlineMs = performance.now() + longestTurnMs;
  while (performance.now() < deadlineMs) {
    try {
      await symlink(mine, path);
      return true;
    } catch (error) {
      const isAbsent = errorCode(error) === 'ENOENT';
      if (!isAbsent && errorCode(error) !== 'EEXIST') return false;
      if (isAbsent && !(await makeFolder(dirname(path)))) return false;
    }
    if (await isLeft(path)) await rm(path, { force: true });
    else await sleep(lookEveryMs);
  }
  return false;
}

/** @returns false: it cannot be made, for example because the folder that it belongs into is not there */
async function makeFolder(folder: string): Promise<boolean> {
  try {
    await mkdir(folder, { mode: 0o755 });
    return true;
  } catch (error) {
    return errorCode(error) === 'EEXIST';
  }
}

async function isLeft(path: string): Promise<boolean> {
  try {
    // The clock may have been set, in either direction.
    return Math.abs(Date.now() - (await lstat(path)).mtimeMs) > longestTurnMs;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false;
    throw error;
  }
}

async function findHolder(path: string): Promise<string | undefined> {
  try {
    return await readlink(path);
  } catch (error) {
    // EINVAL: it is no link.
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'EINVAL') return undefined;
    throw error;
  }
}
