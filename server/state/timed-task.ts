import type { Clock } from '../shared/clock.ts';

/** A task that knows when it was asked for last, so that what an event asked is not asked again soon. */
export interface TimedTask<Result> {
  ask: () => Promise<Result>;
  /** Tells that somebody else has asked just now. */
  noteAsked: () => void;
  isDue: (everyMs: number) => boolean;
  /** Monotonic, ms: when an answer, or a failure, came last; -Infinity: never. */
  endedAtMs: () => number;
}

export function createTimedTask<Result>(
  clock: Clock,
  task: () => Promise<Result>,
): TimedTask<Result> {
  let askedAtMs = -Infinity;
  let endedAtMs = -Infinity;
  return {
    async ask() {
      askedAtMs = clock.monotonicMs();
      try {
        return await task();
      } finally {
        endedAtMs = clock.monotonicMs();
      }
    },
    noteAsked() {
      askedAtMs = clock.monotonicMs();
      endedAtMs = askedAtMs;
    },
    endedAtMs: () => endedAtMs,
    isDue: (everyMs) => clock.monotonicMs() - askedAtMs >= everyMs,
  };
}
