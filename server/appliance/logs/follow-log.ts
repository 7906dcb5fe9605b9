import { setTimeout as delay } from 'node:timers/promises';
import {
  type LogLine,
  isOwnDumpLine,
  parseJournalEntry,
  parseLogLine,
} from '../../keepalived/runtime/log/log-lines.ts';
import { isKeepalivedLine } from '../../keepalived/runtime/log/log-shapes.ts';
import type { ProgramOptions } from '../../program-options.ts';
import type { LogFollower } from '../appliance.ts';
import { type CommandStream, streamCommand } from '../commands/run-command.ts';
import { ignoreFailure } from '../unseen-error.ts';
import { type BlindSpots, createBlindSpots } from '../watch/blind-spots.ts';
import { followFile } from './follow-file.ts';
import { journalArguments, readEntryCursor } from './journal-log.ts';
import type { LogSource } from './log-source.ts';

/** How long to wait before another place is looked for; doubled each time. */
const retryMs = { first: 1000, longest: 5 * 60_000 };
/** How long to wait before the same place is followed again; doubled each time it ends early. */
const restartMs = { first: 1000, longest: 30_000 };
/** Who lives so long follows. */
const livesAfterMs = 2000;
const spot = 'log';
const blindWords = (why: string) =>
  `This program cannot follow keepalived’s log: ${why}. Events that only the log shows are missing until then. It tries again.`;

/**
 * Calls back with keepalived's lines as they are logged from now on, oldest first. With `auto` the
 * place is the one that `log` reads from; as long as no line has come from there it is looked for
 * again now and then, because a log daemon may be installed later.
 * @param log of the same setting
 */
export async function followLog(
  setting: ProgramOptions['log'],
  log: Pick<LogSource, 'read'>,
  onLines: (lines: LogLine[]) => void,
  blindSpots: BlindSpots = createBlindSpots(),
): Promise<LogFollower> {
  let hasLines = false as boolean;
  const tell = (lines: (LogLine | undefined)[]) => {
    const known = lines.filter((line) => line !== undefined);
    const told = known.filter(({ message }) => !isOwnDumpLine(message));
    hasLines ||= known.length > 0;
    if (told.length > 0) onLines(told);
  };
  const noteProblem = (why: string | undefined) => {
    blindSpots.note(spot, why === undefined ? undefined : blindWords(why));
  };
  const followPath = (path: string) =>
    followFile(
      path,
      (lines) => {
        const now = Date.now();
        tell(lines.filter(isKeepalivedLine).map((line) => parseLogLine(line, now)));
      },
      noteProblem,
    );
  const follow = (source: string) =>
    source === 'journal' ? Promise.resolve(followJournal(tell, noteProblem)) : followPath(source);

  if (setting.source !== 'auto') {
    return follow(setting.source === 'file' ? setting.path : 'journal');
  }
  const ending = new AbortController();
  let chosen: string | undefined;
  let follower: LogFollower | undefined;

  /** One that fails is followed no longer, nor is it the last try. */
  async function choose(): Promise<void> {
    const better = await findSource(log);
    if (better === undefined || better === chosen) return;
    await follower?.close();
    [chosen, follower] = [undefined, undefined];
    follower = await follow(better);
    chosen = better;
    noteProblem(undefined);
  }
  async function tryToChoose(): Promise<void> {
    await choose().catch((error: unknown) => {
      noteProblem((error as Error).message);
    });
  }
  async function chooseAgain(): Promise<void> {
    for (let waitMs = retryMs.first; !hasLines; waitMs = Math.min(waitMs * 2, retryMs.longest)) {
      await delay(follower ? waitMs : Math.min(waitMs, restartMs.longest), undefined, {
        signal: ending.signal,
        ref: false,
      });
      await tryToChoose();
    }
  }

  await tryToChoose();
  // It ends when it is aborted.
  const choosing = chooseAgain().catch(ignoreFailure);
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

function followJournal(
  tell: (lines: (LogLine | undefined)[]) => void,
  noteProblem: (why: string | undefined) => void,
): LogFollower {
  const ending = new AbortController();
  const isEnding = () => ending.signal.aborted;
  const begunAtSeconds = Math.floor(Date.now() / 1000);
  let stream: CommandStream<string> | undefined;
  let cursor: string | undefined;

  async function follow(): Promise<void> {
    let waitMs = restartMs.first;
    /** The first time from now on; later from where it ended, so that nothing is missing. */
    let from = '--lines=0';
    while (!isEnding()) {
      const living = setTimeout(() => {
        noteProblem(undefined);
        waitMs = restartMs.first;
      }, livesAfterMs).unref();
      stream = streamCommand('journalctl', ['--follow', from, ...journalArguments]);
      for await (const json of stream) {
        cursor = readEntryCursor(json) ?? cursor;
        tell([parseJournalEntry(json)]);
      }
      clearTimeout(living);
      if (!isEnding()) noteProblem('journalctl has ended');
      await delay(waitMs, undefined, { signal: ending.signal, ref: false }).catch(ignoreFailure);
      waitMs = Math.min(waitMs * 2, restartMs.longest);
      from = cursor === undefined ? `--since=@${begunAtSeconds}` : `--after-cursor=${cursor}`;
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
