import { constants } from 'node:fs';
import { type FileHandle, open, readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { errorCode } from '../../shared/error-code.ts';
import { ignoreFailure, undefinedIfAbsent, UnseenError } from '../unseen-error.ts';
import { readBlocksBetween } from './reading/read-ahead.ts';

/** The log file, or one that it was rotated into. */
export interface LogFile {
  name: string;
  isPacked: boolean;
  handle: FileHandle;
  dev: number;
  ino: number;
  /** Of the file on the disk, packed or not, when it was opened. */
  size: number;
  modifiedAtMs: number;
}

export interface LogFiles {
  /** Newest first. */
  files: LogFile[];
  /** Which rotated files cannot be read, and why: a sentence each. */
  notes: string[];
  /** Names of rotated files that were packed by another program than gzip, newest first. */
  foreign: string[];
  /** Whether it is known which rotated files there are. */
  isWhole: boolean;
}

const unpackedBytes = 256 * 1024;
/** How often the folder is looked at again because logrotate was at work. */
const attempts = 5;

/**
 * Opens a log file and what logrotate made of it: `messages.1`, `messages.2.gz`, or with dateext
 * `messages-20261123` and `messages-20261123.gz`. The caller closes them.
 * @throws what opening the log file threw, if there is no rotated one either
 */
export async function openLogFiles(path: string): Promise<LogFiles> {
  for (let attempt = 1; ; attempt += 1) {
    const { names, foreign, unseen } = await listNames(path);
    const opened = { ...(await openAll(path, names)), foreign, isWhole: unseen === undefined };
    if (unseen !== undefined) opened.notes.push(unseen);
    // Between the look and the opening a file may have got another's name.
    if (attempt === attempts || (await areStillNamedSo(dirname(path), opened.files))) {
      return opened;
    }
    await closeLogFiles(opened);
  }
}

export async function closeLogFiles({ files }: Pick<LogFiles, 'files'>): Promise<void> {
  await Promise.all(files.map(({ handle }) => handle.close()));
}

/** What is missing for want of a program that unpacks it here. */
export function describeForeignFile(names: readonly string[]): string {
  return `Older lines are not shown: ${names.join(', ')} cannot be unpacked here, only gzip can. Read them with xzcat, zstdcat or bzcat.`;
}

/** What is between two positions of a file, as far as it reaches. */
export async function readAt(handle: FileHandle, from: number, to: number): Promise<Buffer> {
  const start = Math.max(0, from);
  const buffer = Buffer.allocUnsafeSlow(Math.max(0, to - start));
  const { bytesRead } = await handle.read(buffer, 0, buffer.length, start);
  return buffer.subarray(0, bytesRead);
}

/**
 * The file's text from its start, unpacked; or from `from` where it is not packed. A chunk is valid
 * until the next one is asked for.
 */
export function readChunks(file: LogFile, from = 0): AsyncIterable<Buffer> {
  if (!file.isPacked) return readBytes(file, from);
  const unpacked = createGunzip({ chunkSize: unpackedBytes });
  // A failure destroys both, and is thrown to whoever reads.
  pipeline(readBytes(file, 0), copyEach, unpacked, () => undefined);
  return unpacked as AsyncIterable<Buffer>;
}

/** Up to where the file ended when it was opened: the reading of a log that grows must end, too. */
async function* readBytes(
  { handle, size }: LogFile,
  from: number,
): AsyncGenerator<Buffer, void, undefined> {
  for await (const { chunk } of readBlocksBetween(handle, [from, size])) yield chunk;
}

/** For a stream, which asks for chunks before it has used the last one. */
async function* copyEach(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, undefined> {
  for await (const chunk of chunks) yield Buffer.from(chunk);
}

/**
 * So much of the file's text, unpacked, as there is from an offset on; less if the time is over.
 * @param deadlineMs on the monotonic clock
 */
export async function readText(
  file: LogFile,
  offset: number,
  bytes: number,
  deadlineMs = Infinity,
): Promise<Buffer> {
  if (!file.isPacked) return readAt(file.handle, offset, offset + bytes);
  let position = 0;
  const parts: Buffer[] = [];
  for await (const chunk of readChunks(file)) {
    const end = position + chunk.length;
    if (end > offset) parts.push(chunk.subarray(Math.max(0, offset - position)));
    if (end >= offset + bytes || performance.now() > deadlineMs) break;
    position = end;
  }
  return Buffer.concat(parts).subarray(0, bytes);
}

/** The log file's name and those of its rotated files, newest first. */
async function listNames(
  path: string,
): Promise<{ names: string[]; foreign: string[]; unseen: string | undefined }> {
  const name = basename(path);
  let unseen: string | undefined;
  const list = () => readdir(dirname(path));
  const found = await undefinedIfAbsent(dirname(path), list).catch((error: unknown) => {
    if (!(error instanceof UnseenError)) throw error;
    unseen = `Older lines are not shown. The rotated files are unknown: ${error.message}.`;
    return undefined;
  });
  const rotated = (found ?? []).flatMap((other) => {
    if (!other.startsWith(name)) return [];
    const suffix = rotatedSuffix.exec(other.slice(name.length))?.groups;
    if (!suffix) return [];
    const { count = 0, date = '', packing = 'gz' } = suffix;
    return [{ name: other, count: Number(count), date, isForeign: packing !== 'gz' }];
  });
  rotated.sort((one, other) => other.date.localeCompare(one.date) || one.count - other.count);
  const namesOf = (isForeign: boolean) =>
    rotated.filter((file) => file.isForeign === isForeign).map((file) => file.name);
  return { names: [name, ...namesOf(false)], foreign: namesOf(true), unseen };
}

/** As logrotate names them, with the `compressext` of the programs that are in use. */
const rotatedSuffix =
  /^(?:\.(?<count>\d{1,6})|-(?<date>\d{8}(?:-?\d{1,10})?))(?:\.(?<packing>gz|xz|zst|bz2|lz4|lzma))?$/;

type OpenedFiles = Pick<LogFiles, 'files' | 'notes'>;

async function openAll(path: string, names: string[]): Promise<OpenedFiles> {
  const opened: OpenedFiles = { files: [], notes: [] };
  let problem: unknown;
  for (const name of names) {
    try {
      // A link is the administrator's choice for the log itself, and for nothing else.
      const noLink = name === basename(path) ? 0 : constants.O_NOFOLLOW;
      opened.files.push(await openLogFile(dirname(path), name, noLink));
    } catch (error) {
      if (name === basename(path)) problem = error;
      else if (errorCode(error) !== 'ENOENT') {
        opened.notes.push(`${name} cannot be read (${errorCode(error)}).`);
      }
    }
  }
  // Between its renaming and its new beginning there is no log file, only the rotated one.
  const isBeingRotated = errorCode(problem) === 'ENOENT' && opened.files.length > 0;
  if (problem === undefined || isBeingRotated) return opened;
  await closeLogFiles(opened);
  throw problem as Error;
}

async function openLogFile(folder: string, name: string, noLink: number): Promise<LogFile> {
  const flags = constants.O_RDONLY | constants.O_NONBLOCK | noLink;
  const handle = await open(join(folder, name), flags);
  const stats = await handle.stat();
  if (!stats.isFile()) {
    await handle.close();
    throw Object.assign(new Error(`${name} is not a file`), { code: notAFile });
  }
  const { dev, ino, size, mtimeMs } = stats;
  return { name, isPacked: name.endsWith('.gz'), handle, dev, ino, size, modifiedAtMs: mtimeMs };
}

/** Whether an error says that a packed file is damaged (zlib), not that it cannot be read now. */
export const isDamage = (error: unknown): boolean => errorCode(error).startsWith('Z_');

/** The code of the error for what is there, but no file. */
export const notAFile = 'NOTAFILE';

async function areStillNamedSo(folder: string, files: LogFile[]): Promise<boolean> {
  const answers = await Promise.all(
    files.map(async ({ name, dev, ino }) => {
      // If it can’t tell, it looks once more; what is open is read anyway.
      const now = await stat(join(folder, name)).catch(ignoreFailure);
      return now?.dev === dev && now.ino === ino;
    }),
  );
  return answers.every(Boolean);
}
