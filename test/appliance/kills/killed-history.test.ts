/** Whatever is kept is there, whole, wherever the process is killed. */
import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { z } from 'zod';
import { createJournal } from '../../../server/history/journal.ts';
import { readJsonLines } from '../../../server/history/json-lines.ts';
import { createPendingConfirmation } from '../../../server/history/pending-confirmation.ts';
import { createVersionStore } from '../../../server/history/versions/version-store.ts';
import { buildChild, endAtEveryChange, makeFolder } from '../../unit/history/run-child.ts';
import { confirmation, newVersion, steps, createTag } from '../../unit/history/samples.ts';

describe('a process that is killed', () => {
  it('leaves a journal that has every acknowledged step on the disk', async (context) => {
    const words = ['nothing', 'begun', ...steps, 'ended'];
    const changes = await endAtEveryChange({
      program: await buildChild(context),
      scenario: 'transaction',
      prepare: () => makeFolder(context),
      async inspect(directory, lines) {
        const acknowledged = lines.filter((line) => !line.startsWith('changes')).length;
        const found = await createJournal({ directory }).findUnfinished();
        const word = found ? (found.lastStep ?? 'begun') : acknowledged > 1 ? 'ended' : 'nothing';
        // Either the last one that was acknowledged, or the one that was being written.
        const possible = words.slice(acknowledged, acknowledged + 2);
        assert.ok(possible.includes(word), `${word} after ${lines.join()}`);
      },
    });
    // A power cut is worse than a kill: what is acknowledged has been synced, and so has its name.
    const append = ['open', 'appendFile', 'sync'];
    assert.deepEqual(changes, [
      ...['mkdir', 'chmod', 'sync'],
      ...['open', 'writeFile', 'sync', 'rename', 'sync'],
      ...[...steps, 'ended'].flatMap(() => append),
    ]);
  });

  it('leaves all or nothing of a version', async (context) => {
    const changes = await endAtEveryChange({
      program: await buildChild(context),
      scenario: 'keep',
      async prepare() {
        const directory = await makeFolder(context);
        const store = await createVersionStore({ directory, limit: 2 });
        for (const text of ['first', 'second']) await store.keep(newVersion(text));
        return directory;
      },
      async inspect(directory) {
        const store = await createVersionStore({
          directory,
          limit: 2,
          reportDamage: (sentence) => assert.fail(sentence),
        });
        const found = await Promise.all((await store.list()).map(({ id }) => store.read(id)));
        const texts = found.map((version) => version?.text ?? 'gone').join();
        assert.ok(
          ['second,first', 'third,second', 'third,second,first'].includes(texts),
          `found ${texts}`,
        );
        const stored = (await readdir(join(directory, 'versions'))).sort();
        assert.deepEqual(stored, texts.split(',').map(createTag).sort());
        assert.deepEqual((await readdir(directory)).sort(), ['index.jsonl', 'versions']);
      },
    });
    // The text is on the disk, under its name, before the index speaks of it.
    assert.match(
      changes.join(' '),
      /open writeFile sync rename sync open appendFile sync rm$/,
      changes.join(' '),
    );
  });

  it('leaves a file of format 1 as it was, or upgraded with all that it had', async (context) => {
    const old = '{"number":1}\n{"number":2}\n';
    const seen = new Set<string>();
    const changes = await endAtEveryChange({
      program: await buildChild(context),
      scenario: 'upgrade',
      async prepare() {
        const directory = await makeFolder(context);
        await writeFile(join(directory, 'lines.jsonl'), `${old}{"torn`);
        return directory;
      },
      async inspect(directory) {
        const path = join(directory, 'lines.jsonl');
        const schema = z.strictObject({ number: z.number() });
        const { entries, damagedLines } = await readJsonLines(path, schema);
        assert.deepEqual(damagedLines, []);
        seen.add(entries.map(({ number }) => number).join());
        const text = await readFile(path, 'utf8');
        assert.ok(text === old || text.startsWith(`{"format":2}\n${old}`), text);
      },
    });
    assert.deepEqual([...seen].sort(), ['1,2', '1,2,3', '1,2,3,4']);
    assert.deepEqual(changes, [
      ...['truncate', 'open', 'writeFile', 'sync', 'rename', 'sync'],
      ...['open', 'appendFile', 'sync'],
    ]);
  });

  it('leaves the confirmation before or the new one', async (context) => {
    const seen = new Set<string | undefined>();
    const changes = await endAtEveryChange({
      program: await buildChild(context),
      scenario: 'confirmation',
      async prepare() {
        const directory = await makeFolder(context);
        await createPendingConfirmation({ directory }).set(confirmation('old'));
        return directory;
      },
      async inspect(directory) {
        seen.add((await createPendingConfirmation({ directory }).find())?.currentTag);
      },
    });
    assert.deepEqual(seen, new Set([createTag('old'), createTag('new')]));
    assert.match(changes.join(' '), /open writeFile sync rename sync$/);
  });
});
