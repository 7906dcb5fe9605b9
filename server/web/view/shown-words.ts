import { z } from 'zod';

/**
 * What a form sends back of what stood on its page, word for word, so that nobody accepts a danger or
 * confirms a command that was not shown.
 */
export const shownWordsSchema = z
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
