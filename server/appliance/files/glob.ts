import { lstat, readdir } from 'node:fs/promises';
import { UnseenError, undefinedIfAbsent } from '../unseen-error.ts';

/** Beyond these, a pattern is a mistake or an attack, not a configuration. */
const maxAlternatives = 256;
const maxMatches = 1024;

export interface GlobResult {
  paths: string[];
  /** Folders that would have been searched but for `mayList`. */
  refusedFolders: string[];
  /** What could not be looked at, so that more may match, by its path: why, without a full stop. */
  unseen: Map<string, string>;
}

/**
 * Finds the files that a pattern names, as glob(3) does for keepalived's `include`: `*`, `?`, `[…]`
 * within one path segment, never a leading dot, and `{a,b}`. A pattern without a wildcard names its
 * path whether it exists or not. Paths are as written: `..` and links are not resolved.
 *
 * @param from the folder that a relative pattern starts in.
 * @param mayList asked before the content of a folder is listed.
 */
export async function findMatches(
  pattern: string,
  from: string,
  mayList: (folder: string) => Promise<boolean>,
): Promise<GlobResult> {
  const result: GlobResult = { paths: [], refusedFolders: [], unseen: new Map() };
  for (const alternative of expandBraces(pattern)) {
    let paths = [alternative.startsWith('/') ? '' : from];
    const segments = alternative.split('/').filter((segment) => segment !== '');
    for (const segment of segments) {
      if (!isWildcard(segment)) {
        paths = paths.map((path) => `${path}/${segment}`);
        continue;
      }
      const found: string[] = [];
      for (const folder of paths) {
        if (!(await mayList(folder || '/'))) {
          result.refusedFolders.push(folder || '/');
          continue;
        }
        const names = (await look(folder || '/', () => readdir(folder || '/'), result)) ?? [];
        const matching = names.sort().filter((name) => matchesSegment(name, segment));
        found.push(...matching.map((name) => `${folder}/${name}`));
      }
      paths = found.slice(0, maxMatches);
    }
    const existing = segments.some(isWildcard) ? await keepExisting(paths, result) : paths;
    result.paths.push(...existing);
  }
  result.paths = [...new Set(result.paths)].slice(0, maxMatches);
  return result;
}

async function keepExisting(paths: string[], result: GlobResult): Promise<string[]> {
  const checked = await Promise.all(
    paths.map(async (path) =>
      (await look(path, () => lstat(path), result)) === undefined ? [] : [path],
    ),
  );
  return checked.flat();
}

/** What is read there; undefined if nothing is there, or if it can’t tell, which is noted. */
async function look<Value>(
  path: string,
  read: () => Promise<Value>,
  { unseen }: GlobResult,
): Promise<Value | undefined> {
  try {
    return await undefinedIfAbsent(path, read);
  } catch (error) {
    if (!(error instanceof UnseenError)) throw error;
    unseen.set(path, error.message);
    return undefined;
  }
}

function expandBraces(pattern: string): string[] {
  const pending = [pattern];
  const expanded: string[] = [];
  while (pending.length > 0 && pending.length + expanded.length <= maxAlternatives) {
    const next = pending.shift() ?? '';
    // The innermost braces first, so that nested ones unfold step by step.
    const match = /^(.*?)\{([^{}]*)\}(.*)$/s.exec(next);
    if (!match) {
      expanded.push(next);
      continue;
    }
    const [, before = '', inner = '', after = ''] = match;
    pending.push(...inner.split(',').map((choice) => before + choice + after));
  }
  return expanded;
}

function isWildcard(segment: string): boolean {
  return /[*?[]/.test(segment);
}

/**
 * Matches without a regular expression: going back to the last `*` only keeps the time below
 * name × pattern, where `*a*a*a*b` as an expression would take far longer.
 */
function matchesSegment(name: string, pattern: string): boolean {
  if (name.startsWith('.') && !pattern.startsWith('.')) return false;
  const parts = pattern.match(/\[!?\]?[^\]]*\]|[^]/g) ?? [];
  let position = 0;
  let part = 0;
  let starPart = -1;
  let starPosition = 0;
  while (position < name.length) {
    const wanted = parts[part];
    if (wanted === '*') {
      starPart = part++;
      starPosition = position;
    } else if (wanted !== undefined && matchesCharacter(name.charAt(position), wanted)) {
      part++;
      position++;
    } else if (starPart >= 0) {
      part = starPart + 1;
      position = ++starPosition;
    } else {
      return false;
    }
  }
  return parts.slice(part).every((rest) => rest === '*');
}

function matchesCharacter(character: string, wanted: string): boolean {
  if (wanted === '?') return true;
  if (wanted.length === 1) return wanted === character;
  const negated = wanted.startsWith('[!');
  const members = wanted.slice(negated ? 2 : 1, -1);
  let isMember = false;
  for (let index = 0; index < members.length; index++) {
    const first = members.charAt(index);
    const isRange = members[index + 1] === '-' && index + 2 < members.length;
    const last = isRange ? members.charAt(index + 2) : first;
    if (character >= first && character <= last) isMember = true;
    if (isRange) index += 2;
  }
  return isMember !== negated;
}
