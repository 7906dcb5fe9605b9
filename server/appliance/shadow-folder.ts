import { constants } from 'node:fs';
import { chmod, chown, copyFile, lstat, mkdir, readdir, readlink, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { contains, resolvePath } from './includes.ts';
import { errorCode } from './regular-file.ts';

/** A configuration folder is small; one that is not is probably `/etc` itself. */
const maxFiles = 2000;
const maxTotalBytes = 32 * 1024 * 1024;

/** The folder is too large to be copied for a test. */
export class ShadowTooLargeError extends Error {}

/**
 * Copies the content of `folder` to `target`, which must not exist, with owners and modes, because
 * keepalived's script security looks at them. Only what is inside counts: devices, sockets, and
 * links that lead outside are left out.
 * @throws {ShadowTooLargeError} beyond 2000 files or 32 MiB.
 */
export async function copyToShadow(folder: string, target: string): Promise<void> {
  let files = 0;
  let totalBytes = 0;

  const copyFolder = async (from: string, to: string): Promise<void> => {
    await mkdir(to, { mode: 0o700 });
    for (const name of await readdir(from)) {
      await copyEntry(join(from, name), join(to, name)).catch(ignoreVanished);
    }
    await keepOwnerAndMode(from, to);
  };
  const copyEntry = async (from: string, to: string): Promise<void> => {
    const stats = await lstat(from);
    files += 1;
    if (stats.isFile()) totalBytes += stats.size;
    if (files > maxFiles || totalBytes > maxTotalBytes) {
      throw new ShadowTooLargeError(
        `${folder} holds more than ${maxFiles} files or 32 MiB and cannot be copied for a test. Keep keepalived's configuration in a folder of its own.`,
      );
    }
    if (stats.isDirectory()) {
      await copyFolder(from, to);
    } else if (stats.isFile()) {
      await copyFile(from, to, constants.COPYFILE_EXCL);
      await keepOwnerAndMode(from, to);
    } else if (stats.isSymbolicLink()) {
      const resolved = await resolvePath(from);
      if (resolved !== undefined && contains(folder, resolved)) {
        await symlink(await readlink(from), to);
      }
    }
  };
  await copyFolder(folder, target);
}

/** An editor's temporary file may disappear while we copy. */
function ignoreVanished(error: unknown): void {
  if (errorCode(error) !== 'ENOENT') throw error;
}

async function keepOwnerAndMode(from: string, to: string): Promise<void> {
  const stats = await lstat(from);
  await chown(to, stats.uid, stats.gid);
  await chmod(to, stats.mode & 0o7777);
}
