import type { TransactionIntent, TransactionStep } from '../../history/journal.ts';
import type { Notice } from '../../history/notices.ts';
import type { RecoveryDecision } from '../../history/recovery.ts';
import type { VersionOutcome } from '../../history/versions/version-store.ts';
import type { ApplyDependencies } from '../dependencies.ts';
import { endChange, isUnchanged } from '../live/change.ts';
import type { Change } from '../live/change.ts';
import { makeLive } from '../live/make-live.ts';
import { putBack, restoreConfiguration } from '../live/restore-configuration.ts';
import { programItself } from '../outcomes.ts';
import type { ApplyOutcome } from '../outcomes.ts';

/** What was found after a crash. */
export interface Interrupted {
  change: Change;
  /** What was interrupted, as a sentence; what is told begins with it. */
  introduction: string;
  lastStep: TransactionStep | undefined;
  isRunning: boolean;
  /** Whether keepalived has anything to do with it: not with a stored file, nor if it was stopped. */
  isRun: boolean;
  /** Whether a keepalived that is not running is to be started. */
  mayStart: boolean;
}

type Told = Pick<Notice, 'severity' | 'sentence'>;

/** Does what was decided, and ends the change. @returns what to tell; undefined: it was told. */
export function carryOut(
  parts: ApplyDependencies,
  decision: RecoveryDecision,
  interrupted: Interrupted,
): Promise<Told | undefined> {
  const actions = { nothing: leave, finish, undo, ask };
  return actions[decision](parts, interrupted);
}

async function leave(parts: ApplyDependencies, interrupted: Interrupted): Promise<Told> {
  const { change, lastStep } = interrupted;
  const wasInstalled = lastStep === 'restored' || lastStep === 'finished';
  await end(parts, change, wasInstalled ? 'restored' : 'failed');
  const what = wasInstalled ? 'The previous file is in place.' : 'Nothing was changed.';
  return info(interrupted, `${what} ${inHistory}`);
}

async function ask(parts: ApplyDependencies, { change, introduction }: Interrupted): Promise<Told> {
  await end(parts, change, 'conflict');
  const { path } = change.intent;
  return {
    severity: 'critical',
    sentence:
      `${introduction} ${path} is now neither the old file nor the new one: someone else wrote it. ` +
      'Nothing was overwritten, and keepalived may run with a different configuration. ' +
      'Check that the file is what you want, then click Reload keepalived.',
  };
}

async function finish(
  parts: ApplyDependencies,
  interrupted: Interrupted,
): Promise<Told | undefined> {
  const { change, lastStep, isRunning, isRun, mayStart } = interrupted;
  const wasProved = lastStep === 'finished';
  if (!isRun || (!isRunning && wasProved)) {
    await end(parts, change, isRun ? 'live' : 'saved');
    return info(interrupted, 'The new file is in place.');
  }
  // With neither a keepalived to prove it nor the right to start one, the old file is safer.
  if (!isRunning && !mayStart && change.old) return undo(parts, interrupted);
  return tell(interrupted, await makeLive(parts, change, { command: 'none', mayStart }));
}

async function undo(parts: ApplyDependencies, interrupted: Interrupted): Promise<Told | undefined> {
  const { change, introduction, isRun, mayStart } = interrupted;
  const { intent, old } = change;
  if (!old) return finish(parts, interrupted);
  if (isRun) {
    const outcome = await restoreConfiguration(parts, change, { intro: introduction, mayStart });
    if (outcome.kind === 'restore-failed') return undefined;
    return { severity: 'info', sentence: `${outcome.message} ${inHistory}` };
  }
  const problem = await putBack(parts.appliance, intent, old);
  await end(parts, change, problem === undefined ? 'restored' : 'failed');
  if (problem !== undefined) {
    return { severity: 'critical', sentence: `${introduction} ${problem}` };
  }
  return info(interrupted, `The previous file is in place again. ${inHistory}`);
}

function tell(interrupted: Interrupted, outcome: ApplyOutcome): Told | undefined {
  switch (outcome.kind) {
    case 'live':
    case 'saved':
      return info(interrupted, 'The change is complete: keepalived runs with the new file.');
    case 'restored':
      return info(interrupted, `${outcome.message} ${inHistory}`);
    case 'refused':
    case 'needs-acceptance':
    case 'awaiting-confirmation':
    case 'failed':
    case 'conflict':
      return {
        severity: 'critical',
        sentence: `${interrupted.introduction} ${outcome.message}`,
      };
    case 'restore-failed':
      return undefined;
  }
}

const inHistory = 'The new version is in the history.';

const info = ({ introduction }: Interrupted, what: string): Told => ({
  severity: 'info',
  sentence: `${introduction} ${what}`,
});

/** Within the program: a disk was full, or an error of ours came between. */
export type InterruptionCause = 'end-of-program' | 'within-program';

/** The notice of a change before it is known what became of it. */
export function describeInterruption(
  { path, action, userName, remoteAddress }: TransactionIntent,
  cause: InterruptionCause,
): string {
  const isKnown = remoteAddress !== undefined && remoteAddress !== programItself.remoteAddress;
  const from = isKnown ? ` from ${remoteAddress}` : '';
  const who = userName === '' ? '' : ` by ${userName}${from}`;
  const when = cause === 'end-of-program' ? ' when this program ended' : '';
  return `A change to ${path}${who} (${action}) was interrupted${when}.`;
}

/** A reload writes nothing: its version stays what it was. */
function end(parts: ApplyDependencies, change: Change, outcome: VersionOutcome): Promise<void> {
  return endChange(parts, change, isUnchanged(change) ? undefined : outcome);
}
