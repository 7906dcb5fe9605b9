/** keepalived's dump is one file for all who ask: who asks at the same time would take it from the other. */
import { lstatSync, mkdirSync, readlinkSync, rmSync, symlinkSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { errorCode } from '../../shared/error-code.ts';

/** A turn is a dump: what takes longer was left by a process that was killed. */
const longestTurnMs = 5_000;
const lookEveryMs = 20;

/**
 * Runs a task while no other process of this program runs one. The turn is a symbolic link in
 * the runtime folder, made in one step. Whoever may not write there, or waits too long, goes on
 * without. That folder is memory (/run): it is used at once, for to wake a thread costs more.
 * @param path of the link; its folder is made if it is absent
 */
export async function inTurn<Result>(path: string, task: () => Promise<Result>): Promise<Result> {
  const mine = `${process.pid} ${performance.now()}`;
  const hasTurn = await takeTurn(path, mine);
  try {
    return await task();
  } finally {
    if (hasTurn && findHolder(path) === mine) rmSync(path, { force: true });
  }
}

async function takeTurn(path: string, mine: string): Promise<boolean> {
  const deadlineMs = performance.now() + longestTurnMs;
  while (performance.now() < deadlineMs) {
    try {
      symlinkSync(mine, path);
      return true;
    } catch (error) {
      const isAbsent = errorCode(error) === 'ENOENT';
      if (!isAbsent && errorCode(error) !== 'EEXIST') return false;
      if (isAbsent && !makeFolder(dirname(path))) return false;
    }
    if (isLeft(path)) rmSync(path, { force: true });
    else await sleep(lookEveryMs);
  }
  return false;
}

/** @returns false: it cannot be made, for example because the folder that it belongs into is not there */
function makeFolder(folder: string): boolean {
  try {
    mkdirSync(folder, { mode: 0o755 });
    return true;
  } catch (error) {
    return errorCode(error) === 'EEXIST';
  }
}

function isLeft(path: string): boolean {
  try {
    // The clock may have been set, in either direction.
    return Math.abs(Date.now() - lstatSync(path).mtimeMs) > longestTurnMs;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false;
    throw error;
  }
}

function findHolder(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch (error) {
    // EINVAL: it is no link.
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'EINVAL') return undefined;
    throw error;
  }
}
