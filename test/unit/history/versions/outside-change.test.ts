import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { TestContext } from 'node:test';
import { noticeOutsideChange } from '../../../../server/history/versions/outside-change.ts';
import { createVersionStore } from '../../../../server/history/versions/version-store.ts';
import { makeFolder } from '../run-child.ts';
import { newVersion } from '../samples.ts';

async function makeStore(context: TestContext) {
  const store = await createVersionStore({ directory: await makeFolder(context) });
  const notice = async (text: string, fileId = 'live') => {
    const { path, tag } = newVersion(text);
    return noticeOutsideChange(store, { fileId, path, text, tag });
  };
  return { store, notice };
}

describe('a change outside', () => {
  it('is kept once: the first that is seen, and what vim wrote', async (context) => {
    const { store, notice } = await makeStore(context);
    assert.deepEqual(
      [await notice('a'), await notice('a'), await notice('b')].map((kept) => kept?.comment),
      ['First seen', undefined, 'Changed outside of this page'],
    );
    const [newest] = await store.list('live');
    assert.equal(newest?.outcome, 'outside');
    assert.equal(newest.userName, undefined);
    assert.equal((await store.read(newest.id))?.text, 'b');
  });

  it('is not what this program wrote, is writing or has restored', async (context) => {
    const { store, notice } = await makeStore(context);
    await store.keep(newVersion('live', { outcome: 'live' }));
    assert.equal(await notice('live'), undefined);
    const tried = await store.keep(newVersion('tried'));
    assert.equal(await notice('tried'), undefined);
    assert.equal(await notice('live'), undefined);
    await store.setOutcome(tried.id, 'restored');
    assert.equal(await notice('live'), undefined);
  });

  it('is also the return to an old version, and belongs to its file', async (context) => {
    const { store, notice } = await makeStore(context);
    await store.keep(newVersion('older', { outcome: 'live' }));
    await store.keep(newVersion('newer', { outcome: 'live' }));
    assert.equal((await notice('older'))?.outcome, 'outside');
    assert.equal((await notice('newer'))?.outcome, 'outside');
    assert.equal((await notice('newer', 'stored-master'))?.outcome, 'outside');
  });
});
