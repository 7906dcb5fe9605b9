import type { Stats } from 'node:fs';
import { lstat, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { PathComponent } from '../../keepalived/powers/script-security.ts';
import { commandFolders } from '../commands/run-command.ts';
import { machinePath } from '../files/machine-path.ts';

/** As many links as the kernel follows. */
const mostLinks = 40;

/**
 * What the way to a program leads through, link by link, as the kernel would go it.
 * @param root where its file system is seen: empty, or `/proc/PID/root`
 * @returns undefined: there is no such program
 */
export async function findPathComponents(
  file: string,
  root = '',
): Promise<[PathComponent, ...PathComponent[]] | undefined> {
  if (file.includes('/')) return walk(file, root);
  for (const folder of commandFolders) {
    const parts = await walk(join(folder, file), root);
    if (parts?.at(-1)?.kind === 'file') return parts;
  }
  return undefined;
}

async function walk(
  file: string,
  root: string,
): Promise<[PathComponent, ...PathComponent[]] | undefined> {
  const parts: [PathComponent, ...PathComponent[]] = [await examine('/', root)];
  let at: string[] = [];
  const ahead = file.split('/').reverse();
  let links = 0;
  for (let name = ahead.pop(); name !== undefined; name = ahead.pop()) {
    if (name === '' || name === '.') continue;
    if (name === '..') {
      at = at.slice(0, -1);
      continue;
    }
    const path = `/${[...at, name].join('/')}`;
    const part = await examine(path, root).catch((error: unknown) => {
      if (isAbsent(error)) return undefined;
      throw error;
    });
    if (part === undefined) return undefined;
    parts.push(part);
    if (part.kind !== 'link') {
      at = [...at, name];
      continue;
    }
    links += 1;
    if (links > mostLinks) return undefined;
    const target = await readlink(placeOf(path, root));
    if (target.startsWith('/')) at = [];
    ahead.push(...target.split('/').reverse());
  }
  return parts;
}

async function examine(path: string, root: string): Promise<PathComponent> {
  const stats = await lstat(placeOf(path, root));
  const { uid: ownerUid, gid: groupGid, mode } = stats;
  return { path, kind: kindOf(stats), ownerUid, groupGid, mode: mode & 0o7777 };
}

/** Where this program sees a path of the machine's, or of keepalived's root. */
export const placeOf = (path: string, root: string): string =>
  root === '' ? machinePath(path) : `${root}${path}`;

function kindOf(stats: Stats): PathComponent['kind'] {
  if (stats.isDirectory()) return 'folder';
  if (stats.isSymbolicLink()) return 'link';
  return stats.isFile() ? 'file' : 'other';
}

const isAbsent = (error: unknown): boolean =>
  error instanceof Error &&
  'code' in error &&
  ['ENOENT', 'ENOTDIR', 'ENAMETOOLONG'].includes(String(error.code));
