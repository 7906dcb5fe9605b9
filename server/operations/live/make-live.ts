import { noteRemoved, noteServed } from '../../keepalived/addresses/served-places.ts';
import { describeSlowRead } from '../../keepalived/proof/proof.ts';
import type { ProofEvidence } from '../../keepalived/proof/proof.ts';
import { readLiveConfiguration } from '../../state/live-configuration.ts';
import type { ApplyOutcome } from '../outcomes.ts';
import type { ApplyDependencies } from '../dependencies.ts';
import { endChange, isUnchanged, recordStep } from './change.ts';
import type { Change } from './change.ts';
import { conflictWith } from './conflict.ts';
import { loadAndProve, readProofEvidence } from './prove-live.ts';
import type { LoadResult } from './prove-live.ts';
import { restoreConfiguration } from './restore-configuration.ts';
import { getEndedDaemon, wasStoppedByOthers } from './stopped-by-others.ts';

export interface MakeLiveOptions {
  /** `none`: keepalived was told before a crash. */
  command: 'reload' | 'none';
  /** Whether a keepalived that exited because of it is started again with the old version; default: yes. */
  mayStart?: boolean;
}

/**
 * Makes what is on disk what keepalived runs, proves it, and ends the change; puts the old version
 * back where the proof fails.
 */
export async function makeLive(
  parts: ApplyDependencies,
  change: Change,
  options: MakeLiveOptions,
): Promise<ApplyOutcome> {
  const stopFollowing = parts.keeper.followAddressChanges((changes) => {
    change.served = noteRemoved(change.served, change.before, changes, Date.now());
  });
  try {
    return await makeLiveOrGoBack(parts, change, options);
  } finally {
    stopFollowing();
  }
}

async function makeLiveOrGoBack(
  parts: ApplyDependencies,
  change: Change,
  { command, mayStart = true }: MakeLiveOptions,
): Promise<ApplyOutcome> {
  const { appliance, keeper, notices } = parts;
  const { intent } = change;
  const current = await appliance.readConfigurationFile(intent.fileId);
  if (!current.ok || current.tag !== intent.newTag) {
    await endChange(parts, change, 'conflict');
    return conflictWith(current, parts.versions, intent.userName);
  }
  const { failure, report, liveTag, after, readMs = 0 } = await load(parts, change, command);
  if (failure !== undefined) {
    const intro =
      (await introduceEndByOthers(appliance, change, after)) ??
      `${isUnchanged(change) ? 'After the reload' : 'The new configuration did not work'}: ${failure}.`;
    return {
      ...(await restoreConfiguration(parts, change, { intro, mayStart })),
      findings: [],
    };
  }
  if (liveTag !== undefined) keeper.noteLoaded(liveTag);
  await recordStep(change, 'finished');
  await notices.settle();
  await endChange(parts, change, 'live');
  const slow = describeSlowRead(readMs);
  return {
    ...{ kind: 'live', tag: intent.newTag, findings: [], report },
    ...(slow !== undefined && { observations: [{ asForeseen: false, sentence: slow }] }),
  };
}

/** Where somebody else stopped or restarted keepalived, nothing is said against the file. */
async function introduceEndByOthers(
  appliance: ApplyDependencies['appliance'],
  change: Change,
  after: ProofEvidence | undefined,
): Promise<string | undefined> {
  const ended = getEndedDaemon(change);
  const isAnother = after?.daemon.state === 'running' && after.daemon.pid !== ended.pid;
  const hasEnded = isAnother || after?.daemon.state === 'stopped';
  if (!hasEnded || !(await wasStoppedByOthers(appliance, ended))) return undefined;
  return isAnother
    ? 'Can’t tell whether the configuration works: somebody restarted keepalived during the check.'
    : // What the restore finds says the rest.
      'Can’t tell whether the configuration works.';
}

async function load(
  { appliance }: ApplyDependencies,
  change: Change,
  command: MakeLiveOptions['command'],
): Promise<
  Pick<LoadResult, 'failure' | 'report'> & {
    liveTag?: string;
    after?: ProofEvidence;
    readMs?: number;
  }
> {
  const installed = await readLiveConfiguration(appliance);
  if (!installed.ok) return { failure: installed.reason, report: undefined };
  const { before = await lookAnew(appliance), previous } = change;
  if (command === 'reload') await recordStep(change, 'reloading');
  const { failure, report, after, readMs } = await loadAndProve(appliance, {
    command,
    restored: false,
    isTolerated: change.isTolerated,
    before,
    expected: installed.summary,
    previous,
    onTold: () => recordStep(change, 'proving'),
    onEvidence: (now) => {
      change.served = noteServed(change.served, change.before, now, Date.now());
    },
  });
  return { failure, report, liveTag: installed.tag, after, readMs };
}

/** After a crash: who lives now has to go on living, but no FAULT of now is an old one. */
async function lookAnew(appliance: ApplyDependencies['appliance']) {
  return { ...(await readProofEvidence(appliance)), runtime: undefined };
}
