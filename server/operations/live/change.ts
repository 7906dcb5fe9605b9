/** One change of one file, from its begin in the journal to its end in the history. */
import type { Transaction, TransactionIntent, TransactionStep } from '../../history/journal.ts';
import type { VersionOutcome } from '../../history/versions/version-store.ts';
import type { ServedPlace } from '../../keepalived/addresses/address-places.ts';
import type { ConfigurationSummary } from '../../keepalived/config/questions.ts';
import type { ProofEvidence } from '../../keepalived/proof/proof.ts';
import { UserError } from '../../shared/errors.ts';
import type { LiveConfiguration } from '../../state/live-configuration.ts';
import type { ApplyDependencies } from '../dependencies.ts';
import type { OldVersion } from './kept-versions.ts';

/** The live configuration once the change is on the disk. */
export type ExpectedConfiguration = Omit<LiveConfiguration & { ok: true }, 'ok'>;

export interface Change {
  intent: TransactionIntent;
  transaction: Transaction;
  /** What to go back to; undefined: nothing is known to have worked. */
  old: OldVersion | undefined;
  /** The machine before it; undefined: a crash took it. */
  before: ProofEvidence | undefined;
  /** What the configuration said before it, where that could be read. */
  previous: ConfigurationSummary | undefined;
  /** What it says with it, as it was checked; undefined: a crash took it, or nobody runs the file. */
  expected: ExpectedConfiguration | undefined;
  /** What keepalived was seen to serve since it began: only that is surely keepalived's. */
  served: readonly ServedPlace[];
  /** keepalived is known to report errors in this file: that alone does not make the proof fail. */
  isTolerated?: boolean;
}

/** Only a reload: nothing was written, so nothing can be restored. */
export const isUnchanged = ({ intent }: Change): boolean => intent.oldTag === intent.newTag;

/**
 * Records a step of a change that has begun. A disk that has become full does not stop it: after a
 * crash, less is known then, and what is not known is undone (recovery.ts).
 */
export async function recordStep({ transaction }: Change, step: TransactionStep): Promise<void> {
  try {
    await transaction.record(step);
  } catch (error) {
    ignoreFullDisk(error);
    transaction.remember(step);
  }
}

/**
 * Ends a change in the history, then in the journal. Where the history cannot be written the journal
 * stays open, and the next change or start ends it by what it finds; where the journal cannot, only
 * the next start does.
 * @param outcome of the new version; undefined: what it was
 */
export async function endChange(
  { versions }: ApplyDependencies,
  { intent, transaction }: Change,
  outcome: VersionOutcome | undefined,
): Promise<void> {
  try {
    if (outcome) await versions.setOutcome(intent.newVersionId, outcome);
  } catch (error) {
    ignoreFullDisk(error);
    return;
  }
  try {
    await transaction.end(outcome ?? 'unchanged');
  } catch (error) {
    ignoreFullDisk(error);
    transaction.remember('ended');
  }
}

/** What the history says of a disk that cannot be written; anything else is an error of ours. */
export function ignoreFullDisk(error: unknown): void {
  if (!(error instanceof UserError)) throw error;
}
