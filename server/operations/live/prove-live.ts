import { setTimeout as sleep } from 'node:timers/promises';
import type { Appliance, CommandReport } from '../../appliance/appliance.ts';
import { listServedAddresses } from '../../keepalived/addresses/address-places.ts';
import type { ConfigurationSummary } from '../../keepalived/config/questions.ts';
import type { RuntimeReport } from '../../keepalived/proof/evidence.ts';
import {
  judgeProof,
  judgeWhileReading,
  judgeWithoutAccount,
  longestReadMs,
  proofTimeoutMs,
} from '../../keepalived/proof/proof.ts';
import type { ProofCase, ProofVerdict, ProofEvidence } from '../../keepalived/proof/proof.ts';
import type { ReloadLog } from '../../keepalived/runtime/log/reload-log.ts';
import { tracksAnything } from '../checks/configuration-seen.ts';
import type { Candidate } from '../checks/configuration-seen.ts';
import { followReload } from './follow-reload.ts';
import { createProofLooks } from './proof-looks.ts';

/**
 * Without "Reload complete" in the log: when the reload is over at the latest. A fatal file ends the
 * daemon within 200 ms (measured).
 */
const settleMs = 500;
const logPollMs = 20;
const pollMs = 100;
/** So often in a row it must be seen, for the children may still be at work when all looks well. */
const neededProofs = 2;
const neededFailures = { failed: 2, wrong: 3, pending: Infinity, unheard: Infinity };

/** One look at the machine, past the snapshot: a proof needs facts younger than the reload. */
export async function readProofEvidence(appliance: Appliance): Promise<ProofEvidence> {
  const daemon = await appliance.readDaemon();
  const [network, runtime] = await Promise.all([
    appliance.readNetwork(),
    daemon.state === 'running' ? appliance.readRuntime() : undefined,
  ]);
  return { daemon, runtime, network };
}

/**
 * The look before a change. Where anything is tracked, one text dump tells of that and of the
 * instances: two dumps would be one more line in keepalived's log for the same moment.
 */
export async function lookBefore(
  appliance: Appliance,
  { seen, whole }: Candidate,
): Promise<ProofEvidence> {
  if (!tracksAnything(seen.now) && !tracksAnything(whole)) return readProofEvidence(appliance);
  const daemon = await appliance.readDaemon();
  const [network, tracking] = await Promise.all([
    appliance.readNetwork(),
    daemon.state === 'running' ? appliance.readTracking() : undefined,
  ]);
  if (tracking === undefined) return { daemon, runtime: undefined, network };
  const instances = tracking.ok ? tracking.instances : undefined;
  const runtime: RuntimeReport = instances
    ? { ok: true, source: 'text', instances }
    : await appliance.readRuntime();
  return { daemon, runtime, network, tracking };
}

export interface LoadRequest extends ProofCase {
  /** How keepalived is told to take the file; `none`: it was told already. */
  command: 'reload' | 'start' | 'none';
  /**
   * A restored configuration is proved when keepalived runs it: what it makes of the addresses is
   * awaited, but not held against it, for there is nothing better to go back to.
   */
  restored: boolean;
  /** keepalived is known to report errors in the file; it is proved when keepalived runs anyway. */
  isTolerated?: boolean | undefined;
  /** Called when keepalived was told, before it is looked at. */
  onTold?: () => Promise<void>;
  /** Called with each look. */
  onEvidence?: (sighting: ProofEvidence) => void;
  /**
   * What the files say now; asked once, where keepalived runs something else than was expected:
   * somebody may have edited an included file after it was read.
   */
  readExpected?: () => Promise<ConfigurationSummary | undefined>;
}

export interface LoadResult {
  report: CommandReport | undefined;
  /** Why it is not proved, without a full stop; undefined: it is. */
  failure: string | undefined;
  /** Of a failure: whether keepalived did not take the file, or what came of its states. */
  about: 'load' | 'states';
  /** The last look, and when it began (`performance.now()`). */
  after: ProofEvidence;
  afterAtMs: number;
  /** How long keepalived was seen to read the file, where its log tells. */
  readMs: number;
}

/** Tells keepalived to take the file on disk, and proves that it did. */
export async function loadAndProve(
  appliance: Appliance,
  { command, restored, isTolerated = restored, ...request }: LoadRequest,
): Promise<LoadResult> {
  const { onTold, onEvidence, readExpected, ...proof } = request;
  const { before, expected } = proof;
  const readLog = await followReload(appliance, before.daemon);
  const report =
    command === 'none' ? undefined : await appliance.controlService('keepalived', command);
  if (report && report.result !== 'ok') {
    const failure = (await findComplaint(readLog)) ?? commandFailure(report);
    const afterAtMs = performance.now();
    const after = await readProofEvidence(appliance);
    return { report, failure, about: 'load', after, afterAtMs, readMs: 0 };
  }
  await onTold?.();

  const toldMs = performance.now();
  const limitMs = proofTimeoutMs(expected);
  let deadlineMs = toldMs + limitMs;
  let readMs = 0;
  if (command === 'reload') await awaitReload(readLog);
  let baseline = command === 'start' ? withoutDaemon(proof) : proof;
  let steady = { key: '', times: 0 };
  let isReread = false;
  const looks = createProofLooks(appliance);
  for (;;) {
    const log = await readLog();
    const judge = (sighting: ProofEvidence, hasAccount: boolean): ProofVerdict =>
      (hasAccount ? judgeProof : judgeWithoutAccount)(
        baseline,
        sighting,
        isTolerated ? withoutComplaint(log) : log,
      );
    const { after, afterAtMs, judged } = await looks.next(log, judge);
    onEvidence?.(after);
    const nowMs = performance.now();
    if (log?.isReading) {
      readMs = nowMs - toldMs;
      deadlineMs = Math.max(deadlineMs, Math.min(nowMs + limitMs, toldMs + longestReadMs));
    }
    const verdict = log?.isReading ? judgeWhileReading(judged) : judged;
    const key = keyOf(verdict);
    steady = { key, times: steady.key === key ? steady.times + 1 : 1 };

    const isOver = nowMs >= deadlineMs;
    const isBearable = restored && verdict.kind !== 'proved' && verdict.about === 'states';
    const about = verdict.kind === 'proved' ? 'load' : verdict.about;
    const end = (failure?: string): LoadResult => ({
      ...{ report, failure, about, after, afterAtMs, readMs },
    });
    if (verdict.kind === 'proved') {
      const isWaitedFor = restored && !isOver && !servesAsBefore(before, after);
      if (steady.times >= neededProofs && !isWaitedFor) return end();
    } else if (steady.times >= neededFailures[verdict.kind] && !isBearable) {
      const isAnother = verdict.kind === 'wrong' && verdict.about === 'load' && !isReread;
      const now = isAnother ? await readExpected?.() : undefined;
      if (!now) return end(verdict.reason);
      isReread = true;
      baseline = { ...baseline, expected: now };
      steady = { key: '', times: 0 };
    } else if (isOver) {
      return end(isBearable || verdict.kind === 'unheard' ? undefined : verdict.reason);
    }
    await sleep(pollMs);
  }
}

/** Until keepalived says that it has read the file: what is seen before is the old one. */
async function awaitReload(readLog: () => Promise<ReloadLog | undefined>): Promise<void> {
  const settledMs = performance.now() + settleMs;
  while (performance.now() < settledMs) {
    const log = await readLog();
    if (log?.complete || log?.configurationError !== undefined || log?.fatalLine !== undefined)
      return;
    await sleep(logPollMs);
  }
}

/** What keepalived itself said of a command that failed: more than its exit code does. */
async function findComplaint(
  readLog: () => Promise<ReloadLog | undefined>,
): Promise<string | undefined> {
  await awaitReload(readLog);
  const log = await readLog();
  const complaint = log?.configurationError ?? log?.fatalLine;
  return complaint === undefined ? undefined : `it says: “${complaint}”`;
}

/** A daemon that was restarted has another pid and no past to compare with. */
function withoutDaemon(proof: ProofCase): ProofCase {
  const daemon = { state: 'stopped', stalePidFile: undefined, leftChildPids: [] } as const;
  return { ...proof, before: { ...proof.before, daemon } };
}

/** An error that the previous file had already does not mean that it is not restored. */
function withoutComplaint(log: ReloadLog | undefined): ReloadLog | undefined {
  return log && { ...log, configurationError: undefined };
}

/** The reason of a failure may still become clearer, when the log has caught up. */
function keyOf(verdict: ProofVerdict): string {
  return 'reason' in verdict && verdict.kind !== 'failed'
    ? `${verdict.kind} ${verdict.reason}`
    : verdict.kind;
}

function servesAsBefore(before: ProofEvidence, after: ProofEvidence): boolean {
  const served = new Set(listServedAddresses(after));
  return listServedAddresses(before).every((address) => served.has(address));
}

/** A failed command in one line, with the command itself and what it printed. */
export function commandFailure({ command, result, exitCode, output }: CommandReport): string {
  const how = {
    ok: 'succeeded',
    exited: `ended with exit code ${exitCode ?? 'unknown'}`,
    timedOut: 'did not finish in time',
    notFound: 'is not installed',
    notStarted: 'could not be started',
  }[result];
  return output === '' ? `“${command}” ${how}` : `“${command}” ${how}: ${output}`;
}
