import type { ProgramOptions } from '../../program-options.ts';
import { createFileLog } from './file-log.ts';
import { createJournalLog } from './journal-log.ts';
import type { LogSource } from './log-source.ts';

/** Where the distributions' syslog daemons write what keepalived says. */
const usualFiles = ['/var/log/messages', '/var/log/syslog'];

const noLogMessage = `No log was found: neither ${usualFiles.join(' nor ')} can be read, and there is no journal. Install rsyslog, or set WAI_LOG to where keepalived's lines go (journal, or file:/path).`;

/**
 * keepalived's log as the settings say. With `auto` it is searched each time, because a
 * syslog daemon may be installed later: the first of the usual files, then the journal, that
 * holds lines of keepalived; if none does, the first that can be read.
 */
export function createLog(setting: ProgramOptions['log']): LogSource {
  switch (setting.source) {
    case 'file':
      return createFileLog(setting.path);
    case 'journal':
      return createJournalLog();
    case 'auto':
      return createFirstOf([...usualFiles.map((path) => createFileLog(path)), createJournalLog()]);
  }
}

function createFirstOf(candidates: LogSource[]): LogSource {
  async function choose(): Promise<LogSource | undefined> {
    let readable: LogSource | undefined;
    for (const candidate of candidates) {
      const page = await candidate.read({ limit: 1 });
      if (!page.ok) continue;
      if (page.lines.length > 0) return candidate;
      readable ??= candidate;
    }
    return readable;
  }

  return {
    async read(query) {
      const chosen = await choose();
      return chosen?.read(query) ?? { ok: false, source: 'auto', message: noLogMessage };
    },
    async readNewer(after, filter) {
      const chosen = await choose();
      return chosen?.readNewer(after, filter) ?? { ok: false, message: noLogMessage };
    },
    async *export(filter) {
      const chosen = await choose();
      if (chosen === undefined) yield `${noLogMessage}\n`;
      else yield* chosen.export(filter);
    },
  };
}
