import { errorCode } from '../../shared/error-code.ts';
import type { LogFilter } from '../appliance.ts';
import { explainCode } from '../unseen-error.ts';
import {
  type LogFile,
  type LogFiles,
  closeLogFiles,
  describeForeignFile,
  notAFile,
  openLogFiles,
  readChunks,
} from './log-files.ts';
import { type LogReader, createLogReader } from './log-reader.ts';
import type { LogSource } from './log-source.ts';
import { readLinesForwards } from './reading/forward-lines.ts';
import { readNewer } from './reading/read-newer.ts';
import { type SearchLimits, defaultLimits, readPage } from './reading/read-page.ts';

/**
 * A syslog file, such as `/var/log/messages`, together with the files that it was rotated into.
 * They may be of any size.
 */
export function createFileLog(path: string, limits: SearchLimits = defaultLimits): LogSource {
  /** What `task` answers, or a sentence that says why the log cannot be read. */
  async function withFiles<Answer>(
    task: (opened: LogFiles) => Promise<Answer>,
  ): Promise<Answer | { ok: false; source: string; message: string }> {
    let opened: LogFiles | undefined;
    try {
      opened = await openLogFiles(path);
      return await task(opened);
    } catch (error) {
      return { ok: false, source: path, message: describeProblem(path, errorCode(error)) };
    } finally {
      if (opened) await closeLogFiles(opened);
    }
  }

  return {
    read: (query) => withFiles((opened) => readPage(opened, path, query, limits)),
    readNewer: (after, filter) => withFiles((opened) => readNewer(opened, after, filter)),
    export: (filter) => exportLog(path, filter),
  };
}

async function* exportLog(path: string, filter: LogFilter): AsyncGenerator<string> {
  let opened: LogFiles | undefined;
  try {
    opened = await openLogFiles(path);
    const { notes, foreign } = opened;
    for (const note of notes) yield `${note}\n`;
    if (foreign.length > 0) yield `${describeForeignFile(foreign)}\n`;
    const reader = createLogReader(filter);
    const files = opened.files.filter(({ modifiedAtMs }) => !reader.isLongBefore(modifiedAtMs));
    for (const file of files.reverse()) yield* exportFile(file, reader);
  } catch (error) {
    yield `${describeProblem(path, errorCode(error))}\n`;
  } finally {
    if (opened) await closeLogFiles(opened);
  }
}

async function* exportFile(file: LogFile, reader: LogReader): AsyncGenerator<string> {
  try {
    const find = await reader.chooseFinder(file);
    for await (const batch of readLinesForwards(readChunks(file), 0, find)) {
      const lines = batch.lines
        .map((found) => reader.read(found, file))
        .filter((line) => line !== undefined && line !== 'long-before');
      if (lines.length > 0) yield lines.map(({ raw }) => `${raw}\n`).join('');
    }
  } catch (error) {
    yield `${file.name} cannot be read further (${errorCode(error)}).\n`;
  }
}

function describeProblem(path: string, code: string): string {
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return `The log file ${path} does not exist. Start rsyslog, or set WAI_LOG to where keepalived's lines go (journal, or file:/path).`;
    case notAFile:
      return `${path} is not a file. Set WAI_LOG to the system's log file.`;
    case 'EMFILE':
    case 'ENFILE':
    case 'EIO':
      return `The log file ${path} cannot be read: ${explainCode(code)}.`;
    default:
      return `The log file ${path} cannot be read (${code}). Run this program as root, or give it permission to read the file.`;
  }
}
