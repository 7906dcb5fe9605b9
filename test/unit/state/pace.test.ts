import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPace } from '../../../server/state/pace.ts';

function startPace() {
  let nowMs = 0;
  const world = { mayRest: true };
  const turns: boolean[] = [];
  const clock = { monotonicMs: () => nowMs, wallMs: () => nowMs };
  const pace = createPace(
    clock,
    () => world.mayRest,
    (isResting) => turns.push(isResting),
  );
  return {
    ...{ pace, turns, world },
    /** A second passes, and with it a tick. */
    pass: (seconds: number) => {
      for (let second = 0; second < seconds; second += 1) {
        nowMs += 1_000;
        pace.tick();
      }
    },
  };
}

test('whom nobody reads rests, and is woken by a reader at once', () => {
  const { pace, turns, pass } = startPace();
  assert.equal(pace.recheckEveryMs(), 5_000);
  pass(1);
  assert.equal(pace.recheckEveryMs(), 30_000);
  pace.noteReader();
  assert.equal(pace.recheckEveryMs(), 5_000);
  assert.deepEqual(turns, [true, false]);
});

test('a reader counts for a minute', () => {
  const { pace, turns, pass } = startPace();
  pace.noteReader();
  pass(59);
  assert.deepEqual([pace.isLooking(), pace.isResting()], [true, false]);
  pass(1);
  assert.deepEqual([pace.isLooking(), pace.isResting()], [false, true]);
  assert.deepEqual(turns, [true]);
});

test('nobody rests while something is wrong or unseen', () => {
  const { pace, turns, world, pass } = startPace();
  world.mayRest = false;
  pass(120);
  assert.equal(pace.isResting(), false);
  world.mayRest = true;
  pass(1);
  world.mayRest = false;
  pass(1);
  assert.deepEqual(turns, [true, false]);
  assert.equal(pace.recheckEveryMs(), 5_000);
});
