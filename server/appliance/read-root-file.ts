import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';

const maxBytes = 32 * 1024 * 1024;

/**
 * Reads a file in a folder where everybody may write, if it is a regular file that belongs to
 * root: anything else may have been planted there. Links are not followed, pipes not waited for.
 */
export async function readRootFile(
  path: string,
): Promise<{ ok: true; text: string } | { ok: false; reason: string }> {
  const refuse = (reason: string) => ({ ok: false as const, reason: `${path}: ${reason}.` });
  let handle: FileHandle | undefined;
  try {
    handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const stats = await handle.stat();
    if (!stats.isFile()) return refuse('not a regular file');
    if (stats.uid !== 0) return refuse('does not belong to root');
    if (stats.size > maxBytes) return refuse('too large');
    return { ok: true, text: await handle.readFile('utf8') };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return refuse(
      code === 'ENOENT' ? 'does not exist' : code === 'ELOOP' ? 'a symbolic link' : String(code),
    );
  } finally {
    await handle?.close();
  }
}
