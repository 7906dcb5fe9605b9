import type { Appliance, CommandReport } from '../../appliance/appliance.ts';
import {
  hasPlaceholder,
  placeholderVirtualAddress,
} from '../../keepalived/config/default-configurations.ts';
import type { ConfigurationSummary } from '../../keepalived/config/questions.ts';
import type { Finding } from '../../keepalived/config/rules/finding.ts';
import { describeNotRunning } from '../../keepalived/proof/daemon-words.ts';
import type { DaemonProcess } from '../../keepalived/proof/evidence.ts';
import type { ProofEvidence } from '../../keepalived/proof/proof.ts';
import { readLiveConfiguration } from '../../state/live-configuration.ts';
import { checkConfiguration } from '../checks/check-configuration.ts';
import { placeText, seeConfiguration } from '../checks/configuration-seen.ts';
import type { Consent } from '../checks/foresee-apply.ts';
import { describeIgnored } from '../checks/known-findings.ts';
import { findDuplicateBeforeStart } from '../debug/duplicate-before-start.ts';
import type { ApplyDependencies } from '../dependencies.ts';
import { foreseeEdited, reloadConfiguration, seekConsent } from '../live/apply-configuration.ts';
import { ignoreFullDisk } from '../live/change.ts';
import { keepCurrent } from '../live/kept-versions.ts';
import { commandFailure, loadAndProve, readProofEvidence } from '../live/prove-live.ts';
import { settleAddresses } from '../live/settle-addresses.ts';
import { programItself } from '../outcomes.ts';
import type { ActionOutcome, Actor, ApplyOutcome } from '../outcomes.ts';
import { askBeforeStop, findStopDangers } from './stop-question.ts';

export type KeepalivedAction = 'start' | 'stop' | 'reload';

/** What somebody has read and accepted. */
export interface ControlConsent extends Pick<Consent, 'acceptedDangers'> {
  startAnyway?: boolean;
  /** Who asks; without one, this program itself. */
  actor?: Actor;
}

/**
 * Start, Stop and Reload keepalived; what is said afterwards is what was seen, not what was asked. A
 * stop that gives up several addresses is asked first.
 */
export function controlKeepalived(
  parts: ApplyDependencies,
  action: KeepalivedAction,
  { startAnyway = false, actor = programItself, ...consent }: ControlConsent = {},
): Promise<ActionOutcome> {
  switch (action) {
    case 'start':
      return start(parts, startAnyway);
    case 'stop':
      return stop(parts, consent);
    case 'reload':
      return reloadConfiguration(parts, consent, actor).then(reloadWords);
  }
}

/**
 * Stop, then start, once the file has passed the check: a restart must not end in a stop. What
 * keepalived would ignore, and what the stop and the file would do to the addresses, has to be accepted first.
 */
export async function restartKeepalived(
  parts: ApplyDependencies,
  consent: Pick<Consent, 'acceptedDangers'> = {},
): Promise<ActionOutcome> {
  const { appliance } = parts;
  const sighting = await readProofEvidence(appliance);
  if (sighting.daemon.state === 'unknown') return refuseUnseen('restarted', sighting.daemon);
  const seen = await seeConfiguration(appliance, 'live');
  const { file: live } = seen;
  if (!live.ok) return failed(`keepalived was not restarted: ${live.message}`, undefined);
  const candidate = await placeText(appliance, seen, live.text);
  const findings = await checkConfiguration(appliance, candidate);
  if (findings.some(({ endsDaemon }) => endsDaemon)) {
    return failed(`keepalived was not restarted. ${fatalWords(findings)}`, undefined);
  }
  const ignored = findings.filter(({ severity }) => severity === 'fatal').map(describeIgnored);
  const isRunning = sighting.daemon.state === 'running';
  const released = isRunning
    ? (await findStopDangers(appliance, sighting, parts.readPairSummary?.())).dangers
    : [];
  const foreseen = await foreseeEdited(parts, seen, sighting);
  const { missing } = await seekConsent(consent, [...ignored, ...released], foreseen);
  if (missing?.kind === 'needs-acceptance') {
    const sentence = 'keepalived was not restarted yet. Read what the restart would do.';
    const { dangers } = missing;
    return { ...failed(sentence, undefined), needsConfirmation: true, dangers };
  }
  const stopped = await stopSeen(appliance, await readProofEvidence(appliance));
  return stopped.ok ? start(parts, true) : stopped;
}

/**
 * Starts keepalived and proves that it lives with the instances of its file. An instance in FAULT is
 * told, but it was started. Nothing is written, so there is nothing to restore.
 */
async function start(parts: ApplyDependencies, startAnyway: boolean): Promise<ActionOutcome> {
  const { appliance, keeper } = parts;
  const before = await readProofEvidence(appliance);
  if (before.daemon.state === 'running') return done('keepalived is already running.', undefined);
  if (before.daemon.state === 'unknown') return refuseUnseen('started', before.daemon);
  const refusal = await findReasonNotToStart(appliance, startAnyway ? 'anyway' : 'asking');
  if (refusal) return refusal;
  const live = await readLiveConfiguration(appliance);
  if (!live.ok) return failed(`keepalived was not started: ${live.reason}`, undefined);

  const { failure, about, after, report } = await loadAndProve(appliance, {
    ...{ command: 'start', restored: false, isTolerated: startAnyway, before },
    ...{ expected: live.summary, previous: undefined },
  });
  // Exit code 0 also means "daemon is already running": only the process itself is a proof.
  const isRunning = after.daemon.state === 'running';
  if (failure !== undefined && about === 'load') {
    if (after.daemon.state === 'unknown') {
      return failed(`keepalived was told to start. ${describeNotRunning(after.daemon)}`, report);
    }
    const state = isRunning ? 'is running, but not as its file says' : 'is not running';
    return failed(`keepalived ${state}: ${failure}. View Log shows more.`, report);
  }
  keeper.noteLoaded(live.tag);
  if (failure !== undefined) return done(`keepalived was started, but ${failure}.`, report);
  await rememberProved(parts, live.tag);
  return done('keepalived was started.', report);
}

/** A file that keepalived was started with is one to go back to. */
async function rememberProved(
  { appliance, versions }: ApplyDependencies,
  tag: string,
): Promise<void> {
  const current = await appliance.readConfigurationFile('live');
  if (!current.ok || current.tag !== tag) return;
  try {
    const { id } = await keepCurrent(versions, current);
    await versions.setOutcome(id, 'live');
  } catch (error) {
    ignoreFullDisk(error);
  }
}

/** @param how `asking`: whatever is doubtful is asked; `anyway`: that was accepted */
async function findReasonNotToStart(
  appliance: Appliance,
  how: 'asking' | 'anyway',
): Promise<ActionOutcome | undefined> {
  const seen = await seeConfiguration(appliance, 'live');
  const { file: live, now } = seen;
  if (!live.ok) {
    const remedy =
      live.problem === 'missing' ? ' Click Set Default Master or Set Default Backup first.' : '';
    return failed(`keepalived was not started: ${live.message}${remedy}`, undefined);
  }
  const candidate = await placeText(appliance, seen, live.text);
  const findings = await checkConfiguration(appliance, candidate);
  const ignored = findings.filter(({ severity }) => severity === 'fatal');
  if (findings.some(({ endsDaemon }) => endsDaemon)) {
    return failed(`keepalived was not started. ${fatalWords(findings)}`, undefined);
  }
  if (how !== 'asking') return undefined;
  const doubt = await findDoubt(appliance, now.summary);
  if (doubt === undefined && ignored.length === 0) return undefined;
  const sentence =
    ignored.length === 0
      ? ''
      : 'keepalived would start with this file, but would ignore or change what is listed here. Correct the file, or start keepalived anyway on the Keepalived page.';
  return {
    ...failed([sentence, doubt].filter(Boolean).join(' '), undefined),
    ...{ needsConfirmation: true, dangers: ignored.map(describeIgnored) },
  };
}

/** Why a start is probably not meant yet. */
async function findDoubt(
  appliance: Appliance,
  summary: ConfigurationSummary,
): Promise<string | undefined> {
  if (hasPlaceholder(summary)) {
    return `The virtual IP is still the placeholder ${placeholderVirtualAddress}, the example address of the defaults. Click Edit Config Files and change virtual_ipaddress first.`;
  }
  const duplicate = await findDuplicateBeforeStart(appliance, summary);
  return duplicate === undefined
    ? undefined
    : `${duplicate} Find that machine first: the Debug page shows its MAC address.`;
}

async function stop(
  { appliance, readPairSummary }: ApplyDependencies,
  { acceptedDangers }: Pick<Consent, 'acceptedDangers'>,
): Promise<ActionOutcome> {
  const before = await readProofEvidence(appliance);
  const isRunning = before.daemon.state === 'running';
  const question = isRunning
    ? await askBeforeStop(appliance, before, readPairSummary?.(), acceptedDangers)
    : undefined;
  return question ?? stopSeen(appliance, before);
}

/** Stops the keepalived of this look; what it gives up was accepted. */
async function stopSeen(appliance: Appliance, before: ProofEvidence): Promise<ActionOutcome> {
  if (before.daemon.state === 'unknown') return refuseUnseen('stopped', before.daemon);
  if (before.daemon.state !== 'running') return done('keepalived is not running.', undefined);
  const report = await appliance.controlService('keepalived', 'stop');
  if (report.result !== 'ok') {
    return failed(`keepalived was not stopped: ${commandFailure(report)}`, report);
  }
  const after = await readProofEvidence(appliance);
  if (after.daemon.state === 'unknown') {
    return failed(`keepalived was told to stop. ${describeNotRunning(after.daemon)}`, report);
  }
  if (after.daemon.state === 'running') {
    return failed(
      'keepalived was told to stop, but it is still running. Try again, or check the log.',
      report,
    );
  }
  return done(
    ['keepalived was stopped.', ...(await nameLeft(appliance, before, after))].join(' '),
    report,
  );
}

/**
 * What the end of a keepalived left that could not say what it serves: one that hangs is killed in
 * the end, and its addresses stay (measured, 2.2.7).
 */
async function nameLeft(
  appliance: Appliance,
  before: ProofEvidence,
  after: ProofEvidence,
): Promise<string[]> {
  if (before.runtime?.ok) return [];
  const live = await readLiveConfiguration(appliance);
  return live.ok
    ? settleAddresses(appliance, { before: undefined, served: [], after }, [live.summary])
    : [];
}

function reloadWords(outcome: ApplyOutcome): ActionOutcome {
  switch (outcome.kind) {
    case 'live':
      return done('keepalived was reloaded and runs with the file as it is.', outcome.report);
    case 'refused':
      return failed(`keepalived was not reloaded. ${fatalWords(outcome.findings)}`, undefined);
    case 'needs-acceptance': {
      const sentence = 'keepalived was not reloaded yet. Read what the current file would do.';
      return { ...failed(sentence, undefined), needsConfirmation: true, dangers: outcome.dangers };
    }
    case 'saved':
    case 'awaiting-confirmation':
    case 'conflict':
    case 'failed':
    case 'restored':
    case 'restore-failed':
      return failed(
        'message' in outcome ? outcome.message : 'keepalived is not running.',
        undefined,
      );
  }
}

function fatalWords(findings: Finding[]): string {
  const fatal = findings.filter(({ severity }) => severity === 'fatal');
  const first = fatal.find(({ endsDaemon }) => endsDaemon) ?? fatal[0];
  if (!first) return '';
  const place = first.line === undefined ? '' : `Line ${first.line}: `;
  const more =
    fatal.length > 1 ? ` (and ${fatal.length - 1} more; Edit Config Files shows all)` : '';
  return `The configuration file cannot be used. ${place}${first.message} ${first.remedy}${more}`;
}

/** Whether it runs is not known, so what this would do is not known either. */
function refuseUnseen(
  what: 'started' | 'stopped' | 'restarted',
  daemon: DaemonProcess & { state: 'unknown' },
): ActionOutcome {
  return failed(`keepalived was not ${what}. ${describeNotRunning(daemon)}`, undefined);
}

const done = (sentence: string, report: CommandReport | undefined): ActionOutcome => ({
  ok: true,
  sentence,
  report,
  needsConfirmation: false,
});
const failed = (sentence: string, report: CommandReport | undefined): ActionOutcome => ({
  ...done(sentence, report),
  ok: false,
});
