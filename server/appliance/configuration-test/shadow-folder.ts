import { constants } from 'node:fs';
import {
  chmod,
  chown,
  lstat,
  mkdir,
  readdir,
  readlink,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode } from '../../shared/error-code.ts';

/** A configuration folder is small; one that is not is probably `/etc` itself. */
const maxFiles = 2000;

/** The folder is too large to be copied for a test. */
export class ShadowTooLargeError extends Error {}

/**
 * Makes `target` look like `folder`: names, owners and modes, because keepalived's script security
 * looks at them. Only the files of `contents`, by their path in `folder`, hold their text; any other is
 * empty there, a key or a script for instance. What `target` has already stays as it is: a file in /tmp
 * or /etc is tested too, and the test's own root has these folders.
 * @param leaveOut a path that is not copied: where the copy itself is
 * @throws {ShadowTooLargeError} beyond 2000 files.
 */
export async function copyToShadow(
  folder: string,
  target: string,
  contents: ReadonlyMap<string, Uint8Array | string>,
  leaveOut: string,
): Promise<void> {
  let files = 0;

  const copyFolder = async (from: string, to: string): Promise<void> => {
    await mkdir(to, { mode: 0o700 }).catch(ignoreExisting);
    for (const name of await readdir(from)) {
      if (join(from, name) === leaveOut) continue;
      await copyEntry(join(from, name), join(to, name)).catch(ignoreVanished).catch(ignoreExisting);
    }
    await keepOwnerAndMode(from, to);
  };
  const copyEntry = async (from: string, to: string): Promise<void> => {
    const stats = await lstat(from);
    files += 1;
    if (files > maxFiles) {
      throw new ShadowTooLargeError(
        `${folder} holds more than ${maxFiles} files and cannot be copied for a test. Keep keepalived's configuration in a folder of its own.`,
      );
    }
    if (stats.isDirectory()) {
      await copyFolder(from, to);
    } else if (stats.isFile()) {
      await writeFile(to, contents.get(from) ?? '', { flag: newFile, mode: 0o600 });
      await keepOwnerAndMode(from, to);
    } else if (stats.isSymbolicLink()) {
      await symlink(await readlink(from), to);
    }
  };
  await copyFolder(folder, target);
}

const newFile = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL;

/** An editor's temporary file may disappear while we copy. */
function ignoreVanished(error: unknown): void {
  if (errorCode(error) !== 'ENOENT') throw error;
}

function ignoreExisting(error: unknown): void {
  if (errorCode(error) !== 'EEXIST') throw error;
}

/** As `from` has them. */
export async function keepOwnerAndMode(from: string, to: string): Promise<void> {
  const stats = await lstat(from);
  await chown(to, stats.uid, stats.gid);
  await chmod(to, stats.mode & 0o7777);
}
