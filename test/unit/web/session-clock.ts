import type { TestContext } from 'node:test';

/** Lets time pass by which sessions end, without waiting for it. */
export function createSessionClock({ mock }: TestContext) {
  const real = performance.now.bind(performance);
  let passedMs = 0;
  mock.method(performance, 'now', () => real() + passedMs);
  return {
    passMinutes(minutes: number): void {
      passedMs += minutes * 60_000;
    },
  };
}

/** Lets time pass only by what a test says: on a busy machine a second is soon over. */
export function createStoppedClock({ mock }: TestContext) {
  // Whole: a sum of fractions may be a little more than its parts.
  let nowMs = Math.floor(performance.now());
  mock.method(performance, 'now', () => nowMs);
  return {
    passMs(ms: number): void {
      nowMs += ms;
    },
  };
}
