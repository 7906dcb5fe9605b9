import assert from 'node:assert/strict';
import { appendFile, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { createJournal } from '../../../server/history/journal.ts';
import { makeFolder } from './run-child.ts';
import { intent } from './samples.ts';

describe('the journal', () => {
  it('knows of nothing at first, and of nothing after an end', async (context) => {
    const directory = await makeFolder(context);
    const journal = createJournal({ directory });
    assert.equal(await journal.findUnfinished(), undefined);
    const transaction = await journal.begin(intent);
    await transaction.record('tested');
    await transaction.end('live');
    assert.equal(await journal.findUnfinished(), undefined);
    assert.equal((await stat(join(directory, 'journal.jsonl'))).mode & 0o777, 0o600);
  });

  it('finds the last step of an unfinished transaction, which can go on', async (context) => {
    const directory = await makeFolder(context);
    const stopped = { ...intent, daemonPid: undefined, oldTag: null, oldVersionId: null };
    const begun = await createJournal({ directory }).begin(stopped);
    assert.equal((await createJournal({ directory }).findUnfinished())?.lastStep, undefined);
    await begun.record('installing');
    await begun.record('restoring', 'keepalived is gone');

    const found = await createJournal({ directory }).findUnfinished();
    assert.deepEqual(found?.intent, stopped);
    assert.equal(found.lastStep, 'restoring');
    assert.equal(found.lastDetail, 'keepalived is gone');
    await found.transaction.record('restored');
    assert.equal((await createJournal({ directory }).findUnfinished())?.lastStep, 'restored');
    await found.transaction.end('restored');
    assert.equal(await createJournal({ directory }).findUnfinished(), undefined);
  });

  it('remembers what the disk did not take, as long as its process lives', async (context) => {
    const directory = await makeFolder(context);
    const journal = createJournal({ directory });
    const stepAfterRestart = async () =>
      (await createJournal({ directory }).findUnfinished())?.lastStep;
    const transaction = await journal.begin(intent);
    await transaction.record('installing');
    transaction.remember('reloading');
    assert.equal((await journal.findUnfinished())?.lastStep, 'reloading');
    assert.equal(await stepAfterRestart(), 'installing');
    await transaction.record('proving');
    assert.equal((await journal.findUnfinished())?.lastStep, 'proving');
    transaction.remember('ended');
    assert.equal(await journal.findUnfinished(), undefined);
    assert.equal(await stepAfterRestart(), 'proving');
    await journal.begin({ ...intent, id: 'b8' });
    assert.equal((await journal.findUnfinished())?.intent.id, 'b8');
  });

  it('allows one transaction at a time, and holds only the last one', async (context) => {
    const directory = await makeFolder(context);
    const journal = createJournal({ directory });
    const first = await journal.begin(intent);
    await assert.rejects(journal.begin(intent), { code: 'journal-unfinished', statusCode: 409 });
    await first.end('live');
    await journal.begin({ ...intent, id: 'b8' });
    assert.equal((await journal.findUnfinished())?.intent.id, 'b8');
    const text = await readFile(join(directory, 'journal.jsonl'), 'utf8');
    assert.match(text, /^\{"format":\d+\}\n\{"entry":"begun".*\}\n$/);
  });

  it('cuts a torn line off and goes on after the step before it', async (context) => {
    const directory = await makeFolder(context);
    const transaction = await createJournal({ directory }).begin(intent);
    await transaction.record('kept');
    await appendFile(join(directory, 'journal.jsonl'), '{"entry":"step","st');
    const found = await createJournal({ directory }).findUnfinished();
    assert.equal(found?.lastStep, 'kept');
    await found.transaction.record('installing');
    assert.equal((await createJournal({ directory }).findUnfinished())?.lastStep, 'installing');
  });

  it('says that it is damaged, and lets nothing begin', async (context) => {
    const directory = await makeFolder(context);
    const journal = createJournal({ directory });
    for (const text of ['x\n', '{"entry":"step","step":"kept"}\n', '{"entry":"begun"}\n']) {
      await writeFile(join(directory, 'journal.jsonl'), text);
      await assert.rejects(journal.findUnfinished(), { code: 'journal-damaged' });
      await assert.rejects(journal.begin(intent), { code: 'journal-damaged' });
    }
  });
});
