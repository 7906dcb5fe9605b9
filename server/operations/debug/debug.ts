/** What is wrong: examinations on request, and the checks that rest on them. */
import type { Appliance } from '../../appliance/appliance.ts';
import type { ConfigurationSummary } from '../../keepalived/config/questions.ts';
import { noteExamination } from '../../keepalived/status/alarms/debug-findings.ts';
import type { DebugFinding } from '../../keepalived/status/alarms/debug-findings.ts';
import type { Clock } from '../../shared/clock.ts';
import type { StateKeeper } from '../../state/state-keeper.ts';
import { createReport } from './debug-report.ts';
import type { DebugReport, ExaminationKind, Session } from './debug-report.ts';
import { startExamination } from './examination.ts';
import { createOwnRulesReader } from './own-rules.ts';
import { findLongestInterval } from './questions.ts';

export interface Debug {
  /** Begins, unless one is going on already. `false`: there is nothing to examine. */
  begin(kind: ExaminationKind): boolean;
  /** Begins, and ends what is going on: something has changed of which it does not know. */
  beginAnew(kind: ExaminationKind): void;
  /** As of now; costs no command. */
  report(): DebugReport;
  /** Reads our rules in the firewall again, for the next report. */
  refreshOwnRules(): Promise<void>;
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
const departureMs = 4_000;
/** A check that ends so much before its time has seen enough. */
const graceMs = 1_000;

export function createDebug({
  appliance,
  keeper,
  clock,
  onProblem,
  onFindings,
}: {
  appliance: Appliance;
  keeper: Pick<StateKeeper, 'evidence' | 'refresh'>;
  clock: Clock;
  onProblem: (error: unknown) => void;
  /** Told after each examination what is proved by now. */
  onFindings?: (findings: readonly DebugFinding[]) => void;
}): Debug {
  let session: Session | undefined;
  const ownRules = createOwnRulesReader(appliance, clock, onProblem);
  let findings: readonly DebugFinding[] = [];
  const listeners = new Set<() => void>();
  let departure: NodeJS.Timeout | undefined;

  const tell = () => {
    for (const listener of listeners) listener();
  };
  /** Judged once: what is heard gets old, and must not be judged by later witnesses. */
  const conclude = (over: Session) => {
    const { checks } = createReport(over, keeper.evidence(), clock);
    if (checks) {
      over.checks = checks;
      over.endedAtMs = clock.wallMs();
      findings = noteExamination(findings, checks, describeEnd(over, clock));
      onFindings?.(findings);
    }
    tell();
  };

  const start = (kind: ExaminationKind): boolean => {
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
      .catch((error: unknown) => {
        begun.hasFailed = true;
        onProblem(error);
      })
      .then(() => {
        conclude(begun);
      })
      .catch(onProblem);
    tell();
    return true;
  };

  return {
    begin: (kind) => session?.examination.isOver() === false || start(kind),
    beginAnew(kind) {
      ownRules.forget();
      session?.examination.close().catch(onProblem);
      start(kind);
    },
    report: () => ({
      ...createReport(session, keeper.evidence(), clock),
      ownRules: ownRules.current() ?? [],
    }),
    refreshOwnRules: () => ownRules.refresh(),
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

/** When an examination that is over ended, and whether it saw all that it should. */
function describeEnd({ examination, hasFailed, tag }: Session, clock: Clock) {
  const atMs = Math.min(clock.wallMs(), examination.endsAtMs);
  const isLong = atMs >= examination.endsAtMs - graceMs;
  return { atMs, tag, isWhole: isLong && hasFailed !== true && examination.problems().size === 0 };
}

/** A master is missed after three intervals and a part; twice that, to hear who answers it. */
function secondsToJudge(summary: ConfigurationSummary): number {
  const seconds = Math.ceil(8 * findLongestInterval(summary));
  return Math.min(Math.max(seconds, shortestCheckSeconds), longestCheckSeconds);
}
