import assert from 'node:assert/strict';
import test from 'node:test';
import { createPacedCheck } from '../../../public/src/editor/paced-check.ts';

test('checks soon after a pause, at most once a second while the text changes', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  let nowMs = 0;
  t.mock.method(performance, 'now', () => nowMs);
  const starts: { atMs: number; signal: AbortSignal }[] = [];
  const check = createPacedCheck((signal) => {
    starts.push({ atMs: nowMs, signal });
    return Promise.resolve();
  });
  const pass = (ms: number) => {
    for (let passed = 0; passed < ms; passed += 10) {
      nowMs += 10;
      t.mock.timers.tick(10);
    }
  };

  check.request();
  pass(50);
  assert.deepEqual(
    starts.map(({ atMs }) => atMs),
    [10],
  );
  for (let key = 0; key < 20; key += 1) {
    check.request();
    pass(100);
  }
  pass(2000);
  const times = starts.map(({ atMs }) => atMs);
  assert.ok(
    times.slice(1).every((atMs, index) => atMs - (times[index] ?? 0) >= 1000),
    String(times),
  );
  assert.ok(starts.length >= 3, String(times));
  // The one whose text changed is stale; the last one saw the last key.
  assert.deepEqual(
    starts.map(({ signal }) => signal.aborted),
    starts.map((_, index) => index < starts.length - 1),
  );
  assert.ok((times.at(-1) ?? 0) > 50 + 19 * 100, String(times));

  // The form was sent.
  check.request();
  check.stop();
  pass(2000);
  assert.equal(starts.length, times.length);
  check.request();
  pass(2000);
  check.stop();
  assert.deepEqual(
    starts.slice(times.length).map(({ signal }) => signal.aborted),
    [true],
  );
});
