import { realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import {
  type IncludeDefinitions,
  findIncludePatterns,
} from '../../keepalived/config/include-lines.ts';
import type { ResolvedInclude } from '../../keepalived/language/assembled.ts';
import { UnseenError, useIfUnseen, undefinedIfAbsent } from '../unseen-error.ts';
import { findMatches } from './glob.ts';
import { pathExists, readRegularFile } from './regular-file.ts';

const maxIncludedFiles = 256;
const maxPasses = 8;

export interface IncludedFile {
  /** Without symbolic links, so that it can be read and replaced as it is. */
  path: string;
  /** Why it is not read: it is, or may be, outside the configuration folder, or cannot be looked at. */
  problem: string | undefined;
}

/** What the include lines of a configuration lead to. */
export interface FollowedIncludes {
  /** Each once, in the order found, without the live file. */
  files: IncludedFile[];
  /** What the include lines of a file name, by its path without symbolic links; the live one too. */
  byPath: ReadonlyMap<string, ResolvedInclude[]>;
  /** The live file's, without symbolic links. */
  livePath: string;
}

/**
 * Follows the `include` lines of a configuration file and of what it includes, relative to the
 * including file (measured, see keepalived facts). Each file appears once, in the order found; a
 * file that includes itself ends there, and so does the search after 256 files. What leads outside
 * the folder of `livePath`, directly or by a symbolic link, is reported and never opened.
 *
 * @param readText gives a file's text, undefined if it has none; by default what is on disk.
 * @throws {UnseenError} if the folder of the live file cannot be looked at
 */
export async function followIncludes(
  livePath: string,
  readText: (path: string, isLive: boolean) => Promise<string | undefined> = readTextFromDisk,
): Promise<FollowedIncludes> {
  const folder = await resolvePath(dirname(livePath));
  if (folder === undefined) return { files: [], byPath: new Map(), livePath };
  const isInside = async (path: string) => {
    const resolved = await resolvePath(path).catch(useIfUnseen(undefined));
    return resolved !== undefined && contains(folder, resolved);
  };
  const included = new Map<string, IncludedFile>();
  const byPath = new Map<string, ResolvedInclude[]>();
  const resolvedLivePath = join(folder, basename(livePath));
  const definitions: IncludeDefinitions = new Map();
  // An included file may define what the file that includes it uses behind it.
  const unresolved = new Set<string>();

  const visit = async (path: string, writtenFolder: string): Promise<void> => {
    const text = await readText(path, path === resolvedLivePath);
    const named: ResolvedInclude[] = [];
    byPath.set(path, named);
    for (const pattern of text === undefined ? [] : findIncludePatterns(text, definitions)) {
      if (pattern.includes('$')) {
        unresolved.add(pattern);
        add(pattern, 'depends on a definition that is not known');
        continue;
      }
      const { paths, refusedFolders, unseen } = await findMatches(pattern, writtenFolder, isInside);
      for (const refused of refusedFolders) add(refused, 'leads outside the configuration folder');
      for (const [path, reason] of unseen) addUnseen(path, reason);
      const found: string[] = [...refusedFolders, ...unseen.keys()];
      named.push({ pattern, paths: found });
      for (const match of paths) {
        const look = await resolvePath(match).catch(asUnseen);
        if (look instanceof UnseenError) {
          found.push(match);
          addUnseen(match, look.message);
          continue;
        }
        const resolved = look;
        found.push(resolved ?? match);
        if (resolved === undefined || !contains(folder, resolved)) {
          add(match, 'leads outside the configuration folder');
        } else if (add(resolved, undefined)) {
          await visit(resolved, dirname(match));
        }
      }
    }
  };
  /** @returns whether it is new and to be followed. */
  const add = (path: string, what: string | undefined): boolean => {
    if (included.has(path) || included.size >= maxIncludedFiles) return false;
    const problem =
      what === undefined
        ? undefined
        : `The include of ${path} ${what} (${folder}), so it is not read. Move the file into that folder, or remove the include.`;
    included.set(path, { path, problem });
    return problem === undefined;
  };
  const addUnseen = (path: string, reason: string): void => {
    if (included.size >= maxIncludedFiles) return;
    const problem = `The content of the include of ${path} is unknown: ${reason}.`;
    included.set(path, { path, problem });
  };

  for (let pass = 0, known = -1; pass < maxPasses && known < definitions.size; pass += 1) {
    known = definitions.size;
    unresolved.clear();
    included.clear();
    included.set(resolvedLivePath, { path: resolvedLivePath, problem: undefined });
    await visit(resolvedLivePath, folder);
    if (unresolved.size === 0) break;
  }
  included.delete(resolvedLivePath);
  return { files: [...included.values()], byPath, livePath: resolvedLivePath };
}

/** Whether `path` is `folder` or below it; both without symbolic links. */
export function contains(folder: string, path: string): boolean {
  return path === folder || path.startsWith(folder.endsWith('/') ? folder : `${folder}/`);
}

/**
 * The real path of what is at `path`, or would be if it existed; undefined if that cannot be said,
 * as for a dangling link.
 * @throws {UnseenError} if it cannot be looked at
 */
export async function resolvePath(path: string): Promise<string | undefined> {
  const real = await undefinedIfAbsent(path, () => realpath(path));
  if (real !== undefined) return real;
  if (await pathExists(path)) return undefined;
  const name = basename(path);
  if (name === '..' || name === '.' || name === '') return undefined;
  const folder = await resolvePath(dirname(path));
  return folder === undefined ? undefined : join(folder, name);
}

function asUnseen(error: unknown): UnseenError {
  if (error instanceof UnseenError) return error;
  throw error;
}

/** A file's text, undefined if it has none that may be read. */
export async function readTextFromDisk(path: string): Promise<string | undefined> {
  const file = await readRegularFile(path);
  return file.ok ? file.bytes.toString() : undefined;
}
