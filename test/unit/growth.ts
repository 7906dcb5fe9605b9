/** Whether what reads other people's text does so in linear time. */
import assert from 'node:assert/strict';
import { measureCpuMs } from '../cpu-time.ts';

const [smallLength, times] = [2_000, 16];
/** A quadratic reader takes 256 times as long; what is between is for whatever else runs. */
const mostTimesLonger = 100;
/** What a measurement is good for at all. */
const leastMs = 0.5;

/**
 * Fails if a text of sixteen times the length takes more than a hundred times as long. A reader that
 * is quadratic takes more than some milliseconds for the short text already.
 * @param make a text of about that many characters
 */
export function assertLinear(make: (length: number) => string, read: (text: string) => unknown) {
  const [small, large] = [make(smallLength), make(smallLength * times)];
  const best = (text: string, runs: number) =>
    Math.min(...Array.from({ length: runs }, () => measureCpuMs(() => read(text))));
  let largeMs = best(large, 1);
  if (largeMs <= mostTimesLonger * leastMs) return;
  const smallMs = Math.max(best(small, 4), leastMs);
  for (let run = 1; run < 3 && largeMs > mostTimesLonger * smallMs; run += 1) {
    largeMs = Math.min(largeMs, best(large, 1));
  }
  assert.ok(
    largeMs <= mostTimesLonger * smallMs,
    `${JSON.stringify(small.slice(0, 40))}…: ${smallMs} ms, and ${largeMs} ms for ${times} times the length`,
  );
}

/** A unit, repeated to about this many characters. */
export const repeat = (unit: string, length: number): string =>
  unit.repeat(Math.ceil(length / unit.length));
