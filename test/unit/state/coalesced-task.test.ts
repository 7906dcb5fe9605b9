import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { createCoalescedTask } from '../../../server/state/coalesced-task.ts';

/** A task of 20 ms that notes when it begins. */
function createTask(minIntervalMs: number) {
  const begunAtMs: number[] = [];
  const ask = createCoalescedTask(
    async () => {
      begunAtMs.push(performance.now());
      await delay(20);
    },
    { minIntervalMs },
  );
  return { ask, begunAtMs };
}

test('whoever asks during a run shares the next one', async () => {
  const { ask, begunAtMs } = createTask(0);
  const first = ask();
  await delay(5);
  const askedAtMs = performance.now();
  await Promise.all([first, ask(), ask(), ask()]);
  assert.equal(begunAtMs.length, 2);
  assert.ok((begunAtMs[1] ?? 0) > askedAtMs);
});

test('however often it is asked for, it runs no more often than it may', async () => {
  const { ask, begunAtMs } = createTask(100);
  while (begunAtMs.length < 4) {
    void ask();
    await delay(3);
  }
  await ask();
  const gaps = begunAtMs.slice(1).map((atMs, index) => atMs - (begunAtMs[index] ?? 0));
  assert.ok(
    gaps.every((gap) => gap > 95),
    gaps.join(),
  );
});

test('asked after a pause, it runs at once', async () => {
  const { ask, begunAtMs } = createTask(100);
  await ask();
  await delay(120);
  void ask();
  assert.equal(begunAtMs.length, 2);
});

test('a run that failed does not keep the next from running', async () => {
  let runs = 0;
  const ask = createCoalescedTask(() => {
    runs += 1;
    return runs === 1 ? Promise.reject(new Error('first')) : Promise.resolve();
  });
  const first = ask();
  const second = ask();
  await assert.rejects(first, /first/);
  await second;
  assert.equal(runs, 2);
});
