import assert from 'node:assert/strict';
import { appendFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import type { TestContext } from 'node:test';
import { z } from 'zod';
import { readStoredAccounts, writeStoredAccounts } from '../../../server/access/accounts-file.ts';
import { setAccount } from '../../../server/access/set-account.ts';
import { createJournal } from '../../../server/history/journal.ts';
import { appendJsonLines, readJsonLines } from '../../../server/history/json-lines.ts';
import { openNotices } from '../../../server/history/notices.ts';
import { createPendingConfirmation } from '../../../server/history/pending-confirmation.ts';
import { openRecordLog } from '../../../server/history/record-log.ts';
import { createRunningDrill } from '../../../server/history/running-drill.ts';
import { createVersionStore } from '../../../server/history/versions/version-store.ts';
import { openStateFolder } from '../../../server/process/open-state-folder.ts';
import { UserError } from '../../../server/shared/errors.ts';
import { failoverRecordSchema } from '../../../server/state/failover-records.ts';
import {
  assertNamesFormats,
  copyRecordedState,
  readAllState,
  recordedFolder,
  takeSnapshot,
} from '../../state-folder.ts';
import { intent, newVersion } from '../history/samples.ts';

const numberSchema = z.strictObject({ number: z.number() });

async function makeFolder(context: TestContext): Promise<string> {
  const folder = await mkdtemp('/dev/shm/wai-format-');
  context.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

describe('a state folder of a newer program', () => {
  const newer: [name: string, text: string][] = [
    ['state-format.json', '{"format":3,"more":true}\n'],
    ['accounts.json', '{ "format": 3, "users": {} }\n'],
    ...['failovers', 'notices', 'history/index', 'history/journal'].map(
      (name): [string, string] => [`${name}.jsonl`, '{"format":3}\n{"of":"another kind"}\n'],
    ),
    ['history/pending-confirmation.jsonl', '{"format":3,"more":1}\n'],
    ['history/running-drill.jsonl', '{"format":99}\n{"torn'],
  ];
  for (const [name, text] of newer) {
    it(`is refused in one line, and stays as it is: ${name}`, async (context) => {
      const folder = await copyRecordedState(context);
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await writeFile(join(folder, name), text);
      const before = await takeSnapshot(folder);
      for (const use of [
        () => openStateFolder(folder),
        () => setAccount(folder, { name: 'admin', role: 'admin', password: undefined }),
      ]) {
        await assert.rejects(use(), (error) => {
          assert.ok(error instanceof UserError && error.code === 'state-newer');
          const said = `${join(folder, name)} has format ${/\d+/.exec(text)?.[0] ?? ''}, of a newer`;
          assert.ok(error.message.startsWith(said), error.message);
          assert.match(error.message, /^[^\n]* Install the newer version again[^\n]*$/);
          return true;
        });
      }
      assert.deepEqual(await takeSnapshot(folder), before);
    });
  }

  it('is refused by each store that reads one of its files', async (context) => {
    const folder = await makeFolder(context);
    const path = join(folder, 'lines.jsonl');
    const text = '{"format":3}\n{"number":1}\n{"torn';
    await writeFile(path, text);
    await assert.rejects(readJsonLines(path, numberSchema), { code: 'state-newer' });
    await assert.rejects(appendJsonLines(path, [{ number: 2 }]), { code: 'state-newer' });
    assert.equal(await readFile(path, 'utf8'), text);
    await writeFile(join(folder, 'accounts.json'), '{"format":3,"accounts":[]}');
    await assert.rejects(readStoredAccounts(folder), { code: 'state-newer' });
  });
});

describe('a file that names no format', () => {
  it('is format 1, and the next append names the format and loses nothing', async (context) => {
    const path = join(await makeFolder(context), 'lines.jsonl');
    await writeFile(path, '{"number":1}\nnot json\n{"number":2}\n');
    await appendFile(path, '{"torn');
    const lines = { entries: [{ number: 1 }, { number: 2 }], damagedLines: ['not json'] };
    assert.deepEqual(await readJsonLines(path, numberSchema), lines);
    await appendJsonLines(path, [{ number: 3 }]);
    assert.equal(
      await readFile(path, 'utf8'),
      '{"format":2}\n{"number":1}\nnot json\n{"number":2}\n{"number":3}\n',
    );
    await appendJsonLines(path, [{ number: 4 }]);
    lines.entries.push({ number: 3 }, { number: 4 });
    assert.deepEqual(await readJsonLines(path, numberSchema), lines);
  });

  it('is named from its first line on when it is new, empty, or torn in it', async (context) => {
    const folder = await makeFolder(context);
    for (const before of [undefined, '', '{"form']) {
      const path = join(folder, `lines-${before ?? 'none'}.jsonl`);
      if (before !== undefined) await writeFile(path, before);
      await appendJsonLines(path, [{ number: 1 }]);
      assert.equal(await readFile(path, 'utf8'), '{"format":2}\n{"number":1}\n');
    }
  });

  it('is no number that is none', async (context) => {
    const path = join(await makeFolder(context), 'lines.jsonl');
    for (const line of ['{"format":"3"}', '{"format":-3}', '{"format":3.5}', '[3]', 'null']) {
      await writeFile(path, `${line}\n{"number":1}\n`);
      const { entries, damagedLines } = await readJsonLines(path, numberSchema);
      assert.deepEqual([entries, damagedLines], [[{ number: 1 }], [line]]);
    }
  });
});

describe('a recorded state folder of format 1', () => {
  it('shows after the upgrade what it showed before', async (context) => {
    const folder = await copyRecordedState(context);
    const shown: unknown = JSON.parse(
      await readFile(new URL('shown.json', recordedFolder), 'utf8'),
    );
    const lock = await openStateFolder(folder);
    const read = await readAllState(folder);
    assert.deepEqual(read, shown);

    // Each store writes its file once, and what was there is there.
    const directory = join(folder, 'history');
    await writeStoredAccounts(folder, read.accounts ?? []);
    const store = await createVersionStore({ directory });
    await store.keep(newVersion('one more'));
    const transaction = await createJournal({ directory }).begin(intent);
    await transaction.end('live');
    const confirmations = createPendingConfirmation({ directory });
    await confirmations.set(await confirmations.find());
    await createRunningDrill({ directory }).set(undefined);
    const notices = await openNotices({ directory: folder });
    await notices.dismiss(await notices.add('info', 'one more'));
    const path = join(folder, 'failovers.jsonl');
    await (await openRecordLog(path, failoverRecordSchema, 10_000)).append([]);
    await lock.release();

    const names = await assertNamesFormats(folder);
    assert.ok(names.includes('history/running-drill.jsonl') && names.length > 15, names.join());
    const { versions, ...rest } = await readAllState(folder);
    assert.equal(versions[0]?.text, 'one more');
    assert.deepEqual({ ...rest, versions: versions.slice(1) }, shown);
  });

  it('tells of a change that a crash interrupted', async (context) => {
    const directory = await makeFolder(context);
    const lines = [
      { entry: 'begun', intent },
      { entry: 'step', step: 'installing' },
    ];
    const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
    await writeFile(join(directory, 'journal.jsonl'), text);
    const found = await createJournal({ directory }).findUnfinished();
    assert.deepEqual([found?.intent, found?.lastStep], [intent, 'installing']);
    await found?.transaction.record('installed');
    const again = await createJournal({ directory }).findUnfinished();
    assert.deepEqual([again?.intent, again?.lastStep], [intent, 'installed']);
  });
});
