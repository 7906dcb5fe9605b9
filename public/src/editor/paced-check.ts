/** Runs a check of a changing text: at once after a pause, while it changes at most once a second. */
export interface PacedCheck {
  /** The text has changed: what is being checked is stale. */
  request: () => void;
  /** What is being checked is not wanted any more; the next request begins as always. */
  stop: () => void;
}

const leastIntervalMs = 1_000;
/** A key that is held, or a paste in several steps, is checked once. */
const settleMs = 10;

/**
 * @param check is ended by its signal when the text changes; it must not throw then
 */
export function createPacedCheck(check: (signal: AbortSignal) => Promise<void>): PacedCheck {
  let lastStartMs = -Infinity;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let running: AbortController | undefined;

  const start = (): void => {
    timer = undefined;
    lastStartMs = performance.now();
    running = new AbortController();
    void check(running.signal);
  };
  const stop = (): void => {
    running?.abort();
    clearTimeout(timer);
  };
  return {
    stop,
    request() {
      stop();
      const waitMs = lastStartMs + leastIntervalMs - performance.now();
      timer = setTimeout(start, Math.max(settleMs, waitMs));
    },
  };
}
