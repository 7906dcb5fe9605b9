/**
 * The one way by which a configuration becomes live, whoever asks: check, compare, keep, install,
 * reload, prove, else restore. Whatever happens, a crash included, the file on disk is the old or the
 * new one, whole.
 */
import type { Finding } from '../../keepalived/config/rules/finding.ts';
import type { Foresight } from '../../keepalived/foresight/foresight-result.ts';
import { describeNotRunning } from '../../keepalived/proof/daemon-words.ts';
import type { DaemonProcess } from '../../keepalived/proof/evidence.ts';
import type { ProofEvidence } from '../../keepalived/proof/proof.ts';
import { UserError } from '../../shared/errors.ts';
import { checkConfiguration, hasFatal } from '../checks/check-configuration.ts';
import { placeText, seeConfiguration } from '../checks/configuration-seen.ts';
import type { ConfigurationSeen } from '../checks/configuration-seen.ts';
import { findMissingConsent, foreseeApply, foreseeReload } from '../checks/foresee-apply.ts';
import type { Consent, Foreseen } from '../checks/foresee-apply.ts';
import { describeIgnored, findNewDangers } from '../checks/known-findings.ts';
import { checkSave } from '../checks/preview.ts';
import type { ApplyDependencies } from '../dependencies.ts';
import { programItself } from '../outcomes.ts';
import type { Actor, ApplyOutcome } from '../outcomes.ts';
import { settleInterrupted } from '../recovery/recover-configuration.ts';
import { expectMovements } from '../service/observe-outcome.ts';
import type { ApplyRequest } from './apply-request.ts';
import { beginChange, beginReload } from './begin-change.ts';
import { endChange, recordStep } from './change.ts';
import type { Change } from './change.ts';
import { conflictWith, findTag } from './conflict.ts';
import { findLastProved } from './kept-versions.ts';
import { makeLive } from './make-live.ts';
import { lookBefore } from './prove-live.ts';

/**
 * Checks, compares, keeps, installs, and makes live what the request brings.
 * @param handed what the caller has read of the files, in the same turn alone; undefined: nothing
 */
export function applyConfiguration(
  parts: ApplyDependencies,
  request: ApplyRequest,
  handed?: ConfigurationSeen,
): Promise<ApplyOutcome> {
  return refusalsToOutcome(async () => {
    const { appliance } = parts;
    const hasMoved = await settleInterrupted(parts);
    const seen = handed && !hasMoved ? handed : await seeConfiguration(appliance, request.fileId);
    const { file: old } = seen;
    if (!old.ok && old.problem !== 'missing') return { kind: 'failed', message: old.message };
    if (findTag(old) !== request.expectedTag) {
      return conflictWith(old, parts.versions, request.actor.userName);
    }
    const candidate = await placeText(appliance, seen, request.text);
    const { findings, known } = await checkSave(appliance, candidate);
    if (hasFatal(findings)) return refused(findings);
    // Not before the check, which takes long: what keepalived does is foreseen from here, and proved
    // against this.
    const before = await lookBefore(appliance, candidate);
    if (before.daemon.state === 'unknown' && !isStored(request.fileId)) {
      return refuseUnseen(before.daemon);
    }
    const isRunning = before.daemon.state === 'running' && !isStored(request.fileId);
    const unproved =
      old.ok && isRunning ? await findLastProved(parts.versions, old.tag) : undefined;
    const dangers = await findNewDangers(appliance, candidate, findings);
    const others = [
      ...dangers.map(describeIgnored),
      // keepalived may run an older file, which was right.
      ...(unproved ? known.map(describeIgnored) : []),
    ];
    const foreseen = await foreseeApply(appliance, candidate, before);
    const { foresight, missing } = await seekConsent(request, others, foreseen);
    if (missing) return missing;
    const savedAtMs = performance.now();
    const begun = await beginChange(parts, request, candidate, before);
    const change = { ...begun, isTolerated: known.length > 0 };
    const outcome = withFindings(await install(parts, change, request), findings);
    const { movements } = foresight;
    const baseline = { before, userName: request.actor.userName };
    return expectMovements(outcome, { movements, savedAtMs, baseline });
  });
}

/**
 * Makes the live file, as it is on disk, what keepalived runs: the check and the proof of a save
 * without its change. Goes back to the last version that was proved, if this one is not.
 */
export function reloadConfiguration(
  parts: ApplyDependencies,
  consent: Consent = {},
  actor: Actor = programItself,
): Promise<ApplyOutcome> {
  return refusalsToOutcome(async () => {
    const { appliance } = parts;
    await settleInterrupted(parts);
    const seen = await seeConfiguration(appliance, 'live');
    const { file: current } = seen;
    if (!current.ok) return { kind: 'failed', message: current.message };
    const candidate = await placeText(appliance, seen, current.text);
    const before = await lookBefore(appliance, candidate);
    if (before.daemon.state === 'unknown') return refuseUnseen(before.daemon);
    if (before.daemon.state !== 'running') {
      return { kind: 'failed', message: 'keepalived is not running: start it instead.' };
    }
    const findings = await checkConfiguration(appliance, candidate);
    if (findings.some(({ endsDaemon }) => endsDaemon)) return refused(findings);
    const ignored = findings.filter(({ severity }) => severity === 'fatal');
    const foreseen = await foreseeEdited(parts, seen, before);
    const { missing } = await seekConsent(consent, ignored.map(describeIgnored), foreseen);
    if (missing) return missing;
    const begun = await beginReload(parts, { ...seen, file: current }, before, actor);
    const change = { ...begun, isTolerated: ignored.length > 0 };
    return withFindings(await makeLive(parts, change, { command: 'reload' }), findings);
  });
}

/**
 * What is foreseen, and what of it is not consented to. A URL that the change brings is asked only once
 * all the rest is: it may be anybody's, and this server asks as root.
 * @param others further dangers
 */
export async function seekConsent(
  consent: Consent,
  others: readonly string[],
  foreseen: Foreseen,
): Promise<{ foresight: Foresight; missing: ApplyOutcome | undefined }> {
  const unasked = withDangers(foreseen.foresight, others);
  const missing = findMissingConsent(unasked, consent);
  if (missing || unasked.hasUnaskedUrl !== true) return { foresight: unasked, missing };
  const foresight = withDangers(await foreseen.askUrls(), others);
  const stillMissing = findMissingConsent(foresight, consent);
  if (stillMissing?.kind !== 'needs-acceptance') return { foresight, missing: stillMissing };
  // All at once: what is confirmed already is not remembered.
  const { addedCommands } = foresight;
  return { foresight, missing: { ...stillMissing, addedCommands } };
}

const withDangers = (foresight: Foresight, dangers: readonly string[]): Foresight => ({
  ...foresight,
  dangers: [...new Set([...foresight.dangers, ...dangers])],
});

/** What loading the live file as it is would do, compared with the version that was proved last. */
export async function foreseeEdited(
  { appliance, versions }: Pick<ApplyDependencies, 'appliance' | 'versions'>,
  seen: ConfigurationSeen,
  sighting: ProofEvidence,
): Promise<Foreseen> {
  const { file } = seen;
  const proved = file.ok ? await findLastProved(versions, file.tag) : undefined;
  return foreseeReload(appliance, seen, proved?.text, sighting);
}

async function install(
  parts: ApplyDependencies,
  change: Change,
  request: ApplyRequest,
): Promise<ApplyOutcome> {
  const { appliance } = parts;
  const { fileId } = request;
  await change.transaction.record('installing');
  const replacement = await appliance.replaceConfigurationFile(fileId, request);
  if (replacement.outcome === 'conflict') {
    await endChange(parts, change, 'conflict');
    const current = await appliance.readConfigurationFile(fileId);
    return conflictWith(current, parts.versions, change.intent.userName);
  }
  if (replacement.outcome === 'failed') {
    // Of a failed fsync of the folder the file knows nothing: it may be the new one already.
    const now = await appliance.readConfigurationFile(fileId);
    await endChange(parts, change, findTag(now) === change.intent.newTag ? 'saved' : 'failed');
    return { kind: 'failed', message: replacement.message };
  }
  await recordStep(change, 'installed');

  const { tag } = replacement;
  const reason = isStored(fileId) ? 'stored-file' : 'daemon-stopped';
  if (reason === 'daemon-stopped' && change.before?.daemon.state === 'running') {
    return makeLive(parts, change, { command: 'reload' });
  }
  await recordStep(change, 'finished');
  await endChange(parts, change, 'saved');
  return { kind: 'saved', tag, findings: [], reason };
}

/** No keepalived runs it. */
const isStored = (fileId: string): boolean => fileId.startsWith('stored-');

function withFindings(outcome: ApplyOutcome, findings: Finding[]): ApplyOutcome {
  return 'findings' in outcome ? { ...outcome, findings } : outcome;
}

/** Whether it is to be reloaded is not known, nor could anything be proved. */
function refuseUnseen(daemon: DaemonProcess & { state: 'unknown' }): ApplyOutcome {
  return { kind: 'failed', message: `Nothing was changed. ${describeNotRunning(daemon)}` };
}

function refused(findings: Finding[]): ApplyOutcome {
  const count = findings.filter(({ severity }) => severity === 'fatal').length;
  return {
    kind: 'refused',
    findings,
    message: `Nothing was changed. Fix ${count > 1 ? `${count} errors` : 'the error'} to save.`,
  };
}

/** What cannot be recorded is not begun; once it has begun, no record stops it. */
async function refusalsToOutcome(change: () => Promise<ApplyOutcome>): Promise<ApplyOutcome> {
  try {
    return await change();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { kind: 'failed', message: `${error.message} The configuration was not changed.` };
  }
}
