import { setTimeout as delay } from 'node:timers/promises';

/**
 * Asks again and again until the answer is neither false nor undefined, and returns it.
 * @throws after `withinMs` (default 30 000: a busy machine takes long), naming what was waited for; and what `probe` throws.
 */
export async function eventually<Answer>(
  what: string,
  probe: () => Answer | false | undefined | Promise<Answer | false | undefined>,
  { withinMs = 30_000, everyMs = 200 }: { withinMs?: number; everyMs?: number } = {},
): Promise<Answer> {
  const deadlineMs = performance.now() + withinMs;
  for (;;) {
    const answer = await probe();
    if (answer !== false && answer !== undefined) return answer;
    if (performance.now() > deadlineMs) throw new Error(`Not within ${withinMs} ms: ${what}`);
    await delay(everyMs);
  }
}
