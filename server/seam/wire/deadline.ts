export interface Deadline {
  /** Begins to wait, unless it waits already. */
  start(): void;
  stop(): void;
}

/**
 * Calls back if it was not stopped in time. A process that was itself held up for longer first reads
 * what has arrived by then: it does not blame the other side for its own delay.
 */
export function createDeadline(timeoutMs: number, onLate: () => void): Deadline {
  let timer: NodeJS.Timeout | undefined;
  return {
    start() {
      if (timer) return;
      const started = setTimeout(() => {
        setImmediate(() => {
          if (timer !== started) return;
          timer = undefined;
          onLate();
        });
      }, timeoutMs);
      timer = started;
    },
    stop() {
      clearTimeout(timer);
      timer = undefined;
    },
  };
}
