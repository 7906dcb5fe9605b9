/** The log: the first screen of a file of 4 GB, and a search through a large one beside grep. */
import { createWriteStream } from 'node:fs';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { execa } from 'execa';
import { createLog } from '../server/appliance/logs/create-log.ts';
import { type Figure, timeMs } from './figure.ts';

const gigabyte = 1e9;
/** Large enough that the start of a process does not count. */
const searchedBytes = 0.25 * gigabyte;
const needle = 'VI_7) Entering MASTER STATE';

export async function measureLog(): Promise<Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-log-'));
  try {
    return [...(await measureFirstScreen(folder)), ...(await measureSearch(folder))];
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function measureFirstScreen(folder: string): Promise<Figure[]> {
  const smallPath = join(folder, 'small');
  const largePath = join(folder, 'large');
  await writeLog(smallPath, 4e6, 0);
  // What lies before its end is a hole: no disk could hold it for a test, and it is not read.
  await writeLog(largePath, 4e6, 4 * gigabyte);
  const small = await measureScreen(smallPath);
  const large = await measureScreen(largePath);
  return [
    { name: 'log, 4 MB: first screen', value: small.ms, unit: 'ms' },
    { name: 'log, 4 GB: first screen', value: large.ms, unit: 'ms', budget: 30 },
    {
      name: 'log, 4 GB: more memory than for 4 MB',
      value: Math.max(0, large.grownMiB - small.grownMiB),
      unit: 'MiB',
      budget: 8,
    },
  ];
}

async function measureScreen(path: string) {
  const log = createLog({ source: 'file', path });
  const before = process.memoryUsage.rss();
  const ms = await timeMs(15, async () => {
    const page = await log.read({ limit: 200 });
    if (!page.ok || page.lines.length !== 200) throw new Error('no full screen');
  });
  return { ms, grownMiB: (process.memoryUsage.rss() - before) / 2 ** 20 };
}

async function measureSearch(folder: string): Promise<Figure[]> {
  const path = join(folder, 'searched');
  await writeLog(path, searchedBytes, 0);
  const log = createLog({ source: 'file', path });
  const grep = async () => {
    const { stdout } = await execa('grep', ['-c', '-F', needle, path], { env: { LC_ALL: 'C' } });
    return Number(stdout);
  };
  const ours = async () => {
    let lines = 0;
    for await (const chunk of log.export({ filter: needle })) lines += chunk.split('\n').length - 1;
    return lines;
  };
  // Also brings the file into memory for both.
  const counts = [await grep(), await ours()];
  if (counts[0] !== counts[1]) throw new Error(`grep found ${counts.join(', ours ')}`);
  const grepMs = await timeMs(3, grep);
  const oursMs = await timeMs(3, ours);
  return [
    { name: 'log: grep -F through 250 MB', value: grepMs, unit: 'ms' },
    { name: 'log: our search through 250 MB', value: oursMs, unit: 'ms' },
    { name: 'log: our search, of grep -F', value: oursMs / grepMs, unit: '×', budget: 1.5 },
  ];
}

/** Lines as keepalived and others write them, a few of them with the needle, after a hole. */
async function writeLog(path: string, bytes: number, holeBytes: number): Promise<void> {
  const line = (index: number) => {
    const time = new Date(Date.UTC(2026, 6, 4) + index * 100).toUTCString().slice(8, 25);
    const stamp = `Jul  4 ${time.slice(9)}`;
    if (index % 10 !== 0) return `${stamp} server1 sshd[${index}]: Connection closed by 10.0.0.1\n`;
    const name = index % 1_000 === 0 ? 'VI_7' : 'VI_1';
    return `${stamp} server1 Keepalived_vrrp[123]: (${name}) Entering MASTER STATE\n`;
  };
  function* chunks() {
    for (let index = 0, written = 0; written < bytes;) {
      const chunk = Array.from({ length: 1_000 }, () => line((index += 1))).join('');
      written += chunk.length;
      yield chunk;
    }
  }
  const file = await open(path, 'w');
  await file.truncate(holeBytes);
  await file.close();
  await pipeline(Readable.from(chunks()), createWriteStream(path, { flags: 'a' }));
}
