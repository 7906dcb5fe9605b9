import type { ConfigurationFileContent } from '../../appliance/appliance.ts';
import { noteRemoved, noteServed } from '../../keepalived/addresses/served-places.ts';
import { describeSlowRead } from '../../keepalived/proof/proof.ts';
import type { ProofEvidence } from '../../keepalived/proof/proof.ts';
import { readLiveConfiguration } from '../../state/live-configuration.ts';
import type { LiveConfiguration } from '../../state/live-configuration.ts';
import type { ApplyDependencies } from '../dependencies.ts';
import type { ApplyOutcome } from '../outcomes.ts';
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
  { command, mayStart = true }: MakeLiveOptions,
): Promise<ApplyOutcome> {
  const { appliance, keeper, notices } = parts;
  const { intent } = change;
  const stopFollowing = keeper.followAddressChanges((changes) => {
    change.served = noteRemoved(change.served, change.before, changes, Date.now());
  });
  try {
    const current = await appliance.readConfigurationFile(intent.fileId);
    if (!current.ok || current.tag !== intent.newTag) {
      await endChange(parts, change, 'conflict');
      return await conflictWith(current, parts.versions, intent.userName);
    }
    const loaded = await load(parts, change, current, command);
    const { failure, report, configuration, after, afterAtMs, readMs = 0 } = loaded;
    if (failure !== undefined) {
      const intro =
        (await introduceEndByOthers(appliance, change, after)) ??
        `${isUnchanged(change) ? 'After the reload' : 'The new configuration did not work'}: ${failure}.`;
      return {
        ...(await restoreConfiguration(parts, change, { intro, mayStart })),
        findings: [],
      };
    }
    if (configuration) keeper.noteLoaded(configuration.tag);
    await recordStep(change, 'finished');
    await notices.settle();
    await endChange(parts, change, 'live');
    const slow = describeSlowRead(readMs);
    return {
      ...{ kind: 'live', tag: intent.newTag, findings: [], report },
      ...(slow !== undefined && { observations: [{ asForeseen: false, sentence: slow }] }),
      ...(configuration && after && { seen: { sighting: after, atMs: afterAtMs, configuration } }),
    };
  } finally {
    stopFollowing();
  }
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

interface Loaded extends Pick<LoadResult, 'failure' | 'report' | 'afterAtMs'> {
  /** What it was proved against. */
  configuration?: LiveConfiguration & { ok: true };
  after?: ProofEvidence;
  readMs?: number;
}

async function load(
  { appliance }: ApplyDependencies,
  change: Change,
  file: ConfigurationFileContent & { ok: true },
  command: MakeLiveOptions['command'],
): Promise<Loaded> {
  // The file itself was just read again, and is the one that was checked with all that it includes.
  const { expected } = change;
  const installed = expected
    ? { ok: true as const, ...expected }
    : await readLiveConfiguration(appliance);
  if (!installed.ok) return { failure: installed.reason, report: undefined, afterAtMs: 0 };
  const modifiedAtMs = Math.max(installed.modifiedAtMs, file.modifiedAtMs);
  const { before = await lookAnew(appliance), previous } = change;
  if (command === 'reload') await recordStep(change, 'reloading');
  const { failure, report, after, afterAtMs, readMs } = await loadAndProve(appliance, {
    command,
    restored: false,
    isTolerated: change.isTolerated,
    before,
    expected: installed.summary,
    previous,
    onTold: () => recordStep(change, 'proving'),
    readExpected: async () => {
      const now = await readLiveConfiguration(appliance);
      return now.ok ? now.summary : undefined;
    },
    onEvidence: (now) => {
      change.served = noteServed(change.served, change.before, now, Date.now());
    },
  });
  const configuration = { ...installed, modifiedAtMs };
  return { failure, report, configuration, after, afterAtMs, readMs };
}

/** After a crash: who lives now has to go on living, but no FAULT of now is an old one. */
async function lookAnew(appliance: ApplyDependencies['appliance']) {
  return { ...(await readProofEvidence(appliance)), runtime: undefined };
}
