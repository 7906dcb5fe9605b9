import { randomBytes } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { link, lstat, open, realpath, rm } from 'node:fs/promises';
import { basename, dirname, join, sep } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { syncFolder } from '../../shared/durable-file.ts';
import { errorCode } from '../../shared/error-code.ts';
import { UserError } from '../../shared/errors.ts';
import type { ArchivedFile } from './read-archive.ts';
import { archiveFolder, readArchive } from './read-archive.ts';
import { blockBytes, formatTarHeader } from './tar-header.ts';

/**
 * Makes an archive that only its owner may read (0600), whole or not at all, and on the disk when the
 * promise resolves. What is at the path is never replaced.
 * @param stateDirectory nothing is made in there
 * @throws {UserError} `backup-place`: what is wrong with the path
 */
export async function writeArchive(
  path: string,
  stateDirectory: string,
  files: () => AsyncIterable<ArchivedFile>,
): Promise<void> {
  const folder = dirname(path);
  const refuse = (what: string, cause?: unknown) =>
    new UserError('backup-place', `${path} ${what}. No backup was made.`, { cause });
  const refuseUnwritable = (cause: unknown) => {
    const code = errorCode(cause);
    if (code === 'EEXIST') return refuse('exists already. Choose another name', cause);
    return unwritable.has(code) ? refuse(`cannot be written (${code})`, cause) : cause;
  };
  if (await lies(folder, stateDirectory)) {
    throw refuse('is in the state folder itself. Choose a path outside');
  }
  // Not hidden: after a kill somebody should find it, and remove it.
  const partPath = join(folder, `${basename(path)}.part-${randomBytes(4).toString('hex')}`);
  try {
    await refuseExisting(path);
    const file = await open(partPath, 'wx+', 0o600);
    try {
      await writeTar(file, files());
      // What cannot be restored is no backup.
      await readArchive(file, partPath, () => undefined);
      // Unlike a rename it replaces nothing.
      await link(partPath, path);
    } finally {
      await file.close();
      await rm(partPath, { force: true });
    }
  } catch (cause) {
    throw refuseUnwritable(cause);
  }
  await syncFolder(folder);

  async function writeTar(file: FileHandle, content: AsyncIterable<ArchivedFile>): Promise<void> {
    if (((await file.stat()).mode & 0o077) !== 0) {
      throw refuse('is on a file system where others could read it. Choose another folder');
    }
    const gzip = createGzip();
    const feeding = pipeline(Readable.from(formatTar(content)), gzip);
    // Whoever reads from gzip gets its error, too.
    feeding.catch(() => undefined);
    await writePieces(file, gzip);
    await feeding;
    await file.sync();
  }
}

const unwritable = new Set(
  'ENOENT ENOTDIR EACCES EPERM EROFS ENOSPC EDQUOT EFBIG EIO EOPNOTSUPP EINVAL'.split(' '),
);

/** Whether a folder is another one, or lies in it. One that does not exist lies nowhere. */
async function lies(folder: string, within: string): Promise<boolean> {
  const realFolder = await realpath(folder).catch(() => undefined);
  return `${realFolder ?? ''}${sep}`.startsWith(`${await realpath(within)}${sep}`);
}

/** Before the work is done for nothing. */
async function refuseExisting(path: string): Promise<void> {
  const found = await lstat(path).catch(() => undefined);
  if (found) throw Object.assign(new Error(path), { code: 'EEXIST' });
}

async function writePieces(file: FileHandle, pieces: AsyncIterable<Buffer>): Promise<void> {
  for await (const piece of pieces) await file.writeFile(piece);
}

async function* formatTar(files: AsyncIterable<ArchivedFile>): AsyncGenerator<Buffer> {
  for await (const { name, content, modifiedAtSeconds } of files) {
    yield formatTarHeader({
      ...{ name: archiveFolder + name, bytes: content.length, modifiedAtSeconds },
    });
    yield content;
    yield Buffer.alloc((blockBytes - (content.length % blockBytes)) % blockBytes);
  }
  yield Buffer.alloc(2 * blockBytes);
}
