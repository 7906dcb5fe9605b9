import { join } from 'node:path';
import { z } from 'zod';
import { createKeptRecord } from './kept-record.ts';
import type { KeptRecord } from './kept-record.ts';

const confirmationSchema = z.strictObject({
  /** Wall clock, ms: it has to survive a restart. */
  deadlineAtMs: z.number(),
  fileId: z.string(),
  /** The version to go back to if nobody confirms. */
  restoreVersionId: z.string(),
  /** Of the file that waits for its confirmation. Another content means that someone moved on. */
  currentTag: z.string(),
});
/** A change that is undone at its deadline unless somebody confirms it. */
export type Confirmation = z.output<typeof confirmationSchema>;

/** The one confirmation that may be waited for, kept in the state directory. */
export function createPendingConfirmation(options: {
  directory: string;
}): KeptRecord<Confirmation> {
  const path = join(options.directory, 'pending-confirmation.jsonl');
  return createKeptRecord({
    ...{ directory: options.directory, path, schema: confirmationSchema },
    explainDamage: {
      code: 'confirmation-damaged',
      sentence:
        `A change is waiting for confirmation, but ${path} is damaged, so it cannot be rolled back ` +
        'automatically. Check that the configuration is what you want, then remove that file.',
    },
  });
}
