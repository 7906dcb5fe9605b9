/** Archives as somebody may hand them over, and the folders that they are tried on. */
import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { TestContext } from 'node:test';
import { createGzip } from 'node:zlib';
import { restoreBackup } from '../../../../server/process/backup/restore-backup.ts';
import { takeBackup } from '../../../../server/process/backup/take-backup.ts';

export const hostName = 'server1';

export async function makeFolder(context: TestContext): Promise<string> {
  const folder = await mkdtemp('/dev/shm/wai-backup-');
  context.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

export const backUp = (stateDirectory: string, path: string) =>
  takeBackup({ stateDirectory, path, hostName });

export const restore = (stateDirectory: string, path: string, isOtherHostAllowed = false) =>
  restoreBackup({ stateDirectory, path, hostName, isOtherHostAllowed });

/** What an archive may hold; by default a plain file whose size is that of its content. */
export interface Entry {
  name: string;
  content?: string | Buffer;
  type?: string;
  linkName?: string;
  /** What the header says. */
  size?: number;
  /** Zeros behind the content, which are never held in memory. */
  zeros?: number;
}

const folder = 'keepalived-wai/';
export const manifest = (fileCount: number, other: object = {}): Entry => ({
  name: `${folder}backup.json`,
  content: JSON.stringify({
    format: 2,
    version: '0.1.0',
    hostName,
    madeAtMs: 1,
    fileCount,
    ...other,
  }),
});
export const accounts: Entry = {
  name: `${folder}accounts.json`,
  content: '{"format":2,"accounts":[{"name":"admin","role":"admin","passwordHash":"of another"}]}',
};
/** An archive that is sound but for one entry of it. */
export const soundBut = (...entries: Entry[]): Entry[] => [
  manifest(1 + entries.length),
  accounts,
  ...entries,
];
export const own = (name: string) => folder + name;

const block = (entry: Entry): Buffer => {
  const header = Buffer.alloc(512);
  const content = Buffer.from(entry.content ?? '');
  const size = entry.size ?? content.length + (entry.zeros ?? 0);
  header.write(entry.name, 0);
  header.write(['0000600', '0000000', '0000000'].join('\0'), 100);
  header.write([size.toString(8).padStart(11, '0'), '00000000000'].join('\0'), 124);
  header.write('        ', 148);
  header.write(entry.type ?? '0', 156);
  header.write(entry.linkName ?? '', 157);
  header.write('ustar', 257);
  header.write('00', 263);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return header;
};

const mebibyte = Buffer.alloc(1024 * 1024);

function* format(entries: Iterable<Entry>, end: Buffer): Generator<Buffer> {
  let gathered: Buffer[] = [];
  for (const entry of entries) {
    const content = Buffer.from(entry.content ?? '');
    const zeros = entry.zeros ?? 0;
    gathered.push(block(entry), content);
    // A stream takes many small pieces slowly.
    if (gathered.length > 1000 || zeros > 0) {
      yield Buffer.concat(gathered);
      gathered = [];
    }
    for (let left = zeros; left > 0; left -= mebibyte.length) yield mebibyte.subarray(0, left);
    gathered.push(Buffer.alloc((512 - ((content.length + zeros) % 512)) % 512));
  }
  yield Buffer.concat([...gathered, end]);
}

/** @param end what follows the entries; default: as tar ends an archive */
export async function writeArchive(
  path: string,
  entries: Iterable<Entry>,
  end: Buffer = Buffer.alloc(1024),
): Promise<string> {
  await mkdir(join(path, '..'), { recursive: true });
  const level = { level: 1 };
  await pipeline(Readable.from(format(entries, end)), createGzip(level), createWriteStream(path));
  return path;
}
