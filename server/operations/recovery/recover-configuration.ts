/**
 * What a change that a crash interrupted becomes: finished or undone by the same steps as if there
 * had been no crash, and told in a notice, because nobody was there to see it.
 */
import type { UnfinishedTransaction } from '../../history/journal.ts';
import { decideRecovery } from '../../history/recovery.ts';
import { describeNotRunning } from '../../keepalived/proof/daemon-words.ts';
import { UserError } from '../../shared/errors.ts';
import type { ApplyDependencies } from '../dependencies.ts';
import { ignoreFullDisk } from '../live/change.ts';
import type { Change } from '../live/change.ts';
import { findTag } from '../live/conflict.ts';
import { findOldVersion } from '../live/kept-versions.ts';
import { carryOut, describeInterruption } from './recovery-actions.ts';
import type { InterruptionCause } from './recovery-actions.ts';

/**
 * Finishes or undoes what was interrupted; call it at start, before anything else is changed.
 * @param bootedAtMs wall clock: a keepalived that a reboot ended is the service manager's to start
 */
export async function recoverConfiguration(
  parts: ApplyDependencies,
  { bootedAtMs }: { bootedAtMs: number },
): Promise<void> {
  await settleUnfinished(parts, { bootedAtMs, cause: 'end-of-program' });
}

/**
 * The same within one process: for a change that could not be ended, because the disk was full.
 * @returns whether there was one: what was read before may be another file now
 */
export async function settleInterrupted(parts: ApplyDependencies): Promise<boolean> {
  if (!(await parts.journal.findUnfinished())) return false;
  await settleUnfinished(parts, { bootedAtMs: 0, cause: 'within-program' });
  return true;
}

interface Circumstances {
  bootedAtMs: number;
  cause: InterruptionCause;
}

async function settleUnfinished(
  parts: ApplyDependencies,
  circumstances: Circumstances,
): Promise<void> {
  const { journal, versions, notices } = parts;
  try {
    const unfinished = await journal.findUnfinished();
    if (unfinished) await settle(parts, unfinished, circumstances);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    await notices.add('critical', error.message);
    return;
  }
  // A crash between the history and the journal: these were never written to their files.
  for (const { id, outcome } of await versions.list()) {
    if (outcome === 'pending') await versions.setOutcome(id, 'failed').catch(ignoreFullDisk);
  }
}

async function settle(
  parts: ApplyDependencies,
  { intent, transaction, ...unfinished }: UnfinishedTransaction,
  { bootedAtMs, cause }: Circumstances,
): Promise<void> {
  const { appliance, notices } = parts;
  const introduction = describeInterruption(intent, cause);
  // Told before it is ended: a crash in between must not keep it from the administrator.
  const interrupted = await notices.add('info', introduction);
  const current = await appliance.readConfigurationFile(intent.fileId);
  const isReadable = current.ok || current.problem === 'missing';
  const decision = isReadable
    ? decideRecovery({ intent, lastStep: unfinished.lastStep }, findTag(current))
    : 'ask';
  const old = await findOld(parts, intent.oldVersionId);
  const change: Change = {
    ...{ intent, transaction, old },
    ...{ before: undefined, previous: undefined, expected: undefined, served: [] },
  };
  const daemon = await appliance.readDaemon();
  const isRunning = daemon.state === 'running';
  const isStored = intent.fileId.startsWith('stored-');
  if (daemon.state === 'unknown' && !isStored) {
    // It stays in the journal: the next start or change settles it.
    const remedy = 'The change was left as it is. Remove the cause, then restart this program.';
    await notices.add('critical', `${introduction} ${describeNotRunning(daemon)} ${remedy}`);
    await notices.dismiss(interrupted);
    return;
  }
  const notice = await carryOut(parts, decision, {
    change,
    introduction,
    lastStep: unfinished.lastStep,
    isRunning,
    isRun: !isStored && (isRunning || intent.daemonPid !== undefined),
    mayStart: intent.startedAtMs >= bootedAtMs || (await startsAtBoot(parts)),
  });
  if (notice) await notices.add(notice.severity, notice.sentence);
  await notices.dismiss(interrupted);
}

async function findOld({ versions }: ApplyDependencies, id: string | null): Promise<Change['old']> {
  // A damaged version is none to go back to.
  return id === null ? undefined : findOldVersion(versions, id).catch(() => undefined);
}

async function startsAtBoot({ appliance }: ApplyDependencies): Promise<boolean> {
  const setting = await appliance.readStartOnBoot('keepalived');
  return setting.known && setting.enabled;
}
