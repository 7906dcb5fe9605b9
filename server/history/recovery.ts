import type { TransactionIntent, TransactionStep, UnfinishedTransaction } from './journal.ts';

/**
 * nothing: keepalived cannot have seen the new file, or all was done: only end the transaction ·
 * finish: prove, as if there had been no crash (which undoes, if the proof fails) ·
 * undo: put the old file back if it is not there, reload, prove ·
 * ask: somebody else wrote the file; nothing may be overwritten.
 */
export type RecoveryDecision = 'nothing' | 'finish' | 'undo' | 'ask';

/**
 * What a restart does about a transaction that a crash interrupted.
 *
 * A new file that keepalived was not surely told to load is undone, not finished: nobody is there
 * to see a reload go wrong, while the old file was proved once, and the new one is in the history.
 * Once the reload was asked for, undoing would be a needless second one: the proof decides.
 * @param currentTag of the file as it is now; null: there is none.
 */
export function decideRecovery(
  { intent, lastStep }: Pick<UnfinishedTransaction, 'intent' | 'lastStep'>,
  currentTag: string | null,
): RecoveryDecision {
  const isOld = currentTag === intent.oldTag;
  const isNew = currentTag === intent.newTag;
  const ifBack = mayHaveBeenLoaded(intent) ? 'undo' : 'nothing';
  switch (lastStep ?? firstStep(intent)) {
    case undefined:
    case 'tested':
    case 'kept':
      // Had we written the new file, 'installing' would be on the disk.
      return isOld ? 'nothing' : 'ask';
    case 'installing':
    case 'installed':
      if (isOld) return ifBack;
      return isNew ? 'undo' : 'ask';
    case 'reloading':
    case 'restoring':
      // Also if the old file is back: keepalived may still run the new one, or have died of it.
      return isOld || isNew ? 'undo' : 'ask';
    case 'proving':
      if (isNew) return 'finish';
      return isOld ? 'undo' : 'ask';
    case 'finished':
      if (isNew) return 'finish';
      return isOld ? ifBack : 'ask';
    case 'restored':
      return isOld ? 'nothing' : 'ask';
  }
}

/**
 * Whether keepalived may have loaded the new file although the old one is in place: a full disk may
 * have kept the steps after `installing` from the journal, the way back included.
 */
function mayHaveBeenLoaded({ daemonPid, fileId, oldTag }: TransactionIntent): boolean {
  return daemonPid !== undefined && !fileId.startsWith('stored-') && oldTag !== null;
}

/** A reload writes no file first: once it has begun, keepalived may have been told. */
function firstStep({ action }: TransactionIntent): TransactionStep | undefined {
  return action === 'reload' ? 'reloading' : undefined;
}
