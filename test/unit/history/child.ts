/** What the tests run in a process of its own, to end it or to give it a full disk. */
import { writeSync } from 'node:fs';
import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { createJournal } from '../../../server/history/journal.ts';
import { appendJsonLines, readJsonLines } from '../../../server/history/json-lines.ts';
import { acquireLock } from '../../../server/history/lock.ts';
import { createPendingConfirmation } from '../../../server/history/pending-confirmation.ts';
import { createVersionStore } from '../../../server/history/versions/version-store.ts';
import { endAtChange } from './end-at-change.ts';
import { confirmation, intent, newVersion, steps } from './samples.ts';

const [scenario = '', directory = '', nth = '0', halfway = ''] = process.argv.slice(2);

function say(word: string): void {
  writeSync(1, `${word}\n`);
}

const scenarios: Record<string, () => Promise<void>> = {
  async keep() {
    const store = await createVersionStore({ directory, limit: 2 });
    await store.keep(newVersion('third'));
  },
  async transaction() {
    const transaction = await createJournal({ directory }).begin(intent);
    say('begun');
    for (const step of steps) {
      await transaction.record(step);
      say(step);
    }
    await transaction.end('live');
    say('ended');
  },
  async upgrade() {
    const path = join(directory, 'lines.jsonl');
    await readJsonLines(path, z.unknown());
    await appendJsonLines(path, [{ number: 3 }]);
    await appendJsonLines(path, [{ number: 4 }]);
  },
  async confirmation() {
    await createPendingConfirmation({ directory }).set(confirmation('new'));
  },
  async lock() {
    try {
      await acquireLock(directory);
      say('held');
    } catch (error) {
      say(codeOf(error));
    }
    // Until the parent ends it: it closes our standard input when it ends itself.
    process.stdin.resume();
  },
  async open() {
    say(await attempt(() => createVersionStore({ directory: join(directory, 'history') })));
  },
  fullDisk,
};

async function fullDisk(): Promise<void> {
  const store = await createVersionStore({ directory: join(directory, 'history') });
  const journal = createJournal({ directory });
  const confirmations = createPendingConfirmation({ directory });
  await store.keep(newVersion('first'));
  const free = await fill();
  const outcomes = {
    newText: await attempt(() => store.keep(newVersion('second'))),
    // The text is there already; the record is longer than what is left of the index's last page.
    knownText: await attempt(() =>
      store.keep({ ...newVersion('first'), comment: 'x'.repeat(20_000) }),
    ),
    begin: await attempt(() => journal.begin(intent)),
    confirmation: await attempt(() => confirmations.set(confirmation('new'))),
  };
  await free();
  const transaction = await journal.begin(intent);
  const freeAgain = await fill();
  const record = await attempt(async () => {
    for (const step of steps) await transaction.record(step);
    await transaction.end('live');
  });
  await freeAgain();
  await store.keep(newVersion('third'));
  const reopened = await createVersionStore({ directory: join(directory, 'history') });
  const texts = await Promise.all((await reopened.list()).map(({ id }) => reopened.read(id)));
  say(
    JSON.stringify({
      ...outcomes,
      record,
      texts: texts.map((version) => version?.text),
      files: (await readdir(join(directory, 'history/versions'))).length,
    }),
  );
}

async function fill(): Promise<() => Promise<void>> {
  const path = join(directory, 'filler');
  await writeFile(path, 'x'.repeat(1024 * 1024)).catch(() => undefined);
  return () => rm(path);
}

async function attempt(action: () => Promise<unknown>): Promise<string> {
  return action().then(() => 'done', codeOf);
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}

const made = Number(nth) > 0 ? await endAtChange(Number(nth), halfway === 'halfway') : [];
await scenarios[scenario]?.();
if (made.length > 0) say(`changes ${JSON.stringify(made)}`);
