import { join } from 'node:path';
import { z } from 'zod';
import { makePrivateFolder } from '../durable-file.ts';
import { UserError } from '../errors.ts';
import { explainWriteFailure } from './explain-write-failure.ts';
import { readJsonLines, replaceJsonLines } from './json-lines.ts';

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

export interface PendingConfirmation {
  /** @throws {UserError} `confirmation-damaged` */
  findConfirmation(): Promise<Confirmation | undefined>;
  /**
   * On the disk when the promise resolves. undefined: confirmed, or undone.
   * @throws {UserError} `history-full`, `history-read-only`
   */
  setConfirmation(confirmation: Confirmation | undefined): Promise<void>;
}

/** The one confirmation that may be waited for, kept in the state directory. */
export function createPendingConfirmation(parts: { directory: string }): PendingConfirmation {
  const { directory } = parts;
  const path = join(directory, 'pending-confirmation.jsonl');
  return {
    async findConfirmation() {
      const { entries, damagedLines } = await readJsonLines(path, confirmationSchema);
      if (damagedLines.length === 0) return entries.at(-1);
      throw new UserError(
        'confirmation-damaged',
        `A change waits to be confirmed, but ${path} is damaged, so it cannot be undone by ` +
          'itself. Look whether the configuration is what you want, then remove that file.',
        { statusCode: 500 },
      );
    },
    setConfirmation: (confirmation) =>
      explainWriteFailure(directory, async () => {
        await makePrivateFolder(directory);
        const entries = confirmation === undefined ? [] : [confirmation];
        await replaceJsonLines(path, { entries, damagedLines: [] });
      }),
  };
}
