/** The newest that the agent told, from which pages are rendered: a request asks nothing of it. */
import type { Mirrored, MirroredPair } from '../../agent/handlers/status.ts';
import type { PairSummary } from '../../keepalived/pair/pair-summary.ts';
import { noEvidence } from '../../keepalived/status/no-evidence.ts';
import { judgeStatus } from '../../keepalived/status/status.ts';
import { machineMs } from '../../shared/clock.ts';
import type { Snapshot } from '../../state/state-keeper.ts';
import type { AgentPort } from './agent-port.ts';
import { agePair, forgetPair } from './mirrored-pair.ts';
import { ageStatus, forgetStatus } from './mirrored-status.ts';
import { ageSummary, forgetSummary } from './mirrored-summary.ts';
import { createSuspensionWatch } from './suspension.ts';

export interface Mirror {
  /** The status, as old as it is; all unknown while the agent does not answer. */
  current: () => Snapshot;
  /** Both servers, as old as it is; undefined: this one is not paired. */
  pairSummary: () => PairSummary | undefined;
  notices: () => Mirrored['notices'];
  waiting: () => Mirrored['waiting'];
  warnings: () => Mirrored['warnings'];
  firstPasswordFile: () => Mirrored['firstPasswordFile'];
  /** The paired servers, as old as what is known of them; undefined: the agent has told nothing. */
  pair: () => MirroredPair | undefined;
  /** Called after each news of the agent. Returns the function that ends it. */
  subscribe(listener: () => void): () => void;
  /** Resolves once the agent has told anything. */
  untilTold: Promise<void>;
  /** Asks the agent for the newest, as somebody who reads; never throws. */
  look(): Promise<void>;
  close(): void;
}

/** A reader has the newest looked for, but not more often than this. */
const leastBetweenLooksMs = 500;
/** Ages are told in seconds: so long they are not counted on. */
const freshForMs = 500;
/** An agent that is well answers within a few ms. */
const answersWithinMs = 3_000;
/** An agent that is well tells something every 30 s, also while nobody looks (decision 050). */
const believedForMs = 60_000;

/**
 * The mirror of what one agent tells.
 * @param findSuspension when the machine slept last
 */
export function createMirror(
  port: Omit<AgentPort, 'openLink'>,
  findSuspension = createSuspensionWatch(),
): Mirror {
  const listeners = new Set<() => void>();
  let newest: { told: Mirrored; atMs: number } | undefined;
  let lookedAtMs = -Infinity;
  /** Since when an answer is awaited; undefined: none is. */
  let awaitedSinceMs: number | undefined;

  const tell = () => {
    for (const listener of listeners) listener();
  };
  let noteFirst = (): void => undefined;
  const untilTold = new Promise<void>((resolve) => (noteFirst = resolve));
  const take = (told: Mirrored) => {
    noteFirst();
    const onTheWayMs = Math.max(0, machineMs() - told.toldAtMs);
    const atMs = performance.now() - onTheWayMs;
    newest = { told: onOwnClock(told, atMs), atMs };
    tell();
  };
  // What comes first is as of now, also after the agent was away.
  const stopFollowing = port.follow('mirror', take);
  port.onTurn(tell);

  async function look(): Promise<void> {
    lookedAtMs = performance.now();
    awaitedSinceMs ??= lookedAtMs;
    try {
      // The row of the table says what it answers.
      const told = (await port.call('look', { address: 'none', request: {} })) as Mirrored;
      awaitedSinceMs = undefined;
      take(told);
    } catch {
      // What the port says of the agent is shown instead.
      awaitedSinceMs = undefined;
    }
  }

  const findProblem = (): string | undefined => {
    const problem = port.findProblem();
    if (problem !== undefined) return problem;
    const isLate =
      awaitedSinceMs !== undefined && performance.now() - awaitedSinceMs >= answersWithinMs;
    if (isLate || passedMs() >= believedForMs) return noAnswer;
    return isFromBeforeSleep() ? notLookedSinceSleep : undefined;
  };
  /** While the machine slept the clocks of ages stood still, and the peer has taken the address. */
  const isFromBeforeSleep = () => {
    const sleep = findSuspension();
    if (!sleep || !newest) return false;
    const { evidenceAgeMs = 0 } = newest.told.snapshot.status;
    return newest.atMs - evidenceAgeMs < sleep.resumedAtMs;
  };
  const passedMs = () => (newest ? performance.now() - newest.atMs : 0);

  return {
    current() {
      if (awaitedSinceMs === undefined && performance.now() - lookedAtMs >= leastBetweenLooksMs) {
        void look();
      }
      const problem = findProblem();
      if (!newest) {
        const nowMs = performance.now();
        const status = forgetStatus(judgeStatus(noEvidence, nowMs), problem ?? notToldYet);
        return { status, hostName: '', services: undefined, nowMs, wallMs: Date.now() };
      }
      const { snapshot } = newest.told;
      const olderMs = passedMs();
      if (problem === undefined && olderMs < freshForMs) return snapshot;
      const aged = ageStatus(snapshot.status, olderMs);
      const status = problem === undefined ? aged : forgetStatus(aged, problem);
      const { nowMs, wallMs } = snapshot;
      return { ...snapshot, status, nowMs: nowMs + olderMs, wallMs: wallMs + olderMs };
    },
    pairSummary() {
      const summary = newest?.told.pairSummary;
      if (!summary) return undefined;
      const problem = findProblem();
      return problem === undefined
        ? ageSummary(summary, passedMs())
        : forgetSummary(summary, passedMs(), problem);
    },
    notices: () => newest?.told.notices ?? [],
    waiting() {
      const waiting = newest?.told.waiting;
      if (!waiting) return undefined;
      return { ...waiting, remainingMs: Math.max(0, waiting.remainingMs - passedMs()) };
    },
    warnings: () => newest?.told.warnings ?? [],
    firstPasswordFile: () => newest?.told.firstPasswordFile,
    pair() {
      if (!newest) return undefined;
      const { pair } = newest.told;
      const problem = findProblem();
      return problem === undefined
        ? agePair(pair, passedMs())
        : forgetPair(pair, passedMs(), problem);
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    untilTold,
    look,
    close() {
      stopFollowing();
      listeners.clear();
    },
  };
}

const notToldYet = 'the agent of this page has not answered yet';
const noAnswer =
  'the agent of this page does not answer; keepalived goes on without it. On the server, look at “journalctl -u keepalived-wai-agent”';

const notLookedSinceSleep =
  'this server was asleep, and its agent has not looked since; it looks within seconds';

/**
 * The monotonic clocks of two processes have different origins.
 * @param nowMs when it was told, on the clock of this one
 */
function onOwnClock(told: Mirrored, nowMs: number): Mirrored {
  const { snapshot } = told;
  const offsetMs = nowMs - snapshot.nowMs;
  const services = snapshot.services && {
    ...snapshot.services,
    atMs: snapshot.services.atMs + offsetMs,
  };
  return { ...told, snapshot: { ...snapshot, services, nowMs } };
}
