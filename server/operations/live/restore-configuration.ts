import type { Appliance } from '../../appliance/appliance.ts';
import type { TransactionIntent } from '../../history/journal.ts';
import { noteServed } from '../../keepalived/addresses/served-places.ts';
import { summarizeConfiguration } from '../../keepalived/config/questions.ts';
import type { ConfigurationSummary } from '../../keepalived/config/questions.ts';
import { parseConfiguration } from '../../keepalived/language/tree.ts';
import { describeNotRunning } from '../../keepalived/proof/daemon-words.ts';
import type { ProofEvidence } from '../../keepalived/proof/proof.ts';
import { readLiveConfiguration } from '../../state/live-configuration.ts';
import type { ApplyDependencies } from '../dependencies.ts';
import type { ApplyOutcome } from '../outcomes.ts';
import { endChange, ignoreFullDisk, isUnchanged, recordStep } from './change.ts';
import type { Change } from './change.ts';
import { hasDeadChild } from './dead-child.ts';
import { findOldVersion } from './kept-versions.ts';
import type { OldVersion } from './kept-versions.ts';
import { loadAndProve, readProofEvidence } from './prove-live.ts';
import { settleAddresses } from './settle-addresses.ts';
import { getEndedDaemon, wasStoppedByOthers } from './stopped-by-others.ts';

type RestoreOutcome = Omit<
  Extract<ApplyOutcome, { kind: 'restored' | 'restore-failed' }>,
  'findings'
>;

export interface RestoreReason {
  /** Why the previous version is restored, as a sentence; the outcome begins with it. */
  intro: string;
  /** Whether a keepalived that has ended is started again. */
  mayStart: boolean;
}

/**
 * Puts the old version back, makes it live and proves it in turn, and ends the change. Tried once: a
 * second failure is told, in the outcome and in a notice that stays, never looped over. A file that
 * is no longer the new one was written by somebody else, and is left alone.
 */
export async function restoreConfiguration(
  parts: ApplyDependencies,
  change: Change,
  { intro, mayStart }: RestoreReason,
): Promise<RestoreOutcome> {
  const { appliance, notices } = parts;
  const { intent, old } = change;
  const giveUp = async (...sentences: string[]): Promise<RestoreOutcome> => {
    const message = [intro, ...sentences].join(' ');
    await notices.add('critical', message);
    await endChange(parts, change, 'failed');
    return { kind: 'restore-failed', message };
  };
  const restored = async (...sentences: string[]): Promise<RestoreOutcome> => {
    await recordStep(change, 'restored');
    await endChange(parts, change, isUnchanged(change) ? undefined : 'restored');
    return { kind: 'restored', message: [intro, ...sentences].join(' ') };
  };

  const wasStopped = () => wasStoppedByOthers(appliance, getEndedDaemon(change));

  if (!old) {
    return giveUp(
      'No earlier version is known to work, so nothing was rolled back. Edit the file and save again.',
    );
  }
  await recordStep(change, 'restoring');
  const problem = await putBack(appliance, intent, old);
  if (problem !== undefined) return giveUp(problem, await describeDaemon(appliance));
  const live = await readLiveConfiguration(appliance);
  if (!live.ok)
    return giveUp(`The previous version was restored, but cannot be read: ${live.reason}`);

  const now = await readProofEvidence(appliance);
  if (now.daemon.state === 'unknown') {
    return giveUp(`${intent.path} is as it was before. ${describeNotRunning(now.daemon)}`);
  }
  if (now.daemon.state !== 'running' && (await wasStopped())) {
    const left = { before: change.before, served: change.served, after: now };
    const sentences = await settleAddresses(appliance, left, [live.summary]);
    return restored(staysStopped(intent), ...sentences);
  }
  if (now.daemon.state !== 'running' && !mayStart) {
    return restored(`The previous version is in ${intent.path} again. keepalived is not running.`);
  }
  let loaded = await loadOld(parts, change, now, live.summary);
  if (loaded.failure !== undefined && (await wasStopped())) {
    return restored(staysStopped(intent), ...loaded.sentences);
  }
  if (loaded.failure !== undefined && (await hasDeadChild(appliance))) {
    await appliance.controlService('keepalived', 'stop');
    loaded = await loadOld(parts, change, await readProofEvidence(appliance), live.summary);
    loaded.sentences.unshift('keepalived was restarted: its VRRP process had crashed.');
  }
  const { failure, sentences } = loaded;
  if (failure !== undefined) {
    return giveUp(
      `${intent.path} is as it was before, but keepalived does not run with it: ${failure}. ` +
        'Check the log and remove the cause, then start keepalived.',
      ...sentences,
    );
  }
  await rememberProved(parts, change, live.tag);
  return restored(
    isUnchanged(change) ? 'The file is as it was.' : 'The previous configuration is running again.',
    ...sentences,
  );
}

/** Who stopped it meant to; it is theirs to start it again. */
const staysStopped = ({ path }: TransactionIntent): string =>
  `keepalived was stopped during the change, not by this program, so it stays stopped. ${path} is as it was before. To serve again, click Start keepalived.`;

/**
 * Puts the old text in the place of the new one, unless it is there already.
 * @returns why it could not be, as sentences
 */
export async function putBack(
  appliance: Appliance,
  { fileId, newTag }: TransactionIntent,
  old: OldVersion,
): Promise<string | undefined> {
  const isBack = async (): Promise<boolean> => {
    const current = await appliance.readConfigurationFile(fileId);
    return current.ok && current.tag === old.tag;
  };
  if (await isBack()) return undefined;
  const change = { text: old.text, expectedTag: newTag };
  const replacement = await appliance.replaceConfigurationFile(fileId, change);
  switch (replacement.outcome) {
    case 'replaced':
      return undefined;
    case 'conflict':
      return 'Someone else changed the file at the same time, so it was left as it is. Compare it with the version in the history, then save again.';
    case 'failed':
      return (await isBack())
        ? undefined
        : `The previous version, which is in the history, could not be restored: ${replacement.message}`;
  }
}

/** What was restored becomes what keepalived runs; the sentences tell where the addresses are. */
async function loadOld(
  { appliance, versions }: ApplyDependencies,
  change: Change,
  now: ProofEvidence,
  expected: ConfigurationSummary,
): Promise<{ failure: string | undefined; sentences: string[] }> {
  const { before, intent } = change;
  const isRunning = now.daemon.state === 'running';
  const kept = await findOldVersion(versions, intent.newVersionId).catch(() => undefined);
  const tried = kept && summarizeConfiguration(parseConfiguration(kept.text));
  const running = isUnchanged(change) ? 'none' : 'reload';
  const { failure, after } = await loadAndProve(appliance, {
    command: isRunning ? running : 'start',
    restored: true,
    before: { ...(before ?? now), daemon: now.daemon },
    expected,
    previous: tried,
    onEvidence: (sighting) => {
      change.served = noteServed(change.served, before, sighting, Date.now());
    },
  });
  const configurations = tried ? [expected, tried] : [expected];
  const orphans = { before, served: change.served, after };
  return { failure, sentences: await settleAddresses(appliance, orphans, configurations) };
}

async function rememberProved(
  { keeper, versions }: ApplyDependencies,
  change: Change,
  liveTag: string,
): Promise<void> {
  keeper.noteLoaded(liveTag);
  if (change.old && !isUnchanged(change)) {
    await versions.setOutcome(change.old.id, 'live').catch(ignoreFullDisk);
  }
}

async function describeDaemon(appliance: Appliance): Promise<string> {
  const daemon = await appliance.readDaemon();
  return daemon.state === 'running'
    ? `keepalived is running (pid ${daemon.pid}).`
    : describeNotRunning(daemon);
}
