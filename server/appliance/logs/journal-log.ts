import {
  type LogLine,
  isOwnDumpLine,
  parseJournalEntry,
} from '../../keepalived/runtime/log-lines.ts';
import type { LogPage } from '../appliance.ts';
import { runCommand, streamCommand } from '../run-command.ts';
import { type LogSource, createFilter, searchTimeMs } from './log-source.ts';

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
 * The systemd journal, asked with `journalctl`. The text filter is applied here: journalctl's own is
 * a regular expression.
 * @param options more arguments of journalctl, such as `--directory=`.
 */
export function createJournalLog(options: string[] = []): LogSource {
  return {
    async read({ limit, filter }): Promise<LogPage> {
      const problem = await findJournalProblem(options);
      if (problem !== undefined) return { ok: false, source, message: problem };
      const matches = createFilter(filter);
      const lines: LogLine[] = [];
      const stream = streamCommand('journalctl', [...options, '--reverse', ...journalArguments]);
      const deadline = setTimeout(() => void stream.close(), searchTimeMs);
      const startedAtMs = performance.now();
      try {
        for await (const json of stream) {
          const line = readEntry(json);
          if (line === undefined || !matches(line.raw)) continue;
          if (lines.length === limit) return { ok: true, source, lines, reachedStart: false };
          lines.push(line);
        }
      } finally {
        clearTimeout(deadline);
        await stream.close();
      }
      const reachedStart = performance.now() - startedAtMs < searchTimeMs;
      return { ok: true, source, lines, reachedStart };
    },

    async *export({ filter }) {
      const problem = await findJournalProblem(options);
      if (problem !== undefined) {
        yield `${problem}\n`;
        return;
      }
      const matches = createFilter(filter);
      const stream = streamCommand('journalctl', [...options, ...journalArguments]);
      try {
        for await (const json of stream) {
          const line = readEntry(json);
          if (line !== undefined && matches(line.raw)) yield `${line.raw}\n`;
        }
      } finally {
        await stream.close();
      }
    },
  };
}

function readEntry(json: string): LogLine | undefined {
  const line = parseJournalEntry(json);
  return line === undefined || isOwnDumpLine(line.message) ? undefined : line;
}

/** An empty answer means nothing: without a journal journalctl exits with 0, too (measured, 252). */
async function findJournalProblem(options: string[]): Promise<string | undefined> {
  const result = await runCommand('journalctl', [...options, '--no-pager', '--lines=1'], {
    timeoutMs: 5000,
  });
  if (result.kind === 'notFound') {
    return 'The program `journalctl` is missing. Install rsyslog, and set WAI_LOG to its file.';
  }
  if (result.kind === 'ok' && !/No journal files were (?:found|opened)/.test(result.stderr)) {
    return undefined;
  }
  return 'The journal holds nothing that can be read. Start systemd-journald, or run this program as root.';
}
