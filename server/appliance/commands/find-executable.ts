import { access, constants, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode } from '../../shared/error-code.ts';
import type { ProgramLookup } from '../appliance.ts';
import { UnseenError, undefinedIfAbsent } from '../unseen-error.ts';
import { commandFolders } from './run-command.ts';

/**
 * The path of the program that `runCommand(name, …)` would run, if there is one.
 * @throws {UnseenError} if it can’t tell
 */
export async function findExecutable(name: string): Promise<string | undefined> {
  for (const folder of commandFolders) {
    const path = join(folder, name);
    if (await isExecutable(path)) return path;
  }
  return undefined;
}

/**
 * Whether a program of this name is on the machine, also if this program may not run it.
 * @throws {UnseenError} if it can’t tell
 */
export async function isInstalled(name: string): Promise<boolean> {
  for (const folder of commandFolders) {
    const path = join(folder, name);
    if ((await undefinedIfAbsent(path, () => stat(path)))?.isFile()) return true;
  }
  return false;
}

/**
 * Whether there is a file that can be run; a folder, which has the same permission, is none.
 * @throws {UnseenError} if it can’t tell
 */
export async function isExecutable(path: string): Promise<boolean> {
  if (!(await undefinedIfAbsent(path, () => stat(path)))?.isFile()) return false;
  const mayRun = async (): Promise<boolean> =>
    access(path, constants.X_OK).then(
      () => true,
      // It can be seen, so this is an answer, not a look that failed.
      (error: unknown) => {
        if (errorCode(error) === 'EACCES') return false;
        throw error;
      },
    );
  return (await undefinedIfAbsent(path, mayRun)) ?? false;
}

/** For the port: the answer, or why there is none. */
export async function lookUpProgram(path: string): Promise<ProgramLookup> {
  try {
    return { known: true, isExecutable: await isExecutable(path) };
  } catch (error) {
    if (!(error instanceof UnseenError)) throw error;
    return { known: false, reason: error.message };
  }
}
