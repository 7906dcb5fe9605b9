import assert from 'node:assert/strict';
import { appendFile, readFile, readdir, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { createVersionStore } from '../../../../server/history/versions/version-store.ts';
import type { VersionStore } from '../../../../server/history/versions/version-store.ts';
import { makeFolder } from '../run-child.ts';
import { newVersion, createTag } from '../samples.ts';

function fail(sentence: string): never {
  throw new Error(sentence);
}

async function textsOf(store: VersionStore, fileId?: string): Promise<string[]> {
  const found = await Promise.all((await store.list(fileId)).map(({ id }) => store.read(id)));
  return found.map((version) => version?.text ?? 'gone');
}

describe('the version store', () => {
  it('keeps versions, newest first, by file or all, also for the next start', async (context) => {
    const directory = await makeFolder(context);
    let now = 1000;
    const store = await createVersionStore({ directory, clock: () => (now += 1) });
    const first = await store.keep(newVersion('first', { userName: undefined }));
    await store.keep(newVersion('other', { fileId: 'stored-master' }));
    const second = await store.keep(newVersion('sécond\n'));
    await store.setOutcome(second.id, 'live');
    await store.setOutcome('no-such-version', 'live');

    for (const opened of [store, await createVersionStore({ directory })]) {
      assert.deepEqual(await textsOf(opened), ['sécond\n', 'other', 'first']);
      assert.deepEqual(await opened.list('live'), [
        { ...second, outcome: 'live', keptAtMs: 1003 },
        { ...first, keptAtMs: 1001 },
      ]);
      assert.deepEqual((await opened.read(first.id))?.record, first);
      for (const id of ['', '../versions', '__proto__', first.tag]) {
        assert.equal(await opened.read(id), undefined);
      }
    }
  });

  it('stores a text once, readable by its owner only', async (context) => {
    const umask = process.umask(0);
    context.after(() => process.umask(umask));
    const directory = join(await makeFolder(context), 'history');
    const store = await createVersionStore({ directory });
    await store.keep(newVersion('same'));
    await store.keep(newVersion('same'));
    assert.deepEqual(await readdir(join(directory, 'versions')), [createTag('same')]);
    for (const [path, mode] of [
      [directory, 0o700],
      [join(directory, 'versions'), 0o700],
      [join(directory, 'index.jsonl'), 0o600],
      [join(directory, 'versions', createTag('same')), 0o600],
    ] as const) {
      assert.equal((await stat(path)).mode & 0o777, mode, path);
    }
  });

  it('refuses a text that is not the one of its tag', async (context) => {
    const store = await createVersionStore({ directory: await makeFolder(context) });
    await assert.rejects(store.keep({ ...newVersion('a'), tag: createTag('b') }), /tag/);
    assert.deepEqual(await store.list(), []);
  });

  it('forgets the oldest of a thousand, never the active one', async (context) => {
    const directory = await makeFolder(context);
    const store = await createVersionStore({ directory });
    await store.keep(newVersion('another file', { fileId: 'stored-master' }));
    await store.keep(newVersion('in force', { outcome: 'live' }));
    for (let number = 1; number <= 1000; number += 1) {
      await store.keep(newVersion(`version ${number}`, { outcome: 'restored' }));
    }
    for (const opened of [store, await createVersionStore({ directory })]) {
      const texts = await textsOf(opened, 'live');
      assert.equal(texts.length, 200);
      assert.equal(texts[0], 'version 1000');
      assert.deepEqual(texts.slice(-2), ['version 802', 'in force']);
      assert.deepEqual(await textsOf(opened, 'stored-master'), ['another file']);
    }
    assert.equal((await readdir(join(directory, 'versions'))).length, 201);
    const lines = (await readFile(join(directory, 'index.jsonl'), 'utf8')).split('\n');
    assert.ok(lines.length <= 402, `${lines.length} lines`);
  });

  it('keeps the text that a newer version shares with a forgotten one', async (context) => {
    const store = await createVersionStore({ directory: await makeFolder(context), limit: 2 });
    for (const text of ['a', 'b', 'a', 'c']) await store.keep(newVersion(text));
    assert.deepEqual(await textsOf(store), ['c', 'a']);
  });

  it('lets concurrent callers wait for each other', async (context) => {
    const directory = await makeFolder(context);
    const store = await createVersionStore({ directory });
    const texts = Array.from({ length: 20 }, (_, number) => `text ${number}`);
    await Promise.all(texts.map((text) => store.keep(newVersion(text))));
    assert.deepEqual(await textsOf(await createVersionStore({ directory })), texts.reverse());
  });

  it('never serves a damaged text, and heals it when it is kept again', async (context) => {
    const directory = await makeFolder(context);
    const store = await createVersionStore({ directory });
    const { id, tag } = await store.keep(newVersion('good'));
    await writeFile(join(directory, 'versions', tag), 'evil');
    await assert.rejects(store.read(id), { code: 'history-damaged' });
    await store.keep(newVersion('good'));
    assert.equal((await store.read(id))?.text, 'good');
  });

  it('does not follow a link that stands for a text', async (context) => {
    const directory = await makeFolder(context);
    await writeFile(join(directory, 'elsewhere'), 'good');
    const store = await createVersionStore({ directory: join(directory, 'history') });
    await symlink(
      join(directory, 'elsewhere'),
      join(directory, 'history/versions', createTag('good')),
    );
    await assert.rejects(store.keep(newVersion('good')), { code: 'ELOOP' });
  });

  it('cuts a torn line off and goes on', async (context) => {
    const directory = await makeFolder(context);
    await (await createVersionStore({ directory })).keep(newVersion('first'));
    await appendFile(join(directory, 'index.jsonl'), '{"entry":"kept","reco');
    const store = await createVersionStore({ directory, reportDamage: fail });
    await store.keep(newVersion('second'));
    const reopened = await createVersionStore({ directory, reportDamage: fail });
    assert.deepEqual(await textsOf(reopened), ['second', 'first']);
  });

  it('reports a damaged line, and removes no text that it may have named', async (context) => {
    const directory = await makeFolder(context);
    const indexPath = join(directory, 'index.jsonl');
    const store = await createVersionStore({ directory });
    for (const text of ['first', 'second', 'third']) await store.keep(newVersion(text));
    const [format, first, second, third] = (await readFile(indexPath, 'utf8')).split('\n');
    const damagedLine = second?.replace('"kept"', '"kfpt"') ?? '';
    await writeFile(indexPath, [format, first, damagedLine, third, ''].join('\n'));

    const reports: string[] = [];
    const damaged = await createVersionStore({
      directory,
      limit: 2,
      reportDamage: (sentence) => reports.push(sentence),
    });
    assert.match(reports.join(), /^1 lines of .*index\.jsonl cannot be read/);
    for (let number = 0; number < 250; number += 1) await damaged.keep(newVersion('fourth'));
    assert.deepEqual(await textsOf(damaged), ['fourth', 'fourth']);
    assert.ok((await readdir(join(directory, 'versions'))).includes(createTag('second')));
    assert.ok((await readFile(indexPath, 'utf8')).startsWith(`${format ?? ''}\n${damagedLine}\n`));
  });
});
