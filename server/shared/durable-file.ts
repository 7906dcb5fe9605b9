import { randomUUID } from 'node:crypto';
import { chmod, mkdir, open, readFile, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Starts the name of every unfinished file, so that what a crash left can be recognised. */
export const leftoverPrefix = '.wai-part-';

/**
 * Writes a whole file so that after a crash it is either the old one or the new one, and the new
 * one for sure once the promise resolves. Owner only (0600).
 * @throws the system's error (ENOSPC, EROFS, …); the old file then stands unchanged.
 */
export async function writeDurably(path: string, content: string | Uint8Array): Promise<void> {
  const folder = dirname(path);
  const partPath = join(folder, leftoverPrefix + randomUUID());
  try {
    const file = await open(partPath, 'wx', 0o600);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(partPath, path);
  } catch (error) {
    await rm(partPath, { force: true });
    throw error;
  }
  await syncFolder(folder);
}

/** The file's text, or undefined if there is no such file. Other errors are thrown. */
export async function findFileText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/**
 * Appends to a file (made 0600 if absent); on the disk once the promise resolves. A crash may leave
 * a part of the text at the end: whoever reads the file must expect that.
 * @throws the system's error; the file then ends where it ended before.
 */
export async function appendDurably(path: string, text: string): Promise<void> {
  const file = await open(path, 'a', 0o600);
  try {
    const { size } = await file.stat();
    try {
      await file.appendFile(text);
      await file.sync();
    } catch (error) {
      await file.truncate(size);
      throw error;
    }
    // The file may be new, and then its name has to last too.
    if (size === 0) await syncFolder(dirname(path));
  } finally {
    await file.close();
  }
}

/** Makes a folder that only its owner may enter (0700), also when it was there with another mode. */
export async function makePrivateFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await chmod(folder, 0o700);
  await syncFolder(dirname(folder));
}

/** Removes what a crash left half written in a folder. Only while nobody writes there. */
export async function removeUnfinishedWrites(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (name.startsWith(leftoverPrefix)) await rm(join(folder, name), { recursive: true });
  }
}

/** What makes a rename, a new name or a removed one outlast a power cut (fsync(2), NOTES). */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
