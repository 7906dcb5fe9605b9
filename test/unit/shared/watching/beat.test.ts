/** All that is looked at often wakes the processor together. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { beatMs, onBeat } from '../../../../server/shared/watching/beat.ts';

test('who looks each second does so together, whenever they began', (context) => {
  context.mock.timers.enable({ apis: ['setInterval'] });
  const seen: string[] = [];
  const stops = [onBeat(beatMs, () => seen.push('half'))];
  context.mock.timers.tick(beatMs);
  stops.push(onBeat(1_000, () => seen.push('one')));
  context.mock.timers.tick(beatMs);
  stops.push(onBeat(1_000, () => seen.push('two')));
  seen.length = 0;
  for (let half = 0; half < 4; half += 1) {
    context.mock.timers.tick(beatMs);
    seen.push('|');
  }
  const together = seen
    .join(' ')
    .split('|')
    .filter((words) => words.includes('one'));
  assert.equal(together.length, 2);
  assert.ok(together.every((words) => words.includes('half one two')));
  for (const stop of stops) stop();
});

test('the last who stops ends the timer, and the next begins another', (context) => {
  context.mock.timers.enable({ apis: ['setInterval'] });
  let count = 0;
  const act = () => void (count += 1);
  onBeat(beatMs, act)();
  context.mock.timers.tick(10 * beatMs);
  assert.equal(count, 0);
  const stop = onBeat(beatMs, act);
  context.mock.timers.tick(2 * beatMs);
  assert.equal(count, 2);
  stop();
});
