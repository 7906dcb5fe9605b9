import { access, constants } from 'node:fs/promises';
import { join } from 'node:path';
import { commandFolders } from './run-command.ts';

/** The path of the program that `runCommand(name, …)` would run, if there is one. */
export async function findExecutable(name: string): Promise<string | undefined> {
  for (const folder of commandFolders) {
    const path = join(folder, name);
    const executable = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (executable) return path;
  }
  return undefined;
}
