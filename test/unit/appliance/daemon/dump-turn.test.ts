import assert from 'node:assert/strict';
import { lstat, lutimes, mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import type { TestContext } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { inTurn } from '../../../../server/appliance/daemon/dump-turn.ts';

async function makeFolder(context: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'wai-turn-'));
  context.after(() => rm(folder, { recursive: true }));
  return folder;
}

test('of several that ask, one runs at a time, and the turn is left', async (context) => {
  const folder = await makeFolder(context);
  let running = 0;
  const task = async (result: number) => {
    running += 1;
    assert.equal(running, 1);
    for (let count = 0; count < 20; count += 1) await setImmediate();
    assert.equal(running, 1);
    running -= 1;
    return result;
  };
  const results = await Promise.all(
    [1, 2, 3].map((result) => inTurn(join(folder, 'turn'), () => task(result))),
  );
  assert.deepEqual(results, [1, 2, 3]);
  assert.deepEqual(await readdir(folder), []);
});

test('a task that fails leaves its turn', async (context) => {
  const folder = await makeFolder(context);
  const failing = inTurn(join(folder, 'turn'), () => Promise.reject(new Error('no dump')));
  await assert.rejects(failing, /no dump/);
  assert.deepEqual(await readdir(folder), []);
});

test('the turn of a process that was killed is taken from it', async (context) => {
  const folder = await makeFolder(context);
  const path = join(folder, 'turn');
  await symlink('1 1', path);
  const longAgoSeconds = Date.now() / 1000 - 60;
  await lutimes(path, longAgoSeconds, longAgoSeconds);
  assert.equal(await inTurn(path, () => Promise.resolve('done')), 'done');
  assert.deepEqual(await readdir(folder), []);
});

test('what another one took is not removed', async (context) => {
  const folder = await makeFolder(context);
  const path = join(folder, 'turn');
  await inTurn(path, async () => {
    await rm(path);
    await symlink('another', path);
  });
  assert.deepEqual(await readdir(folder), ['turn']);
});

test('the folder is made where it is absent', async (context) => {
  const folder = await makeFolder(context);
  const path = join(folder, 'absent', 'turn');
  const isTaken = await inTurn(path, async () => (await lstat(path)).isSymbolicLink());
  assert.equal(isTaken, true);
  assert.deepEqual(await readdir(join(folder, 'absent')), []);
});

test('where no folder can be made it goes on without a turn', async (context) => {
  const folder = await makeFolder(context);
  const path = join(folder, 'absent', 'absent', 'turn');
  assert.equal(await inTurn(path, () => Promise.resolve('done')), 'done');
  assert.deepEqual(await readdir(folder), []);
});
