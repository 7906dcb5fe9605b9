import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createVersionStore } from '../../../../server/history/versions/version-store.ts';
import { noEvidence } from '../../../../server/keepalived/status/no-evidence.ts';
import { watchOutsideChanges } from '../../../../server/operations/versions/watch-outside-changes.ts';
import { createMutex } from '../../../../server/shared/mutex.ts';
import { makeFolder } from '../../history/run-child.ts';
import { newVersion, createTag } from '../../history/samples.ts';

const path = '/etc/keepalived/keepalived.conf';

it('keeps what vim wrote once, after it has settled, never in the middle of a change', async (context) => {
  const versions = await createVersionStore({ directory: await makeFolder(context) });
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const exclusive = createMutex();
  const listeners = new Set<() => void>();
  let text = 'first';
  let readings = 0;
  let lookedAtMs = 0;
  const stop = watchOutsideChanges({
    appliance: {
      listConfigurationFiles: () =>
        Promise.resolve([{ id: 'live', role: 'live', path, exists: true }]),
      readConfigurationFile: (id) => {
        readings += 1;
        return Promise.resolve({
          ...{ ok: true, id, path, text, tag: createTag(text), modifiedAtMs: 0, mode: 0o600 },
        });
      },
    },
    keeper: {
      subscribe(listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
      evidence: () => ({
        ...noEvidence,
        configuration: { value: { ok: false, reason: '' }, atMs: lookedAtMs },
      }),
    },
    ...{ versions, exclusive },
    onProblem: (error) => {
      throw error;
    },
  });
  const tell = () => {
    lookedAtMs += 1;
    tellOfOthers();
  };
  /** The keeper has news, but has not looked at the files. */
  const tellOfOthers = () => {
    for (const listener of listeners) listener();
  };
  const pass = async (ms: number) => {
    context.mock.timers.tick(ms);
    await exclusive(() => Promise.resolve());
  };

  tell();
  await pass(1_999);
  assert.equal(readings, 0);
  // News that never cease do not put it off.
  tell();
  await pass(1);
  assert.deepEqual(
    (await versions.list()).map(({ comment }) => comment),
    ['First seen'],
  );

  const before = readings;
  tellOfOthers();
  await pass(2_000);
  assert.equal(readings, before);

  text = 'by vim';
  tell();
  tell();
  await pass(2_000);
  tell();
  await pass(2_000);
  const [newest, ...older] = await versions.list();
  assert.equal(older.length, 1);
  assert.equal(newest?.outcome, 'outside');
  assert.equal(newest.userName, undefined);

  tell();
  await exclusive(async () => {
    text = 'ours, half done';
    context.mock.timers.tick(2_000);
    await versions.keep(newVersion('ours', { outcome: 'live' }));
    text = 'ours';
  });
  await exclusive(() => Promise.resolve());
  assert.equal((await versions.list())[0]?.action, 'edit');

  stop();
  assert.equal(listeners.size, 0);
});
