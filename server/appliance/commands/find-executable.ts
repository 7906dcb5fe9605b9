import { access, constants, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { unlessAbsent } from '../unseen-error.ts';
import { commandFolders } from './run-command.ts';

/** The path of the program that `runCommand(name, …)` would run, if there is one. */
export async function findExecutable(name: string): Promise<string | undefined> {
  for (const folder of commandFolders) {
    const path = join(folder, name);
    if (await isExecutable(path)) return path;
  }
  return undefined;
}

/**
 * Whether a program of this name is on the machine, also if this program may not run it.
 * @throws {UnseenError} if that cannot be told
 */
export async function isInstalled(name: string): Promise<boolean> {
  for (const folder of commandFolders) {
    const path = join(folder, name);
    if ((await unlessAbsent(path, () => stat(path)))?.isFile()) return true;
  }
  return false;
}

/** Whether there is a file that can be run; a folder, which has the same permission, is none. */
export async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}
