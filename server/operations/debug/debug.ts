/** What is wrong: examinations on request, and the checks that rest upon them. */
import type { Appliance } from '../../appliance/appliance.ts';
import type { ConfigurationSummary } from '../../keepalived/config/questions.ts';
import { orderChecks } from '../../keepalived/diagnosis/check.ts';
import type { Check, CheckId } from '../../keepalived/diagnosis/check.ts';
import { listClusters, proposeFreeVrids } from '../../keepalived/diagnosis/clusters.ts';
import type { HeardCluster } from '../../keepalived/diagnosis/clusters.ts';
import { diagnose } from '../../keepalived/diagnosis/diagnose.ts';
import type { DiagnosisInput } from '../../keepalived/diagnosis/input.ts';
import { createOwnTest } from '../../keepalived/diagnosis/sort-senders.ts';
import type { Evidence } from '../../keepalived/status.ts';
import type { Clock } from '../../state/clock.ts';
import type { StateKeeper } from '../../state-keeper.ts';
import { startExamination } from './examination.ts';
import type { Examination } from './examination.ts';
import { findInterfaces } from './questions.ts';

/** check: long enough to judge by, and to its end · listen: for as long as somebody looks on. */
export type ExaminationKind = 'check' | 'listen';

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
        /** Where nothing was heard, and why, as the end of a sentence. */
        problems: { interfaceName: string; reason: string }[];
      }
    | undefined;
  /** undefined: there is no configuration to judge by; `reason` says why. */
  checks: Check[] | undefined;
  reason: string | undefined;
  /** What was heard on the network. */
  clusters: (HeardCluster & { isOurs: boolean; ownSources: string[] })[];
  freeVirtualRouterIds: number[];
  interfaceNames: string[];
}

export interface Debug {
  /** Begins, unless one is going on already. `false`: there is nothing to examine. */
  begin(kind: ExaminationKind): boolean;
  /** As of now; costs no command. */
  report(): DebugReport;
  /** Calls back when the report has news. Returns the function that ends it. */
  watch(listener: () => void): () => void;
  /** What was captured last on an interface. */
  findPcap(interfaceName: string): Buffer | undefined;
  close(): Promise<void>;
}

const listenSeconds = 60;
const shortestCheckSeconds = 10;
const longestCheckSeconds = 60;
/** A reload of the page is not a departure. */
const departureMs = 2_000;

/** Checks that rest upon the witnesses alone, and so are always of now. */
const cheapChecks = new Set<CheckId>([
  'interface',
  'address-network',
  'healthcheck-interval',
  'tracked-script',
]);

interface Session {
  kind: ExaminationKind;
  examination: Examination;
  /** Of the configuration that was examined. */
  tag: string;
  /** Once it is over. */
  checks?: Check[];
}

export function createDebug({
  appliance,
  keeper,
  clock,
  onProblem,
}: {
  appliance: Appliance;
  keeper: Pick<StateKeeper, 'evidence' | 'refresh'>;
  clock: Clock;
  onProblem: (error: unknown) => void;
}): Debug {
  let session: Session | undefined;
  const listeners = new Set<() => void>();
  let departure: NodeJS.Timeout | undefined;

  const tell = () => {
    for (const listener of listeners) listener();
  };
  const inputOf = (summary: ConfigurationSummary): DiagnosisInput => ({
    ...witnessed(keeper.evidence(), summary, clock),
    ...session?.examination.findings(),
  });
  /** Judged once: what is heard gets old, and must not be judged by later witnesses. */
  const conclude = (over: Session) => {
    const { configuration } = keeper.evidence();
    if (configuration?.value.ok !== true) return;
    over.checks = diagnose(inputOf(configuration.value.summary));
    tell();
  };
  const findChecks = (summary: ConfigurationSummary): Check[] => {
    if (session?.checks === undefined) return diagnose(inputOf(summary));
    const now = diagnose(witnessed(keeper.evidence(), summary, clock));
    return orderChecks([
      ...session.checks.filter(({ id }) => !cheapChecks.has(id)),
      ...now.filter(({ id }) => cheapChecks.has(id)),
    ]);
  };

  return {
    begin(kind) {
      if (session?.examination.isOver() === false) return true;
      const { configuration } = keeper.evidence();
      if (configuration?.value.ok !== true) return false;
      const { summary, tag } = configuration.value;
      if (summary.instances.length === 0) return false;
      const seconds = kind === 'listen' ? listenSeconds : secondsToJudge(summary);
      const examination = startExamination({
        ...{ appliance, keeper, clock, summary, seconds },
        onChange: tell,
      });
      const begun: Session = { kind, examination, tag };
      session = begun;
      examination.ended
        .then(() => {
          conclude(begun);
        })
        .catch(onProblem);
      tell();
      return true;
    },
    report() {
      const { configuration } = keeper.evidence();
      const live = configuration?.value;
      const summary = live?.ok ? live.summary : undefined;
      const heard = session?.examination.findings().heard?.advertisements ?? [];
      const isOwn = summary && createOwnTest(witnessed(keeper.evidence(), summary, clock));
      const ownVrids = new Set(summary?.instances.map(({ virtualRouterId }) => virtualRouterId));
      const ownSources = new Set(heard.filter((one) => isOwn?.(one)).map(({ source }) => source));
      return {
        examination: session && {
          kind: session.kind,
          isRunning: !session.examination.isOver(),
          startedAtMs: session.examination.startedAtMs,
          endsAtMs: session.examination.endsAtMs,
          isOutdated: live?.ok === true && live.tag !== session.tag,
          problems: [...session.examination.problems()].map(([interfaceName, reason]) => ({
            interfaceName,
            reason,
          })),
        },
        checks: summary && findChecks(summary),
        reason: live?.ok === false ? live.reason : undefined,
        clusters: listClusters(heard).map((cluster) => ({
          ...cluster,
          isOurs: ownVrids.has(cluster.virtualRouterId),
          ownSources: cluster.senders
            .map(({ source }) => source)
            .filter((source) => ownSources.has(source)),
        })),
        freeVirtualRouterIds: proposeFreeVrids(heard, summary?.instances ?? []),
        interfaceNames: summary ? findInterfaces(summary) : [],
      };
    },
    watch(listener) {
      clearTimeout(departure);
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
        if (listeners.size > 0 || session?.kind !== 'listen') return;
        const { examination } = session;
        departure = setTimeout(() => {
          examination.close().catch(onProblem);
        }, departureMs);
      };
    },
    findPcap: (interfaceName) => session?.examination.findPcap(interfaceName),
    async close() {
      clearTimeout(departure);
      listeners.clear();
      await session?.examination.close();
    },
  };
}

/** What the witnesses know without any examination. */
function witnessed(
  { runtime, network, tracking }: Evidence,
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
    heard: undefined,
    log: [],
  };
}

/** A master is missed after three intervals and a part; twice that, to hear who answers it. */
function secondsToJudge({ instances }: ConfigurationSummary): number {
  const intervals = instances.map(({ advertIntervalSeconds }) => advertIntervalSeconds);
  const seconds = Math.ceil(8 * Math.max(1, ...intervals));
  return Math.min(Math.max(seconds, shortestCheckSeconds), longestCheckSeconds);
}
