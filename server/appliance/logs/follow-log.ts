import { setTimeout as delay } from 'node:timers/promises';
import {
  type LogLine,
  isOwnDumpLine,
  parseJournalEntry,
  parseLogLine,
} from '../../keepalived/runtime/log-lines.ts';
import { isKeepalivedLine } from '../../keepalived/runtime/log-shapes.ts';
import type { Settings } from '../../settings.ts';
import type { LogFollower } from '../appliance.ts';
import { type CommandStream, streamCommand } from '../run-command.ts';
import { followFile } from './follow-file.ts';
import { journalArguments } from './journal-log.ts';
import type { LogSource } from './log-source.ts';

/** How long to wait before something is tried again; doubled each time. */
const retryMs = { first: 1000, longest: 5 * 60_000 };

/**
 * Calls back with keepalived's lines as they are logged from now on, oldest first. With `auto` the
 * place is the one that `log` reads from; as long as no line has come from there it is looked for
 * again now and then, because a log daemon may be installed meanwhile.
 * @param log of the same setting
 */
export async function followLog(
  setting: Settings['log'],
  log: Pick<LogSource, 'read'>,
  onLines: (lines: LogLine[]) => void,
): Promise<LogFollower> {
  let hasLines = false as boolean;
  const tell = (lines: (LogLine | undefined)[]) => {
    const known = lines.filter((line) => line !== undefined);
    const told = known.filter(({ message }) => !isOwnDumpLine(message));
    hasLines ||= known.length > 0;
    if (told.length > 0) onLines(told);
  };
  const followPath = (path: string) =>
    followFile(path, (lines) => {
      const now = Date.now();
      tell(lines.filter(isKeepalivedLine).map((line) => parseLogLine(line, now)));
    });
  const follow = (source: string) =>
    source === 'journal' ? Promise.resolve(followJournal(tell)) : followPath(source);

  if (setting.source !== 'auto') {
    return follow(setting.source === 'file' ? setting.path : 'journal');
  }
  const ending = new AbortController();
  let chosen = await findSource(log);
  let follower = chosen === undefined ? undefined : await follow(chosen);

  async function chooseAgain(): Promise<void> {
    for (let waitMs = retryMs.first; !hasLines; waitMs = Math.min(waitMs * 2, retryMs.longest)) {
      await delay(waitMs, undefined, { signal: ending.signal, ref: false });
      const better = await findSource(log);
      if (better === undefined || better === chosen) continue;
      await follower?.close();
      [chosen, follower] = [better, await follow(better)];
    }
  }

  const choosing = chooseAgain().catch(() => undefined);
  return {
    async close() {
      ending.abort();
      await choosing;
      await follower?.close();
    },
  };
}

async function findSource(log: Pick<LogSource, 'read'>): Promise<string | undefined> {
  const page = await log.read({ limit: 1 });
  return page.ok ? page.source : undefined;
}

function followJournal(tell: (lines: (LogLine | undefined)[]) => void): LogFollower {
  const ending = new AbortController();
  const isEnding = () => ending.signal.aborted;
  let stream: CommandStream<string> | undefined;

  async function follow(): Promise<void> {
    for (let waitMs = retryMs.first; !isEnding(); waitMs = Math.min(waitMs * 2, retryMs.longest)) {
      stream = streamCommand('journalctl', ['--follow', '--lines=0', ...journalArguments]);
      for await (const json of stream) tell([parseJournalEntry(json)]);
      await delay(waitMs, undefined, { signal: ending.signal, ref: false }).catch(() => undefined);
    }
  }

  const following = follow();
  return {
    async close() {
      ending.abort();
      await stream?.close();
      await following;
    },
  };
}
