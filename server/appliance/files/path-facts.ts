import { constants } from 'node:fs';
import { lstat, mkdir, readlink, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, normalize, resolve } from 'node:path';
import { keepOwnerAndMode } from '../configuration-test/shadow-folder.ts';
import { UnseenError, undefinedIfAbsent } from '../unseen-error.ts';
import { machinePath } from './machine-path.ts';

/** More paths than a configuration names. */
const maxPaths = 400;
const maxLinks = 8;

/**
 * Makes paths exist below `root` as they do on this server, without what they hold: folders, links and
 * empty files with the same owners and modes. keepalived's test looks whether scripts exist, may be
 * run, and could be changed by others; it never needs what they say.
 * @param isLeftOut of an absolute path: it is there already, or must not be
 */
export function createPathFacts(root: string, isLeftOut: (path: string) => boolean) {
  const known = new Set<string>();

  async function place(path: string, links = 0): Promise<void> {
    const names = normalize(path).split('/').filter(Boolean);
    let current = '';
    for (const [index, name] of names.entries()) {
      current = `${current}/${name}`;
      if (isLeftOut(current)) return;
      const stats = await undefinedIfAbsent(current, () => lstat(machinePath(current))).catch(
        ofHidden,
      );
      if (stats === undefined) return;
      const isNew = !known.has(current) && known.size < maxPaths;
      if (isNew) known.add(current);
      if (stats.isSymbolicLink()) {
        const target = await readlink(machinePath(current));
        if (isNew) await symlink(target, join(root, current));
        const rest = names.slice(index + 1).join('/');
        if (links < maxLinks) await place(join(resolve(dirname(current), target), rest), links + 1);
        return;
      }
      if (isNew && stats.isDirectory()) await mkdir(join(root, current), { recursive: true });
      else if (isNew && stats.isFile()) await writeFile(join(root, current), '', { flag: newFile });
      else if (isNew) return;
      if (isNew) await keepOwnerAndMode(machinePath(current), join(root, current));
    }
  }

  return { place: (path: string) => place(path) };
}

/** What root may not see (of a network file system) keepalived, which is root too, does not see. */
function ofHidden(error: unknown): undefined {
  if (error instanceof UnseenError && error.code === 'EACCES') return undefined;
  throw error;
}

const newFile = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL;

/** The absolute paths in a text, also in the middle of a word; too many rather than too few. */
export function findAbsolutePaths(text: string): string[] {
  return [...new Set(text.match(/\/[^\s"'`{}$;|&<>(),]+/g) ?? [])].slice(0, maxPaths);
}
