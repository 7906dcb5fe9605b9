import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { constants } from 'node:fs';
import { mkdtemp, open, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { createBlindSpots } from '../../../../server/appliance/watch/blind-spots.ts';
import { watchNotifyFifos } from '../../../../server/appliance/watch/notify-fifos.ts';
import { eventually } from '../../../lab/eventually.ts';

async function createScene(context: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), 'notify-fifos-'));
  let writes = 0;
  const watch = watchNotifyFifos(() => {
    writes += 1;
  });
  context.after(async () => {
    watch.close();
    await rm(folder, { recursive: true });
  });
  return {
    ...{ folder, watch },
    path: (name: string) => join(folder, name),
    /** Makes a FIFO and holds it open, as keepalived does. */
    make: async (name: string) => {
      const path = join(folder, name);
      execFileSync('mkfifo', [path]);
      const handle = await open(path, constants.O_RDWR | constants.O_NONBLOCK);
      context.after(() => handle.close());
      return handle;
    },
    isTold: async (action: () => Promise<unknown>) => {
      const before = writes;
      await action();
      return eventually('to be told', () => writes > before, { withinMs: 1_000, everyMs: 5 }).catch(
        () => false,
      );
    },
  };
}

const lines = 'INSTANCE "VI_1" BACKUP 101\nINSTANCE "VI_1" MASTER 101\n';

test('both kinds are reported, and every line stays for its reader', async (context) => {
  const { watch, make, path, isTold } = await createScene(context);
  const [all, vrrp] = [await make('all'), await make('vrrp')];
  watch.setPaths([path('all'), path('vrrp')]);
  assert.ok(await isTold(() => all.write(lines)));
  assert.ok(await isTold(() => vrrp.write(lines)));
  const { bytesRead, buffer } = await all.read(Buffer.alloc(1000), 0, 1000, null);
  assert.equal(buffer.subarray(0, bytesRead).toString(), lines);
});

test('one that is removed and made again, as at a reload, is watched on', async (context) => {
  const { watch, make, path, isTold } = await createScene(context);
  await make('all');
  watch.setPaths([path('all')]);
  await rm(path('all'));
  const again = await make('all');
  await delay(100);
  assert.ok(await isTold(() => again.write(lines)));
  assert.ok(await isTold(() => again.write(lines)));
});

test('one that does not exist yet is watched once it does, and never made', async (context) => {
  const { watch, make, path, folder, isTold } = await createScene(context);
  watch.setPaths([path('later'), '/does/not/exist']);
  await delay(50);
  assert.deepEqual(await readdir(folder), []);
  const later = await make('later');
  await delay(100);
  assert.ok(await isTold(() => later.write(lines)));
});

test('one that is no longer in the configuration is left alone', async (context) => {
  const { watch, make, path, isTold } = await createScene(context);
  const [all, vrrp] = [await make('all'), await make('vrrp')];
  watch.setPaths([path('all'), path('vrrp')]);
  watch.setPaths([path('vrrp')]);
  assert.equal(await isTold(() => all.write(lines)), false);
  assert.ok(await isTold(() => vrrp.write(lines)));
});

test('where no watch is left it is reported as blind, and tried again; an absent one is not', (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const blindSpots = createBlindSpots();
  let refusal = 'ENOSPC';
  let told = 0;
  const watch = watchNotifyFifos(
    () => {
      told += 1;
    },
    blindSpots,
    () => {
      throw Object.assign(new Error(refusal), { code: refusal });
    },
  );
  watch.setPaths(['/run/all']);
  assert.match(
    blindSpots.list().join(),
    /notify FIFO \/run\/all is not watched.*\(ENOSPC\); see sysctl fs\.inotify/,
  );
  context.mock.timers.tick(5_000);
  assert.equal(blindSpots.list().length, 1, 'it is still blind');
  refusal = 'ENOENT';
  context.mock.timers.tick(5_000);
  assert.deepEqual(blindSpots.list(), [], 'keepalived has not made it: nothing is missed');
  refusal = 'EMFILE';
  context.mock.timers.tick(5_000);
  assert.equal(blindSpots.list().length, 1);
  watch.setPaths([]);
  assert.deepEqual(blindSpots.list(), [], 'what is not asked for is not missed');
  assert.equal(told, 1);
});
