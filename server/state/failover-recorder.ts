/**
 * The history of failovers: what the log, keepalived's account and its process tell of changes of
 * state, what the kernel tells of the addresses, and what the alarms tell of a second master, each
 * written down once with the time at which it happened.
 */
import type { RuntimeInstance } from '../keepalived/proof/evidence.ts';
import type { LogLine } from '../keepalived/runtime/log/log-lines.ts';
import type { StateStart } from '../keepalived/status/state-start.ts';
import type { DrillOrders, Evidence, KeepalivedStatus } from '../keepalived/status/status.ts';
import { findTransitions, isTransitionLine } from '../keepalived/transitions/transitions.ts';
import type { LastingState, Transition } from '../keepalived/transitions/transitions.ts';
import { estimateUnserved } from '../keepalived/transitions/unserved-time.ts';
import type { Clock } from '../shared/clock.ts';
import { onBeat } from '../shared/watching/beat.ts';
import { findDrillOrders } from './drill-orders.ts';
import { findPid } from './evidence-collector.ts';
import type {
  FailoverRecord,
  FailoverStore,
  FinishedAction,
  TransitionRecord,
} from './failover-records.ts';
import { createSplitBrainWatch } from './split-brain-watch.ts';
import { createStateStarts } from './state-starts.ts';
import { findStoppedInstances, findUnloggedChanges } from './unlogged-changes.ts';

export interface FailoverRecorder {
  /**
   * Begins: what the log told while nobody watched is written down, and that nobody did.
   * @param lines the newest lines of the log, oldest first
   */
  start(lines: readonly LogLine[]): void;
  noteLines(lines: readonly LogLine[]): void;
  noteEvidence(evidence: Evidence, status: KeepalivedStatus): void;
  /** What somebody has just done by this program. */
  noteAction(action: FinishedAction): void;
  /** Since when each instance has been in its state, by what was recorded. */
  stateBegins: () => ReadonlyMap<string, StateStart>;
  /** The drills that last, by what was recorded. */
  drillOrders: () => DrillOrders;
  /** Writes what is pending and ends. */
  close(): Promise<void>;
}

/** Until the lines after a change, and the dump that it causes, are here. */
const settleMs = 1_500;
const touchEveryMs = 30_000;
/** How often it is looked whether the program is awake, and after how long a silence it was not. */
const beatEveryMs = 1_000;
const longestSilenceMs = 5_000;
/** So many lines before a change may explain it. */
const contextLines = 300;
/**
 * Not more lines are read at once: no request is answered during it. Three hundred instances that change
 * log some two thousand.
 */
const mostLines = 5_000;
/** The log's stamps are of whole seconds, the dump's of microseconds. */
const sameMomentMs = 2_000;

export function createFailoverRecorder({
  store,
  clock,
  onProblem,
  onRecorded,
}: {
  store: FailoverStore;
  clock: Clock;
  onProblem: (error: unknown) => void;
  onRecorded: () => void;
}): FailoverRecorder {
  const begins = createStateStarts();
  const splitBrains = createSplitBrainWatch();
  const states = new Map<string, LastingState>();
  const lastAtMs = new Map<string, number>();
  /** When each ceased to be master last. */
  const leftAtMs = new Map<string, number>();
  const serving = new Map<string, string>();
  for (const record of store.entries()) {
    if (record.kind === 'transition') states.set(record.instance, record.to);
  }
  let orders = findDrillOrders(store.entries());
  let context: LogLine[] = [];
  let pending: Happening[] = [];
  let pendingServing: ServingChange[] = [];
  /** Wall clock, ms: when the first of the lines came that were too many to read. */
  let passedOverFromMs: number | undefined;
  /** Monotonic, ms: a dump from before it does not know what the lines told. */
  let linesSeenAtMs = -Infinity;
  let evidence: Evidence | undefined;
  /** Of the daemon as it was last seen; a look that failed says nothing of it. */
  let pid: number | undefined;
  let hasBegun = false;
  let awakeAt = readClocks(clock);
  /** Monotonic, ms: a look at the kernel that was begun before it says nothing of now. */
  let watchedFromMs = -Infinity;
  let settling: NodeJS.Timeout | undefined;
  let stopBeats: (() => void)[] = [];
  let writing: Promise<void> = Promise.resolve();

  const write = (records: FailoverRecord[]) => {
    if (records.length === 0) return;
    writing = store.append(records).catch(onProblem);
    orders = findDrillOrders(store.entries());
    onRecorded();
  };

  /** A stamp of whole seconds may lie before what came before it. */
  const afterLast = (atMs: number, instance: string): number => {
    const lastMs = lastAtMs.get(instance) ?? -Infinity;
    const laterMs = atMs < lastMs && lastMs - atMs < 1_000 ? lastMs : atMs;
    lastAtMs.set(instance, laterMs);
    return laterMs;
  };
  const toRecord = (
    transition: Transition,
    source: TransitionRecord['source'],
  ): TransitionRecord => {
    const instance = findInstance(evidence, transition.instance);
    const atMs = afterLast(preciseTime(transition, instance), transition.instance);
    const { from, reason, ...rest } = transition;
    const unservedAtMostMs =
      instance &&
      estimateUnserved(transition, {
        version: instance.version,
        advertIntervalSeconds: instance.advertIntervalSeconds,
        priority: instance.effectivePriority,
      });
    return {
      kind: 'transition',
      ...{ ...rest, atMs, source },
      ...(from && { from }),
      ...(reason && { reason }),
      ...(unservedAtMostMs !== undefined && { unservedAtMostMs }),
    };
  };
  const take = (transitions: Transition[], source: TransitionRecord['source']) =>
    transitions.map((transition) => {
      const record = toRecord(transition, source);
      states.set(record.instance, record.to);
      begins.noteChange(record, findInstance(evidence, record.instance));
      if (record.from === 'MASTER') leftAtMs.set(record.instance, record.atMs);
      return record;
    });

  const noteLinesPending = (lines: readonly LogLine[]) => {
    const last = pending.at(-1);
    if (last && 'lines' in last) last.lines.push(...lines);
    else pending.push({ lines: [...lines] });
    let tooMany = -mostLines;
    for (const happening of pending) if ('lines' in happening) tooMany += happening.lines.length;
    if (tooMany <= 0) return;
    passedOverFromMs ??= clock.wallMs();
    for (const happening of pending) {
      if ('lines' in happening) tooMany -= happening.lines.splice(0, tooMany).length;
      if (tooMany <= 0) return;
    }
  };

  function takeHappening(happening: Happening): TransitionRecord[] {
    if ('endedAtMs' in happening) {
      return take(findStoppedInstances(states, happening.endedAtMs, lastAtMs), 'process');
    }
    const { lines } = happening;
    const transitions = lines.some(isTransitionLine) ? findTransitions(context, lines, states) : [];
    context = [...context, ...lines].slice(-contextLines);
    return take(transitions, 'log');
  }

  function settle(): void {
    clearTimeout(settling);
    settling = undefined;
    if (passedOverFromMs !== undefined) noteGap(passedOverFromMs);
    passedOverFromMs = undefined;
    const records: FailoverRecord[] = pending.flatMap(takeHappening);
    pending = [];
    if (evidence)
      records.push(...take(findUnloggedChanges(evidence, states, linesSeenAtMs), 'dump'));
    records.push(...pendingServing.map((change) => dateServing(change, leftAtMs)));
    write(records.toSorted((one, other) => one.atMs - other.atMs));
    pendingServing = [];
  }
  const settleSoon = () => {
    settling ??= setTimeout(settle, settleMs);
  };

  /** What happened since then may be missing; what is so now is looked for and written down. */
  function noteGap(fromMs: number): void {
    write([{ kind: 'gap', fromMs, atMs: clock.wallMs() }]);
    serving.clear();
    splitBrains.forget();
  }

  /**
   * Notices that the program was stopped or hung, or the machine slept: the monotonic clock stands
   * still in a sleep, and the wall clock may be set back.
   */
  function noteAwake(): void {
    const now = readClocks(clock);
    const { wallMs, monotonicMs } = awakeAt;
    awakeAt = now;
    const silenceMs = Math.max(now.wallMs - wallMs, now.monotonicMs - monotonicMs);
    if (!hasBegun || silenceMs <= longestSilenceMs) return;
    settle();
    noteGap(Math.min(wallMs, now.wallMs));
    watchedFromMs = now.monotonicMs;
  }

  /** The last change of each instance that was recorded before the start. */
  const noteLastChanges = () => {
    for (const record of store.entries()) {
      if (record.kind !== 'transition') continue;
      begins.noteChange(record, findInstance(evidence, record.instance));
    }
  };

  const noteServing = (status: KeepalivedStatus, lookedAtMs: number | undefined) => {
    const { wallMs, monotonicMs } = readClocks(clock);
    for (const record of findServingChanges(status, serving, wallMs)) {
      const wasHere = serving.get(record.instance) === 'Yes' && lookedAtMs !== undefined;
      const notBeforeMs = wasHere ? wallMs - (monotonicMs - lookedAtMs) : wallMs;
      pendingServing.push({ record, notBeforeMs });
      serving.set(record.instance, record.serving);
    }
  };

  return {
    start(lines) {
      const { lastTouchedAtMs } = store;
      const now = clock.wallMs();
      write([
        {
          kind: 'gap',
          ...(lastTouchedAtMs !== undefined && { fromMs: lastTouchedAtMs }),
          atMs: now,
        },
      ]);
      // A stamp of whole seconds stands for all of its second; what is known already is passed over.
      const newFromMs = Math.floor((lastTouchedAtMs ?? 0) / 1000) * 1000;
      const firstNew = lines.findIndex(({ atMs }) => atMs !== undefined && atMs >= newFromMs);
      const from = firstNew === -1 ? lines.length : firstNew;
      context = lines.slice(Math.max(0, from - contextLines), from);
      begins.noteLines(lines);
      // Else changes may be missing between the last record and the first line.
      if (from > 0) noteLastChanges();
      noteLinesPending(lines.slice(from));
      const state = evidence?.daemon?.value.state;
      if (state === 'stopped' || state === 'not-installed') {
        pending.push({ endedAtMs: now });
      }
      hasBegun = true;
      awakeAt = readClocks(clock);
      settleSoon();
      const touch = () => {
        noteAwake();
        void store.touch().catch(onProblem);
      };
      stopBeats = [onBeat(beatEveryMs, noteAwake), onBeat(touchEveryMs, touch)];
    },
    noteLines(lines) {
      noteAwake();
      begins.noteLines(lines);
      noteLinesPending(lines);
      if (lines.some(isTransitionLine)) {
        linesSeenAtMs = clock.monotonicMs();
        settleSoon();
      } else if (!settling) {
        // They only explain what may come.
        for (const happening of pending) takeHappening(happening);
        pending = [];
      }
    },
    noteEvidence(newEvidence, status) {
      noteAwake();
      const oldPid = pid;
      const lookedAtMs = evidence?.network?.atMs;
      evidence = newEvidence;
      const { network } = newEvidence;
      if (!network || network.atMs > watchedFromMs) noteServing(status, lookedAtMs);
      if (evidence.daemon?.value.state !== 'unknown') pid = findPid(evidence);
      const hasEnded = oldPid !== undefined && pid !== oldPid;
      if (hasEnded) begins.clear();
      if (evidence.runtime?.value.ok) begins.noteAccount(evidence.runtime.value.instances);
      if (!hasBegun) return;
      write(splitBrains.note(evidence, status, readClocks(clock)));
      if (hasEnded) pending.push({ endedAtMs: endOfOldProcess(evidence, clock.wallMs()) });
      const changes = findUnloggedChanges(evidence, states, linesSeenAtMs);
      if (hasEnded || pendingServing.length > 0 || changes.length > 0) settleSoon();
    },
    noteAction({ durationMs, ...action }) {
      const untilMs = clock.wallMs();
      write([{ kind: 'action', atMs: untilMs - durationMs, untilMs, ...action }]);
    },
    stateBegins: begins.current,
    drillOrders: () => orders,
    async close() {
      for (const stop of stopBeats) stop();
      if (settling) settle();
      await writing;
      await store.touch().catch(onProblem);
    },
  };
}

/** What is to be written down, in the order in which it came. */
type Happening = { lines: LogLine[] } | { endedAtMs: number };

/** Where another runs already: before that one's start, in whole seconds as the log's lines are. */
function endOfOldProcess({ daemon }: Evidence, wallMs: number): number {
  return daemon?.value.state === 'running'
    ? Math.floor(daemon.value.startedAtMs / 1000) * 1000 - 1
    : wallMs;
}

const readClocks = (clock: Clock) => ({
  wallMs: clock.wallMs(),
  monotonicMs: clock.monotonicMs(),
});

function findInstance(evidence: Evidence | undefined, name: string): RuntimeInstance | undefined {
  const report = evidence?.runtime?.value;
  return report?.ok ? report.instances.find((instance) => instance.name === name) : undefined;
}

/** keepalived's own account knows the moment to the microsecond, if it speaks of the same change. */
function preciseTime({ atMs, to }: Transition, instance: RuntimeInstance | undefined): number {
  const preciseMs = instance?.state === to ? instance.lastTransitionAtMs : undefined;
  const isSame = preciseMs !== undefined && Math.abs(preciseMs - atMs) < sameMomentMs;
  return isSame ? preciseMs : atMs;
}

type ServingRecord = Extract<FailoverRecord, { kind: 'serving' }>;

/** What the kernel was seen to have, and until when it was seen to have the address. */
interface ServingChange {
  record: ServingRecord;
  notBeforeMs: number;
}

/**
 * Where the look at the kernel was late, the address was given up when keepalived ceased to be
 * master, unless it was still seen here after that.
 */
function dateServing(
  { record, notBeforeMs }: ServingChange,
  leftAtMs: ReadonlyMap<string, number>,
): ServingRecord {
  const atMs = leftAtMs.get(record.instance);
  if (record.serving === 'Yes' || atMs === undefined || atMs < notBeforeMs) return record;
  return record.atMs - atMs > sameMomentMs ? { ...record, atMs } : record;
}

function findServingChanges(
  { instances }: KeepalivedStatus,
  known: ReadonlyMap<string, string>,
  wallMs: number,
) {
  const now = new Map(instances.map(({ name, serving }) => [name, serving]));
  // What is no longer heard of may have been served on.
  for (const name of known.keys()) if (!now.has(name)) now.set(name, 'Unknown');
  return [...now]
    .filter(([name, word]) => known.get(name) !== word)
    .map(([instance, word]) => ({
      kind: 'serving' as const,
      atMs: wallMs,
      instance,
      serving: word,
    }));
}
