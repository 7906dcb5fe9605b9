import type { PairTiming } from '../pair.ts';

export interface DialLoop {
  /** To be called when `isNeeded` may have changed. */
  look(): void;
  /** Begins with the quick retries again. */
  hurry(): void;
  close(): void;
}

/** A connection that lived so long was a good one. */
const goodMs = 2_000;

/**
 * Makes attempts for as long as there is a need: soon after one that failed or a connection that ended,
 * and ever slower. The times are spread, so that two servers do not keep on meeting each other halfway.
 * @param waitMs before the first attempt: the other side may come by itself
 * @param attempt rejects if it failed; it is told why by whoever makes it
 */
export function createDialLoop({
  isNeeded,
  waitMs,
  attempt,
  timing,
}: {
  isNeeded: () => boolean;
  waitMs: number;
  attempt: (signal: AbortSignal) => Promise<void>;
  timing: Pick<PairTiming, 'firstRetryMs' | 'longestRetryMs'>;
}): DialLoop {
  let timer: NodeJS.Timeout | undefined;
  let running: AbortController | undefined;
  let retryMs = 0;
  let hasNeed = false;
  let succeededAtMs: number | undefined;
  let isClosed = false;

  const run = async () => {
    timer = undefined;
    if (!isNeeded()) {
      hasNeed = false;
      return;
    }
    running = new AbortController();
    try {
      await attempt(running.signal);
      succeededAtMs = performance.now();
    } catch {
      succeededAtMs = undefined;
    }
    running = undefined;
    retryMs = Math.min(timing.longestRetryMs, Math.max(timing.firstRetryMs, 2 * retryMs));
    look();
  };
  const look = () => {
    if (isClosed) return;
    if (!isNeeded()) {
      hasNeed = false;
      clearTimeout(timer);
      timer = undefined;
      return;
    }
    if (timer || running) return;
    if (succeededAtMs !== undefined && performance.now() - succeededAtMs > goodMs) retryMs = 0;
    const delayMs = hasNeed ? retryMs : Math.max(waitMs, retryMs);
    hasNeed = true;
    timer = setTimeout(() => void run(), delayMs * (0.75 + Math.random() / 2));
  };

  return {
    look,
    hurry() {
      retryMs = 0;
      succeededAtMs = undefined;
      if (timer) {
        clearTimeout(timer);
        timer = undefined;
        hasNeed = false;
      }
      look();
    },
    close() {
      isClosed = true;
      clearTimeout(timer);
      running?.abort();
    },
  };
}
