import { noEvidence } from '../../../server/keepalived/status/no-evidence.ts';
import type { KeepalivedStatus } from '../../../server/keepalived/status/status.ts';
import type { Snapshot, StateKeeper } from '../../../server/state/state-keeper.ts';
import { sampleSnapshot } from './pages/samples.ts';

/** A keeper that says what a test wants. */
export interface TestKeeper extends StateKeeper {
  /** Says another status from now on, and tells the subscribers. */
  say(changes: Partial<KeepalivedStatus>, rest?: Partial<Snapshot>): void;
  countSubscribers(): number;
}

export function createTestKeeper(): TestKeeper {
  let snapshot = sampleSnapshot();
  const listeners = new Set<() => void>();
  return {
    current: () => snapshot,
    peek: () => snapshot,
    evidence: () => noEvidence,
    refresh: () => Promise.resolve(),
    noteLoaded: () => undefined,
    followAddressChanges: () => () => undefined,
    noteFindings: () => undefined,
    noteAction: () => undefined,
    readTransitions: () => [],
    readSplitBrains: () => [],
    readFailoverRecords: () => [],
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    start: () => Promise.resolve(),
    close: () => Promise.resolve(),
    say(changes, rest = {}) {
      snapshot = { ...sampleSnapshot(changes), ...rest };
      for (const listener of listeners) listener();
    },
    countSubscribers: () => listeners.size,
  };
}
