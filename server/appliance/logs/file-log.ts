import { constants, createReadStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import {
  type LogLine,
  isKeepalivedLine,
  isOwnDumpLine,
  parseLogLine,
} from '../../keepalived/runtime/log-lines.ts';
import type { LogPage } from '../appliance.ts';
import { errorCode } from '../regular-file.ts';
import { maxLineBytes, readLinesBackwards } from './backward-lines.ts';
import { type LogSource, createFilter, searchTimeMs } from './log-source.ts';

/** Every line that keepalived logs has it in its tag. */
const marker = 'Keepalived';

const maxSearchBytes = 2 * 1024 ** 3;

/** A syslog file, such as `/var/log/messages`. It may be of any size. */
export function createFileLog(path: string): LogSource {
  return {
    async read({ limit, filter }): Promise<LogPage> {
      const source = path;
      const opened = await openLog(path);
      if (!opened.ok) return { ok: false, source, message: opened.message };
      const matches = createFilter(filter);
      const limits = { deadlineMs: performance.now() + searchTimeMs, maxBytes: maxSearchBytes };
      const lines: LogLine[] = [];
      try {
        const found = readLinesBackwards(opened.handle, marker, limits);
        for (;;) {
          const next = await found.next();
          if (next.done) return { ok: true, source, lines, reachedStart: next.value };
          const line = readLine(next.value.toString(), matches);
          if (line === undefined) continue;
          if (lines.length === limit) return { ok: true, source, lines, reachedStart: false };
          lines.push(line);
        }
      } catch (error) {
        return { ok: false, source, message: describeProblem(path, errorCode(error)) };
      } finally {
        await opened.handle.close();
      }
    },

    async *export({ filter }) {
      const opened = await openLog(path);
      if (!opened.ok) {
        yield `${opened.message}\n`;
        return;
      }
      const matches = createFilter(filter);
      for await (const texts of readLinesForwards(opened.handle)) {
        const lines = texts
          .map((text) => readLine(text, matches))
          .filter((line) => line !== undefined);
        if (lines.length > 0) yield lines.map(({ raw }) => `${raw}\n`).join('');
      }
    },
  };
}

/** A line of keepalived that passes the filter; that is asked first, as parsing costs far more. */
function readLine(raw: string, matches: (text: string) => boolean): LogLine | undefined {
  if (!isKeepalivedLine(raw) || !matches(raw)) return undefined;
  const line = parseLogLine(raw, Date.now());
  return isOwnDumpLine(line.message) ? undefined : line;
}

/** All lines, those of one chunk at a time; of a line that is too long only its start. */
async function* readLinesForwards(handle: FileHandle): AsyncGenerator<string[]> {
  let rest: Buffer = Buffer.alloc(0);
  // Up to where the log ends now: a download of a log that grows must end, too.
  const { size } = await handle.stat();
  const stream = createReadStream('', {
    fd: handle,
    end: Math.max(0, size - 1),
    highWaterMark: 256 * 1024,
  });
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    const lastFeed = chunk.lastIndexOf('\n');
    if (lastFeed === -1) {
      rest = Buffer.concat([rest, chunk.subarray(0, Math.max(0, maxLineBytes - rest.length))]);
      continue;
    }
    yield splitLines(Buffer.concat([rest, chunk.subarray(0, lastFeed)]));
    rest = Buffer.from(chunk.subarray(lastFeed + 1).subarray(0, maxLineBytes));
  }
  if (rest.length > 0) yield splitLines(rest);
}

function splitLines(bytes: Buffer): string[] {
  if (!bytes.includes(marker)) return [];
  return bytes
    .toString()
    .split('\n')
    .map((line) => line.slice(0, maxLineBytes));
}

type OpenedLog = { ok: true; handle: FileHandle } | { ok: false; message: string };

async function openLog(path: string): Promise<OpenedLog> {
  try {
    const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    if ((await handle.stat()).isFile()) return { ok: true, handle };
    await handle.close();
    return { ok: false, message: `${path} is not a file. Set WAI_LOG to the system's log file.` };
  } catch (error) {
    return { ok: false, message: describeProblem(path, errorCode(error)) };
  }
}

function describeProblem(path: string, code: string): string {
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return `The log file ${path} does not exist. Start rsyslog, or set WAI_LOG to where keepalived's lines go (journal, or file:/path).`;
  }
  return `The log file ${path} cannot be read (${code}). Run this program as root, or give it permission to read the file.`;
}
