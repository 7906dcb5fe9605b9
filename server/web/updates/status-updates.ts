import type { PairSummary } from '../../keepalived/pair/pair-summary.ts';
import type { Snapshot } from '../../state/state-keeper.ts';
import type { Mirror } from '../agent/mirror.ts';

/** A change of what the status says. */
export interface StatusEvent {
  /** Grows with every change, over restarts too. */
  id: number;
  snapshot: Snapshot;
  /** Both servers; undefined: this one is not paired. */
  pair: PairSummary | undefined;
}

export type News =
  | { kind: 'changed'; event: StatusEvent }
  /** The same as before, looked at again. */
  | { kind: 'unchanged'; snapshot: Snapshot; pair: PairSummary | undefined };

export interface StatusUpdates {
  /**
   * The current status, under the id of its last change; the same object for as long as no
   * witness has spoken, at most half a second.
   */
  current(): StatusEvent;
  /** The changes after that one, oldest first; undefined: they are not known (any more). */
  findChangesSince(id: number): StatusEvent[] | undefined;
  /** Tells of each change at once, and every few seconds that there was none. */
  subscribe(listener: (news: News) => void): () => void;
  close(): void;
}

/** Bounded, because 255 instances make large snapshots. */
const rememberedChanges = 32;
/** An operation on many instances is told by a burst of witnesses: one look for all of them. */
const leastBetweenLooksMs = 25;
/** Changes are recorded so long after the last one looked: they may only have lost the connection. */
const rememberForMs = 60_000;
/** Ages are told in seconds. */
const freshForMs = 500;

/**
 * Turns what the agent tells into changes: numbered, and only if what the status *says* is
 * another, not only its age. Costs nothing while nobody looks.
 * @param heartbeatMs after how long without a change listeners are told that there is none
 */
export function createStatusUpdates(
  mirror: Pick<Mirror, 'current' | 'pairSummary' | 'subscribe'>,
  { heartbeatMs = 5_000 }: { heartbeatMs?: number } = {},
): StatusUpdates {
  const listeners = new Set<(news: News) => void>();
  let changes: StatusEvent[] = [];
  let newest: { id: number; key: string } | undefined;
  let fresh: { event: StatusEvent; untilMs: number } | undefined;
  let stopRecording: (() => void) | undefined;
  let forgetTimer: NodeJS.Timeout | undefined;

  const tell = (news: News) => {
    for (const listener of listeners) listener(news);
  };

  /** Also finds what changed by nothing but time: evidence that became too old. */
  const look = (): StatusEvent => {
    const snapshot = mirror.current();
    const pair = mirror.pairSummary();
    const key = createFingerprint({ status: snapshot.status, pair });
    // From the clock, so that an id of before a restart is older than all of after it.
    const nextId = Math.max((newest?.id ?? 0) + 1, Math.round(snapshot.wallMs));
    const event = { id: newest?.key === key ? newest.id : nextId, snapshot, pair };
    fresh = { event, untilMs: performance.now() + freshForMs };
    if (event.id !== newest?.id) {
      newest = { id: event.id, key };
      changes = [...changes, event].slice(-rememberedChanges);
      tell({ kind: 'changed', event });
    }
    return event;
  };

  const record = () => {
    let lookTimer: NodeJS.Timeout | undefined;
    let lookedAtMs = -Infinity;
    const lookNow = () => {
      lookTimer = undefined;
      lookedAtMs = performance.now();
      look();
    };
    const unsubscribe = mirror.subscribe(() => {
      fresh = undefined;
      const waitMs = lookedAtMs + leastBetweenLooksMs - performance.now();
      if (waitMs <= 0 && !lookTimer) lookNow();
      else lookTimer ??= setTimeout(lookNow, waitMs);
    });
    const heartbeat = setInterval(() => {
      const idBefore = newest?.id;
      const { id, snapshot, pair } = look();
      if (id === idBefore) tell({ kind: 'unchanged', snapshot, pair });
    }, heartbeatMs).unref();
    return () => {
      unsubscribe();
      clearTimeout(lookTimer);
      clearInterval(heartbeat);
      // What happens from now on is not recorded, so nothing may claim to be complete.
      changes = [];
      newest = newest && { id: newest.id, key: '' };
    };
  };

  const close = () => {
    clearTimeout(forgetTimer);
    stopRecording?.();
    stopRecording = undefined;
    listeners.clear();
  };
  const keepRecording = () => {
    stopRecording ??= record();
    clearTimeout(forgetTimer);
    forgetTimer = setTimeout(() => {
      if (listeners.size > 0) keepRecording();
      else close();
    }, rememberForMs).unref();
  };
  const current = () => {
    keepRecording();
    return fresh && performance.now() < fresh.untilMs ? fresh.event : look();
  };

  return {
    current,
    findChangesSince(id) {
      current();
      if (id === newest?.id) return [];
      const index = changes.findIndex((change) => change.id === id);
      return index === -1 ? undefined : changes.slice(index + 1);
    },
    subscribe(listener) {
      keepRecording();
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
        keepRecording();
      };
    },
    close,
  };
}

/** Ages, durations and counters go on by themselves; that there is one is news. */
const notNews = new Set([
  'evidenceAgeMs',
  'unknownForMs',
  'durationMs',
  'statistics',
  'heardWithinMs',
  'silentForMs',
  'ageMs',
  'lastsMs',
]);

/** All that the status says and that is news if it changes. */
function createFingerprint(told: Pick<StatusEvent, 'pair'> & Pick<Snapshot, 'status'>): string {
  return JSON.stringify(told, (name, value: unknown) =>
    // What is absent is left out, as it is where it is undefined.
    notNews.has(name) ? value !== undefined || undefined : value,
  );
}
