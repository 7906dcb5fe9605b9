import { constants } from 'node:fs';
import { type FileHandle, lstat, open } from 'node:fs/promises';
import { errorCode } from '../../shared/error-code.ts';
import { explainCode, undefinedIfAbsent } from '../unseen-error.ts';

/** Why a path could not be read as a plain file. */
export interface FileProblem {
  ok: false;
  problem: 'missing' | 'unreadable' | 'too-large' | 'not-a-file';
  /** The system's error code, or `EFBIG`, `ELOOP`, `EINVAL` for our own refusals. */
  code: string;
  message: string;
}

export interface RegularFile {
  ok: true;
  bytes: Buffer;
  /** Permission bits only. */
  mode: number;
  ownerId: number;
  groupId: number;
  /** Wall clock, milliseconds since the epoch. */
  modifiedAtMs: number;
}

/** The largest configuration file that the page handles, in bytes. */
export const maxConfigurationBytes = 1024 * 1024;

/**
 * Reads a configuration file whole if it is a regular file of at most `maxConfigurationBytes`. A
 * symbolic link is never followed, a FIFO or device never waited for.
 */
export async function readRegularFile(path: string): Promise<RegularFile | FileProblem> {
  let handle: FileHandle;
  try {
    handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    return describeOpenError(path, errorCode(error));
  }
  try {
    const stats = await handle.stat();
    if (!stats.isFile()) return notAFile(path, 'EINVAL', 'is not a regular file');
    if (stats.size > maxConfigurationBytes) return tooLarge(path);
    const bytes = await readAtMost(handle, stats.size, maxConfigurationBytes + 1);
    if (bytes.length > maxConfigurationBytes) return tooLarge(path);
    return {
      ok: true,
      bytes,
      mode: stats.mode & 0o7777,
      ownerId: stats.uid,
      groupId: stats.gid,
      modifiedAtMs: stats.mtimeMs,
    };
  } catch (error) {
    return describeOpenError(path, errorCode(error));
  } finally {
    await handle.close();
  }
}

/**
 * Whether something, even a dangling symbolic link, is at `path`.
 * @throws {UnseenError} if it can’t tell
 */
export async function pathExists(path: string): Promise<boolean> {
  return (await undefinedIfAbsent(path, () => lstat(path))) !== undefined;
}

/**
 * A file may grow between `stat` and `read`, so the limit is kept while reading, and the size is only
 * where to begin: a mebibyte for each small file keeps the garbage collector busy (measured, a third
 * of the processor time of a save).
 */
async function readAtMost(
  handle: FileHandle,
  expectedBytes: number,
  maxBytes: number,
): Promise<Buffer> {
  let buffer = Buffer.allocUnsafe(Math.min(expectedBytes + 1, maxBytes));
  let length = 0;
  for (;;) {
    const { bytesRead } = await handle.read(buffer, length, buffer.length - length, length);
    if (bytesRead === 0) break;
    length += bytesRead;
    if (length === maxBytes) break;
    if (length < buffer.length) continue;
    const more = Math.min(Math.max(length, 4096), maxBytes - length);
    buffer = Buffer.concat([buffer, Buffer.allocUnsafe(more)]);
  }
  return buffer.subarray(0, length);
}

const permissionCodes = new Set(['EACCES', 'EPERM']);

function describeOpenError(path: string, code: string): FileProblem {
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return { ok: false, problem: 'missing', code, message: `${path} does not exist.` };
    case 'ELOOP':
      return notAFile(path, code, 'is a symbolic link');
    case 'ENXIO':
      return notAFile(path, code, 'is not a regular file');
    default:
      return {
        ok: false,
        problem: 'unreadable',
        code,
        message: permissionCodes.has(code)
          ? `${path} cannot be read (${code}). Check its permissions, and that this program runs as root.`
          : `${path} cannot be read: ${explainCode(code)}.`,
      };
  }
}

function notAFile(path: string, code: string, what: string): FileProblem {
  const message = `${path} ${what}. Replace it by a regular file; links are not followed.`;
  return { ok: false, problem: 'not-a-file', code, message };
}

function tooLarge(path: string): FileProblem {
  const message = `${path} is larger than 1 MiB, more than a keepalived configuration needs. Make it smaller on the machine itself.`;
  return { ok: false, problem: 'too-large', code: 'EFBIG', message };
}
