import { z } from 'zod';

/**
 * What the button "I have understood: apply" sends: the dangers that stood above it, word for word,
 * so that nobody accepts one that was not shown. No other button sends it.
 */
export const acceptedDangersSchema = z
  .string()
  .max(100_000)
  .default('[]')
  .transform((text, context) => {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      context.addIssue({ code: 'custom', message: 'no list' });
      return z.NEVER;
    }
  })
  .pipe(z.array(z.string()));
