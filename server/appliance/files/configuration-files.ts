import { createHash } from 'node:crypto';
import { lstat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ProgramOptions } from '../../program-options.ts';
import { createTag } from '../../shared/tag.ts';
import type {
  CandidateText,
  ConfigurationFileContent,
  ConfigurationFileEntry,
  FileReplacement,
  FileReplacementResult,
} from '../appliance.ts';
import { ignoreFailure, useIfUnseen, undefinedIfAbsent, UnseenError } from '../unseen-error.ts';
import { type FollowedIncludes, followIncludes } from './includes.ts';
import { createKnownFiles } from './known-files.ts';
import { maxConfigurationBytes } from './regular-file.ts';
import { replaceFile } from './replace-file.ts';

export interface ConfigurationFiles {
  list: (candidate?: CandidateText) => Promise<ConfigurationFileEntry[]>;
  /** The entry of an id, as it is listed now; an id is looked up, never made into a path. */
  find: (id: string, candidate?: CandidateText) => Promise<ConfigurationFileEntry | undefined>;
  read: (id: string, candidate?: CandidateText) => Promise<ConfigurationFileContent>;
  replace: (id: string, change: FileReplacement) => Promise<FileReplacementResult>;
}

/** Who reads many files, one after the other, has listed them a moment ago. */
const listingLifetimeMs = 100;

/** The files that the page manages: the live one, the stored ones beside it, the included ones. */
export function createConfigurationFiles(options: ProgramOptions): ConfigurationFiles {
  const livePath = options.keepalived.configPath;
  const folder = dirname(livePath);
  const ownFiles = [
    { id: 'live', role: 'live', path: livePath },
    { id: 'stored-master', role: 'stored-master', path: join(folder, 'keepalived.conf.master') },
    { id: 'stored-backup', role: 'stored-backup', path: join(folder, 'keepalived.conf.backup') },
  ] as const;
  const knownFiles = createKnownFiles();
  let listed:
    | { candidate: CandidateText | undefined; atMs: number; entries: ConfigurationFileEntry[] }
    | undefined;

  const readTextFromDisk = async (path: string): Promise<string | undefined> => {
    const file = await knownFiles.read(path);
    return file.ok ? file.bytes.toString() : undefined;
  };

  /** Where the folder cannot be looked at, neither can the live file, and its entry says so. */
  const follow = (candidate?: CandidateText): Promise<FollowedIncludes> =>
    followIncludes(livePath, (path, isLive) =>
      candidate !== undefined && isPlaceOf(candidate, path, isLive)
        ? Promise.resolve(candidate.text)
        : readTextFromDisk(path),
    ).catch(useIfUnseen({ files: [], byPath: new Map(), livePath }));

  async function list(candidate?: CandidateText): Promise<ConfigurationFileEntry[]> {
    const atMs = performance.now();
    const entries = await look(candidate);
    listed = { candidate, atMs, entries };
    return entries;
  }

  async function look(candidate?: CandidateText): Promise<ConfigurationFileEntry[]> {
    const followed = await follow(candidate);
    const skipped = new Set<string>();
    const included: ConfigurationFileEntry[] = [];
    for (const { path, problem } of followed.files) {
      // Of what is outside, not even whether it exists is told.
      const place = problem === undefined ? await lookAt(path) : undefined;
      const exists = place !== undefined && place !== 'absent';
      if (place === 'absent' || place === 'skipped') {
        skipped.add(path);
        if (exists) continue;
      }
      const unseen = place instanceof UnseenError ? `${place.message}.` : undefined;
      const entry = { id: idOfIncluded(path), role: 'included', path, exists } as const;
      included.push({ ...entry, problem: problem ?? unseen });
    }
    const includesOf = (path: string) =>
      followed.byPath.get(path)?.map(({ pattern, paths }) => ({
        pattern,
        paths: paths.filter((one) => !skipped.has(one)),
      }));
    const own: ConfigurationFileEntry[] = [];
    for (const file of ownFiles) {
      const includes = file.role === 'live' ? includesOf(followed.livePath) : undefined;
      const place = await lookAt(file.path);
      const problem = place instanceof UnseenError ? `${place.message}.` : undefined;
      own.push({ ...file, exists: place !== 'absent', problem, includes });
    }
    return [...own, ...included.map((entry) => ({ ...entry, includes: includesOf(entry.path) }))];
  }

  async function find(
    id: string,
    candidate?: CandidateText,
  ): Promise<ConfigurationFileEntry | undefined> {
    return (await list(candidate)).find((entry) => entry.id === id);
  }

  const findListed = (id: string, candidate?: CandidateText) =>
    listed && listed.candidate === candidate && performance.now() - listed.atMs < listingLifetimeMs
      ? listed.entries.find((entry) => entry.id === id)
      : undefined;

  async function read(id: string, candidate?: CandidateText): Promise<ConfigurationFileContent> {
    const entry = findListed(id, candidate) ?? (await find(id, candidate));
    if (entry === undefined) {
      return { ok: false, id, path: '', problem: 'unknown-id', message: unknownFileMessage };
    }
    const { path, problem } = entry;
    if (problem !== undefined) {
      return { ok: false, id, path, problem: 'unreadable', message: problem };
    }
    const file = await knownFiles.read(path);
    if (!file.ok) return { ok: false, id, path, problem: file.problem, message: file.message };
    const text = decodeText(file.bytes);
    if (text === undefined) {
      const message = `${path} is not a text file (UTF-8 without NUL bytes). Edit or restore it on the machine itself.`;
      return { ok: false, id, path, problem: 'not-text', message };
    }
    const { modifiedAtMs, mode } = file;
    return { ok: true, id, path, text, tag: createTag(file.bytes), modifiedAtMs, mode };
  }

  /** One at a time: between our own comparison and our rename nobody of us may come. */
  let lastReplacement: Promise<unknown> = Promise.resolve();
  async function replace(id: string, change: FileReplacement): Promise<FileReplacementResult> {
    const entry = await find(id);
    listed = undefined;
    if (entry === undefined) {
      return { outcome: 'failed', code: 'UNKNOWN_FILE', message: unknownFileMessage };
    }
    const refusal = entry.problem ?? findTextProblem(change.text);
    if (refusal !== undefined) return { outcome: 'failed', code: 'REFUSED', message: refusal };
    const replacement = lastReplacement.then(() => replaceFile(entry.path, change));
    lastReplacement = replacement.catch(ignoreFailure);
    return replacement;
  }

  return { list, find, read, replace };
}

const idOfIncluded = (path: string): string =>
  `include-${createHash('sha256').update(path).digest('hex').slice(0, 12)}`;

/** Whether a candidate takes the place of the file at this path. */
function isPlaceOf({ fileId }: CandidateText, path: string, isLive: boolean): boolean {
  return isLive ? !fileId.startsWith('include-') : fileId === idOfIncluded(path);
}

const unknownFileMessage = 'There is no such configuration file. Choose one from the list.';

/**
 * What keepalived makes of a path: it reads only regular files that nobody may execute (measured,
 * 2.2.7), and skips the rest.
 */
async function lookAt(path: string): Promise<'absent' | 'skipped' | 'read' | UnseenError> {
  try {
    const stats = await undefinedIfAbsent(path, () => lstat(path));
    if (stats === undefined) return 'absent';
    return stats.isFile() && (stats.mode & 0o111) === 0 ? 'read' : 'skipped';
  } catch (error) {
    if (error instanceof UnseenError) return error;
    throw error;
  }
}

function decodeText(bytes: Buffer): string | undefined {
  if (bytes.includes(0)) return undefined;
  try {
    // Without `ignoreBOM` a byte order mark would be lost, and the file not be what was read.
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    // eslint-disable-next-line no-restricted-syntax -- what is no UTF-8 is told so
  } catch {
    return undefined;
  }
}

function findTextProblem(text: string): string | undefined {
  if (text.includes('\0')) return 'The text contains a NUL byte. Remove it.';
  if (Buffer.byteLength(text) > maxConfigurationBytes) {
    return 'The text is larger than 1 MiB. Shorten it, or split it into included files.';
  }
  return undefined;
}
