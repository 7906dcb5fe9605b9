import type { Clock } from '../shared/clock.ts';

/** A task that knows when it was asked for last, so that what an event asked is not asked again soon. */
export interface TimedTask<Result> {
  ask: () => Promise<Result>;
  /** Tells that somebody else has asked just now. */
  noteAsked: () => void;
  isDue: (everyMs: number) => boolean;
}

export function createTimedTask<Result>(
  clock: Clock,
  task: () => Promise<Result>,
): TimedTask<Result> {
  let askedAtMs = -Infinity;
  return {
    ask() {
      askedAtMs = clock.monotonicMs();
      return task();
    },
    noteAsked() {
      askedAtMs = clock.monotonicMs();
    },
    isDue: (everyMs) => clock.monotonicMs() - askedAtMs >= everyMs,
  };
}
