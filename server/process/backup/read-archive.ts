import type { FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { errorCode } from '../../shared/error-code.ts';
import { UserError } from '../../shared/errors.ts';
import { parseJson } from '../../shared/parse-json.ts';
import { findStateFileKind } from '../../shared/state-files.ts';
import { findFormat, stateFormat } from '../../shared/state-format.ts';
import { createByteReader } from './byte-reader.ts';
import type { ByteReader } from './byte-reader.ts';
import { manifestName, manifestSchema } from './manifest.ts';
import type { Manifest } from './manifest.ts';
import { blockBytes, readTarHeader } from './tar-header.ts';

/** The folder in the archive. */
export const archiveFolder = 'keepalived-wai/';

/** 200 versions of each configuration file, and few files beside them: far more than there ever are. */
const maxFiles = 20_000;
const maxTotalBytes = 1024 * 1024 * 1024;
/** Blocks of zeros end an archive; tar fills it up to 20 blocks. */
const maxEndBlocks = 20;
const maxManifestBytes = 4096;

export interface ArchivedFile {
  /** Its path in the state folder. */
  name: string;
  content: Buffer;
  modifiedAtSeconds: number;
}

/**
 * Reads a backup to its end, and nothing but what `backup` writes: plain files of known names, each
 * once, in bounded sizes. What is read is trusted in nothing.
 * @param file the archive, opened for reading; it is read from its begin and stays open
 * @param path of it, for sentences
 * @param onFile called for each file, in order; what it throws ends the reading
 * @throws {UserError} `backup-unusable`: what is wrong, and what to do
 */
export async function readArchive(
  file: FileHandle,
  path: string,
  onFile: (file: ArchivedFile) => Promise<void> | void,
): Promise<Manifest> {
  const refuse = (what: string, advice = 'Use another backup.') =>
    new UserError('backup-unusable', `${path} ${what}. ${advice} Nothing has been changed.`);
  const gunzip = createGunzip();
  // Whoever reads from gunzip gets the error of either.
  const feeding = pipeline(Readable.from(readPieces(file)), gunzip).catch(() => undefined);
  try {
    return await readFiles(createByteReader(gunzip), refuse, onFile);
  } catch (error) {
    if (errorCode(error).startsWith('Z_'))
      throw refuse('is damaged, or no backup of keepalived-wai');
    throw error;
  } finally {
    gunzip.destroy();
    await feeding;
  }
}

/** The bytes of a file from its begin, which stays open: it is read twice. */
async function* readPieces(file: FileHandle): AsyncGenerator<Buffer> {
  for (let position = 0; ;) {
    const piece = Buffer.allocUnsafe(64 * 1024);
    const { bytesRead } = await file.read(piece, 0, piece.length, position);
    if (bytesRead === 0) return;
    yield piece.subarray(0, bytesRead);
    position += bytesRead;
  }
}

type Refuse = (what: string, advice?: string) => UserError;

async function readFiles(
  reader: ByteReader,
  refuse: Refuse,
  onFile: (file: ArchivedFile) => Promise<void> | void,
): Promise<Manifest> {
  const first = await readEntry(reader, refuse, () => maxManifestBytes);
  if (first?.name !== manifestName) throw refuse('is no backup of keepalived-wai');
  const manifest = readManifest(first.content, refuse);
  const names = new Set<string>();
  let totalBytes = 0;
  for (;;) {
    const entry = await readEntry(reader, refuse, (name) => {
      const kind = findStateFileKind(name);
      return kind?.isInBackup === true ? kind.maxBytes : undefined;
    });
    if (!entry) break;
    if (names.has(entry.name)) throw refuse(`holds ${JSON.stringify(entry.name)} twice`);
    names.add(entry.name);
    totalBytes += entry.content.length;
    if (names.size > maxFiles) throw refuse(`holds more than ${maxFiles} files`);
    if (totalBytes > maxTotalBytes) throw refuse(`holds more than ${maxTotalBytes} bytes`);
    await onFile(entry);
  }
  if (names.size !== manifest.fileCount) throw refuse('is incomplete');
  return manifest;
}

function readManifest(content: Buffer, refuse: Refuse): Manifest {
  const value = parseJson(content.toString('utf8'));
  const format = findFormat(value);
  if (format !== undefined && format > stateFormat) {
    throw refuse(
      `has format ${format}, of a newer keepalived-wai; this one reads formats up to ${stateFormat}`,
      'Install that version first, or use another backup.',
    );
  }
  const { success, data } = manifestSchema.safeParse(value);
  if (!success) throw refuse('is damaged');
  return data;
}

/** @returns undefined at the end of the archive */
async function readEntry(
  reader: ByteReader,
  refuse: Refuse,
  findLimit: (name: string) => number | undefined,
): Promise<ArchivedFile | undefined> {
  const block = await reader.take(blockBytes);
  if (!block) throw refuse('is incomplete');
  if (block.every((byte) => byte === 0)) {
    await readEnd(reader, refuse);
    return undefined;
  }
  const header = readTarHeader(block);
  if (typeof header === 'string') throw refuse(header);
  const name = header.name.startsWith(archiveFolder)
    ? header.name.slice(archiveFolder.length)
    : undefined;
  const limit = name === undefined ? undefined : findLimit(name);
  if (name === undefined || limit === undefined) {
    throw refuse(`holds ${JSON.stringify(header.name)}, which is no file of a backup`);
  }
  if (header.bytes > limit)
    throw refuse(`holds ${JSON.stringify(name)} with ${header.bytes} bytes`);
  const content = await reader.take(header.bytes);
  const isFilled = await reader.take((blockBytes - (header.bytes % blockBytes)) % blockBytes);
  if (!content || !isFilled) throw refuse('is incomplete');
  return { name, content, modifiedAtSeconds: header.modifiedAtSeconds };
}

/** Reads on to the end of the stream: only there gzip proves that all was whole. */
async function readEnd(reader: ByteReader, refuse: Refuse): Promise<void> {
  for (let blocks = 1; !(await reader.hasEnded()); blocks++) {
    const block = await reader.take(blockBytes);
    const isZero = block?.every((byte) => byte === 0) === true;
    if (!isZero || blocks > maxEndBlocks) throw refuse('has something behind its end');
  }
}
