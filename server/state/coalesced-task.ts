import { setTimeout as delay } from 'node:timers/promises';

/**
 * A task that many may ask for at once: one run at a time, and whoever asks during a run shares the
 * next one, so that everybody gets a result that was begun after they asked.
 * @param minIntervalMs from the begin of one run to that of the next, however often it is asked for
 */
export function createCoalescedTask(
  task: () => Promise<void>,
  { minIntervalMs = 0 } = {},
): () => Promise<void> {
  let running: Promise<void> | undefined;
  let next: Promise<void> | undefined;
  let begunAtMs = -Infinity;

  const run = (): Promise<void> => {
    begunAtMs = performance.now();
    running = task().finally(() => {
      running = undefined;
    });
    return running;
  };
  const runAfter = async (before: Promise<void> | undefined): Promise<void> => {
    await before?.catch(() => undefined);
    await delay(Math.max(0, begunAtMs + minIntervalMs - performance.now()));
    next = undefined;
    return run();
  };

  return () => {
    if (next) return next;
    if (!running && performance.now() - begunAtMs >= minIntervalMs) return run();
    next = runAfter(running);
    return next;
  };
}
