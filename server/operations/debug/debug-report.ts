import type { ConfigurationSummary } from '../../keepalived/config/questions.ts';
import { orderChecks } from '../../keepalived/diagnosis/check.ts';
import type { Check } from '../../keepalived/diagnosis/check.ts';
import { listClusters, proposeFreeVrids } from '../../keepalived/diagnosis/clusters.ts';
import type { DetectedCluster } from '../../keepalived/diagnosis/clusters.ts';
import { diagnose, diagnoseWitnessed } from '../../keepalived/diagnosis/diagnose.ts';
import type { DiagnosisInput } from '../../keepalived/diagnosis/input.ts';
import { createOwnTest } from '../../keepalived/diagnosis/sort-senders.ts';
import type { Evidence } from '../../keepalived/status/status.ts';
import type { Clock } from '../../shared/clock.ts';
import type { Examination } from './examination.ts';
import type { OwnFirewallRule } from './firewall.ts';
import { findListeningPlaces } from './questions.ts';

/** check: long enough to judge by, and to its end · listen: for as long as somebody looks on. */
export type ExaminationKind = 'check' | 'listen';

/** A check with its age. */
export interface ReportedCheck extends Check {
  /** Wall clock, ms: when what it says was so. */
  atMs: number;
  /** Whether more has happened since than it knows of: another file, another state, or much time. */
  isStale: boolean;
}

/** What nobody has looked at for so long may be otherwise. */
export const trustedMs = 10 * 60_000;

export interface DebugReport {
  /** undefined: nobody has asked for one since the start. */
  examination:
    | {
        kind: ExaminationKind;
        isRunning: boolean;
        startedAtMs: number;
        /** When it will be, or was, over; wall clock. */
        endsAtMs: number;
        /** Whether the configuration is another one by now. */
        isOutdated: boolean;
        /** Whether it could not be carried to its end. */
        hasFailed: boolean;
        /** Where nothing was heard, and why, as the end of a sentence. */
        problems: { interfaceName: string; reason: string }[];
      }
    | undefined;
  /** undefined: there is no configuration to judge by; `reason` says why. */
  checks: ReportedCheck[] | undefined;
  reason: string | undefined;
  /** What was heard on the network. */
  clusters: (DetectedCluster & { isOurs: boolean; ownSources: string[] })[];
  freeVirtualRouterIds: number[];
  interfaceNames: string[];
  /** Every rule of this program in the firewall, as last read. */
  ownRules: readonly OwnFirewallRule[];
}

/** An examination that goes on, or the last one. */
export interface Session {
  kind: ExaminationKind;
  examination: Examination;
  /** Of the configuration that was examined. */
  tag: string;
  /** Once it is over. */
  checks?: Check[];
  /** Wall clock, ms: when it was over, which may be before its time. */
  endedAtMs?: number;
  hasFailed?: boolean;
}

/** The report as of now, by what the witnesses say and what the session has found out. */
export function createReport(
  session: Session | undefined,
  evidence: Evidence,
  clock: Clock,
): Omit<DebugReport, 'ownRules'> {
  const live = evidence.configuration?.value;
  const input = live?.ok ? witnessed(evidence, live.summary, clock) : undefined;
  return {
    examination: session && describeExamination(session, live?.ok ? live.tag : undefined),
    checks: input && live?.ok ? findChecks(session, input, live.tag, clock) : undefined,
    reason: live?.ok === false ? live.reason : undefined,
    ...describeNetwork(session, input),
  };
}

function findChecks(
  session: Session | undefined,
  input: DiagnosisInput,
  tag: string,
  clock: Clock,
): ReportedCheck[] {
  const nowMs = clock.wallMs();
  const asOfNow = (checks: Check[]) =>
    checks.map((check) => ({ ...check, atMs: nowMs, isStale: false }));
  if (session?.checks === undefined) {
    return asOfNow(diagnose({ ...input, ...session?.examination.findings() }));
  }
  const now = diagnoseWitnessed(input);
  const renewed = new Set(now.map(({ id }) => id));
  const atMs = Math.min(session.examination.endsAtMs, session.endedAtMs ?? Infinity);
  const states = new Map(
    (input.runtime?.ok ? input.runtime.instances : []).map((instance) => [instance.name, instance]),
  );
  const isStale = ({ about }: Check) =>
    session.tag !== tag ||
    nowMs - atMs > trustedMs ||
    (states.get(about.instance)?.lastTransitionAtMs ?? -Infinity) > atMs;
  const examined = session.checks
    .filter(({ id }) => !renewed.has(id))
    .map((check) => ({ ...check, atMs, isStale: isStale(check) }));
  return orderByAge(orderChecks([...examined, ...asOfNow(now)]));
}

/** What is as it was seen first. */
function orderByAge<Aged extends { isStale: boolean }>(checks: readonly Aged[]): Aged[] {
  return checks.toSorted((one, other) => Number(one.isStale) - Number(other.isStale));
}

function describeExamination(
  { kind, examination, tag, hasFailed = false }: Session,
  tagNow: string | undefined,
): DebugReport['examination'] {
  const { startedAtMs, endsAtMs } = examination;
  return {
    ...{ kind, startedAtMs, endsAtMs, hasFailed },
    isRunning: !examination.isOver(),
    isOutdated: tagNow !== undefined && tagNow !== tag,
    problems: [...examination.problems()].map(([interfaceName, reason]) => ({
      interfaceName,
      reason,
    })),
  };
}

function describeNetwork(
  session: Session | undefined,
  input: DiagnosisInput | undefined,
): Pick<DebugReport, 'clusters' | 'freeVirtualRouterIds' | 'interfaceNames'> {
  const heard = session?.examination.findings().heard?.advertisements ?? [];
  const instances = input?.configuration.instances ?? [];
  const ownVrids = new Set(instances.map(({ virtualRouterId }) => virtualRouterId));
  const isOwn = input && createOwnTest(input);
  const ownSources = new Set(heard.filter((one) => isOwn?.(one)).map(({ source }) => source));
  return {
    clusters: listClusters(heard).map((cluster) => ({
      ...cluster,
      isOurs: ownVrids.has(cluster.virtualRouterId),
      ownSources: cluster.senders
        .map(({ source }) => source)
        .filter((source) => ownSources.has(source)),
    })),
    freeVirtualRouterIds: proposeFreeVrids(heard, instances),
    interfaceNames: input
      ? [...findListeningPlaces(input.configuration, input.network).keys()]
      : [],
  };
}

/** What the witnesses know without any examination. */
function witnessed(
  { runtime, network, tracking, scriptObstacles }: Evidence,
  configuration: ConfigurationSummary,
  clock: Clock,
): DiagnosisInput {
  const ageMs = runtime ? clock.monotonicMs() - runtime.atMs : 0;
  return {
    configuration,
    runtime: runtime?.value,
    runtimeAtMs: clock.wallMs() - ageMs,
    network: network?.value,
    tracking: tracking?.value,
    scriptObstacles,
    heard: undefined,
    log: [],
  };
}
