import { uptime } from 'node:os';

/** When this machine slept last. */
export interface Suspension {
  /** On the clock `performance.now()`, at the latest. */
  resumedAtMs: number;
}

/** Less may be the resolution of the clocks. */
const leastSleepMs = 2_000;

/**
 * Finds out whether the machine was suspended: the monotonic clock stands still then, the time since the
 * boot goes on (CLOCK_MONOTONIC, CLOCK_BOOTTIME, clock_gettime(2)). The wall clock says nothing: it is set.
 * @param clocks in ms; another one for tests
 * @returns asks again at each call; undefined: it was not suspended since the first
 */
export function createSuspensionWatch(
  clocks = { monotonicMs: () => performance.now(), sinceBootMs: () => uptime() * 1000 },
): () => Suspension | undefined {
  const difference = () => clocks.sinceBootMs() - clocks.monotonicMs();
  let known = difference();
  let last: Suspension | undefined;
  return () => {
    const now = difference();
    if (now - known >= leastSleepMs) {
      last = { resumedAtMs: clocks.monotonicMs() };
      known = now;
    }
    return last;
  };
}
