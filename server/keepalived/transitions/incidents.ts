/** What belongs together of the changes of an instance: one incident, not each of its steps. */
import type { LastingState } from './transition.ts';

/** A change of state, as far as it matters here. */
interface Step {
  /** Wall clock, ms. */
  atMs: number;
  instance: string;
  /** undefined: not known. */
  from?: LastingState | undefined;
  to: LastingState;
}

export interface Incident<Change extends Step> {
  instance: string;
  /** Oldest first; at least one. */
  changes: [Change, ...Change[]];
  /** Wall clock, ms: when it was over; undefined: the instance is not back in its state. */
  endMs: number | undefined;
}

/**
 * An instance that stays MASTER or BACKUP for so long has a new role: what comes then is another
 * incident. A FAULT or a stop lasts until it is over.
 */
const settledAfterMs = 60 * 60_000;

const isRole = (state: LastingState | undefined): boolean =>
  state === 'MASTER' || state === 'BACKUP';

/**
 * The incidents, newest first: from the change that leaves a state to the one that is back in it.
 * @param transitions of any instances, in any order
 */
export function findIncidents<Change extends Step>(
  transitions: readonly Change[],
): Incident<Change>[] {
  const found: Incident<Change>[] = [];
  const open = new Map<string, Incident<Change>>();
  // Of the same moment the newest stands first: the order of what happened is the other one.
  const oldestFirst = transitions.toReversed().toSorted((one, other) => one.atMs - other.atMs);
  for (const change of oldestFirst) {
    const known = open.get(change.instance);
    if (known && belongsTo(known, change)) {
      known.changes.push(change);
    } else {
      const begun: Incident<Change> = {
        ...{ instance: change.instance, changes: [change], endMs: undefined },
      };
      found.push(begun);
      open.set(change.instance, begun);
    }
    const incident = open.get(change.instance);
    if (incident && isRole(change.to) && incident.changes[0].from === change.to) {
      incident.endMs = change.atMs;
      open.delete(change.instance);
    }
  }
  return found.toReversed();
}

function belongsTo<Change extends Step>({ changes }: Incident<Change>, { atMs }: Change): boolean {
  const [first] = changes;
  const last = changes.at(-1) ?? first;
  if (!isRole(last.to)) return true;
  // What was no role before, as at a start, is over with the first one.
  return isRole(first.from) && atMs - last.atMs < settledAfterMs;
}
