import assert from 'node:assert/strict';
import test from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { createConcurrencyLimit } from '../../../server/access/limit-concurrency.ts';
import { UserError } from '../../../server/shared/errors.ts';

test('two run, the rest wait in order, and too many are refused', async () => {
  const run = createConcurrencyLimit({ running: 2, waiting: 3 });
  const finish: (() => void)[] = [];
  let atOnce = 0;
  let most = 0;
  const order: number[] = [];
  const task = (number: number) => async () => {
    most = Math.max(most, ++atOnce);
    order.push(number);
    await new Promise<void>((resolve) => finish.push(resolve));
    atOnce -= 1;
    if (number === 1) throw new Error('a failing task gives its place back too');
    return number;
  };
  const results = Promise.allSettled([0, 1, 2, 3, 4].map((number) => run(task(number))));
  await assert.rejects(run(task(5)), (error: UserError) => error.statusCode === 503);

  while (order.length < 5 || finish.length > 0) {
    finish.shift()?.();
    await setImmediate();
  }
  assert.deepEqual(
    (await results).map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled', 'fulfilled', 'fulfilled'],
  );
  assert.equal(most, 2);
  assert.deepEqual(order, [0, 1, 2, 3, 4]);
});

test('what is urgent goes first, and has room when the queue of the others is full', async () => {
  const run = createConcurrencyLimit({ running: 1, waiting: 2 });
  const order: string[] = [];
  const finish: (() => void)[] = [];
  const task = (name: string) => async () => {
    order.push(name);
    await new Promise<void>((resolve) => finish.push(resolve));
  };
  const results = [run(task('first')), run(task('plain 1')), run(task('plain 2'))];
  await assert.rejects(run(task('plain 3')), (error: UserError) => error.statusCode === 503);
  results.push(run(task('urgent'), { isUrgent: true }));
  while (order.length < 4 || finish.length > 0) {
    finish.shift()?.();
    await setImmediate();
  }
  await Promise.all(results);
  assert.deepEqual(order, ['first', 'urgent', 'plain 1', 'plain 2']);
});
