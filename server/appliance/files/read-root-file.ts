import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { nameUser } from '../scripts/user-names.ts';

const maxBytes = 32 * 1024 * 1024;
/** Group and others (chmod(2)). */
const writableByOthers = 0o022;

export type RootFile =
  { ok: true; text: string } | { ok: false; isAbsent: boolean; /** A sentence. */ reason: string };

/**
 * Reads a file in a folder where everybody may write, if it is a regular file that belongs to root
 * and that only root may write: anything else may have been planted there, or changed. Links are not
 * followed, pipes not waited for. It was written a moment ago, so it is in memory and read at once: to
 * wake a thread for each step costs more.
 */
export async function readRootFile(path: string): Promise<RootFile> {
  const refuse = (reason: string, isAbsent = false): RootFile => ({
    ...{ ok: false, isAbsent },
    reason: `${path} ${reason}.`,
  });
  let file: number | undefined;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const stats = fstatSync(file);
    if (!stats.isFile()) return refuse('is not a regular file');
    if (stats.uid !== 0) {
      return refuse(`does not belong to root, but to ${await nameUser(stats.uid)}`);
    }
    if ((stats.mode & writableByOthers) !== 0) {
      return refuse(
        'can be written by users other than root, so it is not trusted: remove “umask” from global_defs, or set it to 0077',
      );
    }
    if (stats.size > maxBytes) return refuse('is too large');
    return { ok: true, text: readFileSync(file, 'utf8') };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return refuse('does not exist', true);
    return refuse(code === 'ELOOP' ? 'is a symbolic link' : `can’t be read: ${String(code)}`);
  } finally {
    if (file !== undefined) closeSync(file);
  }
}
