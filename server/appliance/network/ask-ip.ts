import type { z } from 'zod';
import { explainNoAnswer } from '../commands/command-report.ts';
import { runCommand } from '../commands/run-command.ts';

/**
 * Asks `ip -j`; what it did not answer whole, or what is not understood, is not known, and why is told.
 * @param timeoutMs its time limit
 */
export async function askIp<Schema extends z.ZodType>(
  question: string[],
  schema: Schema,
  timeoutMs = 5_000,
): Promise<{ ok: true; value: z.output<Schema> } | { ok: false; reason: string }> {
  const options = { timeoutMs, maxOutputBytes: 16 * 1024 * 1024 };
  const result = await runCommand('ip', ['-j', ...question], options);
  if (result.kind === 'notFound') {
    return { ok: false, reason: 'The program `ip` is missing. Install iproute2.' };
  }
  const parsed =
    result.kind === 'ok' && !result.truncated
      ? schema.safeParse(parseJson(result.stdout))
      : undefined;
  if (parsed?.success) return { ok: true, value: parsed.data };
  return { ok: false, reason: explainNoAnswer(result, options.timeoutMs) };
}

/** Some versions of `ip` print nothing at all for an empty list. */
function parseJson(text: string): unknown {
  if (text.trim() === '') return [];
  try {
    return JSON.parse(text);
    // eslint-disable-next-line no-restricted-syntax -- undefined says that it is no answer
  } catch {
    return undefined;
  }
}
