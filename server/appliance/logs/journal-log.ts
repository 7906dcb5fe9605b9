import { type LogLine, parseJournalEntry } from '../../keepalived/runtime/log/log-lines.ts';
import type { LogFilter, LogPage, LogQuery, NewerLogLines } from '../appliance.ts';
import { explainNoAnswer } from '../commands/command-report.ts';
import { runCommand, streamCommand } from '../commands/run-command.ts';
import { UnseenError } from '../unseen-error.ts';
import {
  type LogSource,
  createLineFilter,
  createTextFilter,
  describeUnknownPlace,
  newerLines,
  searchTimeMs,
  stampToleranceMs,
} from './log-source.ts';

const source = 'journal';

export const journalArguments = [
  '--no-pager',
  '--quiet',
  '--output=json',
  // Their names are fixed; those with a name of the configuration are found by the program's.
  'SYSLOG_IDENTIFIER=Keepalived',
  'SYSLOG_IDENTIFIER=Keepalived_vrrp',
  'SYSLOG_IDENTIFIER=Keepalived_healthcheckers',
  'SYSLOG_IDENTIFIER=Keepalived_bfd',
  '+',
  '_COMM=keepalived',
];

/**
 * The systemd journal, asked with `journalctl`. The filters are applied here: journalctl's own for
 * text is a regular expression.
 * @param options more arguments of journalctl, such as `--directory=`.
 */
export function createJournalLog(options: string[] = []): LogSource {
  return {
    async read(query): Promise<LogPage> {
      const problem = await findJournalProblem(options);
      if (problem !== undefined) return { ok: false, source, message: problem };
      const before = query.before === undefined ? undefined : readCursor(query.before);
      if (query.before !== undefined && before === undefined) return describeUnknownPlace(source);
      return readPage(options, query, before).catch(asProblem);
    },

    async readNewer(after, filter): Promise<NewerLogLines> {
      const problem = await findJournalProblem(options);
      if (problem !== undefined) return { ok: false, message: problem };
      return readNewer(options, after, filter).catch(asProblem);
    },

    async *export(filter) {
      const problem = await findJournalProblem(options);
      if (problem !== undefined) {
        yield `${problem}\n`;
        return;
      }
      const since = filter.fromMs === undefined ? [] : [`--since=@${toSeconds(filter.fromMs)}`];
      try {
        for await (const { line } of readEntries([...options, ...since], filter)) {
          if (line) yield `${line.raw}\n`;
        }
      } catch (error) {
        yield `The rest is missing. ${asProblem(error).message}\n`;
      }
    },
  };
}

function asProblem(error: unknown): { ok: false; source: string; message: string } {
  if (error instanceof UnseenError) return { ok: false, source, message: error.message };
  throw error;
}

async function readNewer(
  options: string[],
  after: string,
  filter: LogFilter,
): Promise<NewerLogLines> {
  const cursor = readCursor(after) ?? (await findEnd(options));
  const isGap = readCursor(after) === undefined;
  const lines: LogLine[] = [];
  let newest = cursor;
  const place = cursor === undefined ? [] : [`--after-cursor=${cursor}`];
  for await (const entry of readEntries([...options, ...place], filter)) {
    if (lines.length === newerLines) {
      return { ok: true, lines, newest: writeCursor(newest ?? ''), hasMore: true, isGap };
    }
    newest = entry.cursor;
    if (entry.line) lines.push(entry.line);
  }
  return { ok: true, lines, newest: writeCursor(newest ?? ''), hasMore: false, isGap };
}

/** @param before the cursor to go on from; undefined: the end of the journal, as it is now */
async function readPage(
  options: string[],
  { limit, ...filter }: LogQuery,
  before: string | undefined,
): Promise<LogPage> {
  const end = before === undefined ? await findEnd(options) : undefined;
  const place = [
    ...(before === undefined ? [] : [`--after-cursor=${before}`]),
    ...(end === undefined ? [] : [`--cursor=${end}`]),
  ];
  const newest = end === undefined ? undefined : writeCursor(end);
  const deadlineMs = performance.now() + searchTimeMs;
  const lines: LogLine[] = [];
  let last: { cursor: string; atMs: number | undefined } | undefined;
  const found = { ok: true, source, lines, newest } as const;
  for await (const entry of readEntries([...options, ...place, '--reverse'], filter, deadlineMs)) {
    if (entry.isLongBefore) return { ...found, reachedStart: true };
    if (entry.line && lines.length === limit) {
      return { ...found, reachedStart: false, older: writeCursor(last?.cursor ?? '') };
    }
    last = { cursor: entry.cursor, atMs: entry.atMs };
    if (entry.line) lines.push(entry.line);
  }
  if (performance.now() < deadlineMs) return { ...found, reachedStart: true };
  const older = last?.cursor ?? before ?? end;
  return {
    ...found,
    reachedStart: false,
    ...(older !== undefined && { older: writeCursor(older) }),
    searchedBackToMs: last?.atMs ?? null,
  };
}

interface JournalEntry {
  cursor: string;
  atMs: number | undefined;
  isLongBefore: boolean;
  /** undefined: it is not asked for. */
  line: LogLine | undefined;
}

/**
 * keepalived's entries, in journalctl's order, until the command or the time ends.
 * @throws {UnseenError} where the command did not end well
 */
async function* readEntries(
  options: string[],
  filter: LogFilter,
  deadlineMs?: number,
): AsyncGenerator<JournalEntry> {
  const hasText = createTextFilter(filter.filter);
  const isAskedFor = createLineFilter(filter);
  const { fromMs = -Infinity } = filter;
  const stream = streamCommand('journalctl', [...options, ...journalArguments]);
  const end =
    deadlineMs === undefined
      ? undefined
      : setTimeout(() => void stream.close(), deadlineMs - performance.now());
  try {
    for await (const json of stream) {
      const line = parseJournalEntry(json);
      const cursor = readEntryCursor(json);
      if (!line || cursor === undefined) continue;
      yield {
        cursor,
        atMs: line.atMs,
        isLongBefore: line.atMs !== undefined && line.atMs < fromMs - stampToleranceMs,
        line: hasText(line.raw) && isAskedFor(line) ? line : undefined,
      };
    }
    // One that was ended half-way has not told of all; ended by us it has no problem.
    const problem = await stream.problem;
    if (problem !== undefined) throw new UnseenError(problem);
  } finally {
    clearTimeout(end);
    await stream.close();
  }
}

/** Of an entry as journalctl prints it. */
export function readEntryCursor(json: string): string | undefined {
  // A quotation mark within a message is escaped, so this one is the field's.
  return /"__CURSOR"\s*:\s*"([^"]+)"/.exec(json)?.[1];
}

/** The cursor of the newest entry, whoever's it is. */
async function findEnd(options: string[]): Promise<string | undefined> {
  const result = await runCommand(
    'journalctl',
    [...options, '--no-pager', '--quiet', '--lines=0', '--show-cursor'],
    { timeoutMs: 5000 },
  );
  if (result.kind !== 'ok') return undefined;
  return /^-- cursor: (\S+)$/m.exec(result.stdout)?.[1];
}

function writeCursor(cursor: string): string {
  return Buffer.from(cursor).toString('base64url');
}

/** The form is fixed (sd_journal_get_cursor(3)); anything else does not reach journalctl. */
function readCursor(cursor: string): string | undefined {
  const text = Buffer.from(cursor, 'base64url').toString('latin1');
  const form =
    /^s=[\da-f]{32};i=[\da-f]{1,16};b=[\da-f]{32};m=[\da-f]{1,16};t=[\da-f]{1,16};x=[\da-f]{1,16}$/;
  return form.test(text) ? text : undefined;
}

function toSeconds(ms: number): number {
  return Math.floor(ms / 1000);
}

/** An empty answer means nothing: without a journal journalctl exits with 0, too (measured, 252). */
async function findJournalProblem(options: string[]): Promise<string | undefined> {
  const result = await runCommand('journalctl', [...options, '--no-pager', '--lines=1'], {
    timeoutMs: 5000,
  });
  if (result.kind === 'notFound') {
    return 'The program `journalctl` is missing. Install rsyslog, and set WAI_LOG to its file.';
  }
  if (result.kind !== 'ok' && result.kind !== 'exited') return explainNoAnswer(result, 5000);
  if (result.kind === 'ok' && !/No journal files were (?:found|opened)/.test(result.stderr)) {
    return undefined;
  }
  return 'The journal holds nothing that can be read. Start systemd-journald, or run this program as root.';
}
