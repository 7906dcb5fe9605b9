/**
 * A task that many may ask for at once: one run at a time, and whoever asks during a run shares the
 * next one, so that everybody gets a result that was begun after he asked.
 */
export function createCoalescedTask(task: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  let next: Promise<void> | undefined;

  const run = (): Promise<void> => {
    running = task().finally(() => {
      running = undefined;
    });
    return running;
  };

  return () => {
    if (!running) return run();
    next ??= running
      .catch(() => undefined)
      .then(() => {
        next = undefined;
        return run();
      });
    return next;
  };
}
