import { join } from 'node:path';
import { z } from 'zod';
import { makePrivateFolder } from '../shared/durable-file.ts';
import { UserError } from '../shared/errors.ts';
import { explainWriteFailure } from './explain-write-failure.ts';
import { appendJsonLines, readJsonLines, replaceJsonLines } from './json-lines.ts';

const storedIntentSchema = z.strictObject({
  id: z.string(),
  fileId: z.string(),
  path: z.string(),
  /** SHA-256 of the file before; null: there was none. */
  oldTag: z.string().nullable(),
  newTag: z.string(),
  /** In the history; null: there was no file. */
  oldVersionId: z.string().nullable(),
  newVersionId: z.string(),
  action: z.string(),
  userName: z.string(),
  /** Absent in older ones. */
  remoteAddress: z.string().optional(),
  /** undefined: keepalived was not running. */
  daemonPid: z.number().optional(),
  /** Wall clock, ms. */
  startedAtMs: z.number(),
});
/** JSON leaves out what is undefined: put it back. */
const transactionIntentSchema = storedIntentSchema.transform((intent) => ({
  ...intent,
  daemonPid: intent.daemonPid,
}));
/** What a transaction is going to do, and all that is needed to undo it. */
export type TransactionIntent = z.output<typeof transactionIntentSchema>;

/**
 * A step in `-ing` is recorded before it is done, the others after:
 * tested, kept (the old version, in the history) · installing, installed (the new file is in
 * place) · reloading, proving (the reload was asked for) · finished (proved) ·
 * restoring (about to put the old file back, reload and prove) · restored (all of that is done).
 */
const transactionStepSchema = z.enum([
  'tested',
  'kept',
  'installing',
  'installed',
  'reloading',
  'proving',
  'finished',
  'restoring',
  'restored',
]);
export type TransactionStep = z.output<typeof transactionStepSchema>;

const entrySchema = z.discriminatedUnion('entry', [
  z.strictObject({ entry: z.literal('begun'), intent: transactionIntentSchema }),
  z.strictObject({
    entry: z.literal('step'),
    step: transactionStepSchema,
    detail: z.string().optional(),
  }),
  z.strictObject({ entry: z.literal('ended'), outcome: z.string() }),
]);

/** The write-ahead journal of the one transaction that changes a configuration. */
export interface Journal {
  /**
   * Starts a transaction; the intent is on the disk when the promise resolves.
   * @throws {UserError} `journal-unfinished` (409) while another one has not ended;
   *   `history-full`, `history-read-only`.
   */
  begin(intent: TransactionIntent): Promise<Transaction>;
  /**
   * The transaction that a crash interrupted, if one was.
   * @throws {UserError} `journal-damaged`: there is one, but what it did cannot be read.
   */
  findUnfinished(): Promise<UnfinishedTransaction | undefined>;
}

export interface Transaction {
  /** On the disk when the promise resolves: record first, then do. Secrets do not belong in `detail`. */
  record(step: TransactionStep, detail?: string): Promise<void>;
  /** After this the transaction is over, whatever the outcome is called. */
  end(outcome: string): Promise<void>;
  /** What was done although its record failed: known to this process, not to the one after it. */
  remember(done: TransactionStep | 'ended'): void;
}

export interface UnfinishedTransaction {
  intent: TransactionIntent;
  /** undefined: it had only begun. */
  lastStep: TransactionStep | undefined;
  lastDetail: string | undefined;
  /** To record how it is finished or undone, and to end it. */
  transaction: Transaction;
}

/** Opens the journal in the state directory, whose lock (lock.ts) this process must hold. */
export function createJournal({ directory }: { directory: string }): Journal {
  const path = join(directory, 'journal.jsonl');
  /** What the disk does not know of the transaction that was begun last. */
  let unrecorded: TransactionStep | 'ended' | undefined;

  async function append(entry: z.input<typeof entrySchema>): Promise<void> {
    await explainWriteFailure(directory, () => appendJsonLines(path, [entry]));
    unrecorded = undefined;
  }

  const transaction: Transaction = {
    record: (step, detail) => append({ entry: 'step', step, detail }),
    end: (outcome) => append({ entry: 'ended', outcome }),
    remember: (done) => {
      unrecorded = done;
    },
  };

  async function findUnfinished(): Promise<UnfinishedTransaction | undefined> {
    const { entries, damagedLines } = await readJsonLines(path, entrySchema);
    const [first, ...later] = entries;
    if (first === undefined && damagedLines.length === 0) return undefined;
    if (first?.entry !== 'begun' || damagedLines.length > 0) throw damaged(path);
    if (unrecorded === 'ended' || later.some(({ entry }) => entry === 'ended')) return undefined;
    const recorded = later.findLast((entry) => entry.entry === 'step');
    const last = unrecorded === undefined ? recorded : { step: unrecorded, detail: undefined };
    return { intent: first.intent, lastStep: last?.step, lastDetail: last?.detail, transaction };
  }

  return {
    findUnfinished,
    begin: (intent) =>
      explainWriteFailure(directory, async () => {
        await makePrivateFolder(directory);
        if (await findUnfinished()) throw unfinished();
        // One file for one transaction: the last one, which has ended, is replaced.
        await replaceJsonLines(path, { entries: [{ entry: 'begun', intent }], damagedLines: [] });
        unrecorded = undefined;
        return transaction;
      }),
  };
}

function unfinished(): UserError {
  return new UserError(
    'journal-unfinished',
    'Another change is still being applied. Wait until it has ended, then try again.',
    { statusCode: 409 },
  );
}

function damaged(path: string): UserError {
  return new UserError(
    'journal-damaged',
    `A change was interrupted, but its journal ${path} is damaged. Check that the ` +
      'configuration is what you want, then move the journal away. Until then nothing is changed.',
    { statusCode: 500 },
  );
}
