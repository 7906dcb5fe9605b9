import { UserError } from '../shared/errors.ts';

/**
 * Lets at most `running` tasks run at once and `waiting` more wait their turn. Urgent tasks wait in
 * a queue of their own, as long, and go first.
 * @throws {UserError} `busy` (503) when the queue is full
 */
export function createConcurrencyLimit(limits: { running: number; waiting: number }) {
  const urgentQueue: (() => void)[] = [];
  const plainQueue: (() => void)[] = [];
  let running = 0;

  return async function run<Result>(
    task: () => Promise<Result>,
    { isUrgent = false } = {},
  ): Promise<Result> {
    const queue = isUrgent ? urgentQueue : plainQueue;
    if (running >= limits.running) {
      if (queue.length >= limits.waiting) {
        throw new UserError('busy', 'Too many logins at once. Try again in a few seconds.', {
          statusCode: 503,
        });
      }
      await new Promise<void>((resolve) => queue.push(resolve));
    } else {
      running += 1;
    }
    try {
      return await task();
    } finally {
      // The place is handed over, not freed: nobody can slip in between.
      const next = urgentQueue.shift() ?? plainQueue.shift();
      if (next) next();
      else running -= 1;
    }
  };
}
