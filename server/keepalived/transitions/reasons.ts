/** Why an instance changed its state: what the lines around the change say. */
import { createPrecedingActionFinder } from './preceding-action.ts';
import type { PrecedingAction } from './preceding-action.ts';
import { readSigns } from './signs.ts';
import type { Sign, SignName } from './signs.ts';
import type { ExplainedLine, Transition, TransitionReason } from './transition.ts';

type Change = Pick<Transition, 'instance' | 'from' | 'to'>;

/** A cause stands at most so long before its effect; three advertisements of 1 s and some. */
const lookBackMs = 5_000;
/** A sync group's members are told of after the fact, within the second. */
const lookAheadMs = 1_000;
/** Not more lines than this, however many instances log at once. */
const lookLines = 200;

/**
 * The cause of a change that is told at an index of these lines; undefined: the lines around it name
 * none. Each line is read once; a change looks only at those that name one of its causes.
 */
export function createReasonFinder(
  lines: readonly ExplainedLine[],
): (change: Change, index: number) => TransitionReason | undefined {
  const findBeginning = createPrecedingActionFinder(lines);
  const placesOf = indexSigns(lines);

  /** The sign of one of these names whose line is nearest: before the change, else after it. */
  function findNearest(names: readonly SignName[], { instance }: Change, index: number) {
    const at = lines[index];
    const lists = at
      ? names.flatMap((name) => [placesOf(name, undefined), placesOf(name, instance)])
      : [];
    let nearest: Place | undefined;
    for (const places of lists) {
      const next = findFirstAfter(places, index);
      for (let back = next - 1; back >= 0; back -= 1) {
        const place = places[back];
        if (!place || !at || place.index < index - lookLines) break;
        if (nearest && place.index <= nearest.index) break;
        if (at.atMs - place.atMs <= lookBackMs) nearest = place;
      }
    }
    if (nearest) return nearest.sign;
    for (const places of lists) {
      for (let ahead = findFirstAfter(places, index); ahead < places.length; ahead += 1) {
        const place = places[ahead];
        if (!place || !at || place.index >= index + lookLines) break;
        if (nearest && place.index >= nearest.index) break;
        if (place.atMs - at.atMs <= lookAheadMs) nearest = place;
      }
    }
    return nearest?.sign;
  }

  return (change, index) => {
    const beginning = findBeginning(change, index);
    for (const names of causes[change.to]) {
      const possible = names.filter((name) => isPossible(name, change, beginning));
      const sign = findNearest(possible, change, index);
      if (sign) return toReason(sign, change, beginning);
    }
    return undefined;
  };
}

/** Where a sign stands. */
interface Place {
  index: number;
  atMs: number;
  sign: Sign;
}

/** The places of a sign that is somebody's, or anybody's, by their index. */
function indexSigns(lines: readonly ExplainedLine[]) {
  const places = new Map<string, Place[]>();
  const keyOf = (name: SignName, instance: string | undefined) =>
    instance === undefined ? name : `${name} ${instance}`;
  for (const [index, line] of lines.entries()) {
    for (const sign of readSigns(line)) {
      const key = keyOf(sign.name, sign.instance);
      const known = places.get(key);
      const place = { index, atMs: line.atMs, sign };
      if (known) known.push(place);
      else places.set(key, [place]);
    }
  }
  return (name: SignName, instance: string | undefined): readonly Place[] =>
    places.get(keyOf(name, instance)) ?? [];
}

/** How many of the places stand at the index or before it. */
function findFirstAfter(places: readonly Place[], index: number): number {
  let [low, high] = [0, places.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((places[middle]?.index ?? Infinity) <= index) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * What may bring an instance into a state: the more telling causes first, of those side by side the one
 * whose line is nearest, those before the change before those after it.
 */
const causes: Record<Transition['to'], SignName[][]> = {
  MASTER: [
    ['delayed'],
    ['peer-gave-up'],
    ['preempted'],
    // Nothing was heard since the start or the reload: there may be no other server.
    ['first-state'],
    ['peer-lost'],
    ['sync-group'],
  ],
  BACKUP: [
    ['delayed'],
    ['netlink-overrun'],
    ['restarted'],
    ['begins'],
    // A reload brings an instance that is new, or was changed too much, into its first state.
    ['first-state'],
    ['higher-priority', 'same-priority', 'address-removed'],
    ['fault-over'],
    ['sync-group'],
  ],
  FAULT: [
    ['track-file', 'fault', 'interface-down', 'script-failed', 'process-missing'],
    ['sync-group'],
    ['first-state'],
  ],
  STOPPED: [['process-died', 'stopped']],
};

function isPossible(
  name: SignName,
  { from, to }: Change,
  beginning: PrecedingAction | undefined,
): boolean {
  if (name === 'restarted') return from === 'STOPPED';
  if (name === 'fault-over') return from === 'FAULT';
  // It did not take part before, as far as is known.
  if (name === 'begins') return beginning === 'start' && (from === 'STOPPED' || !from);
  if (name === 'first-state') return to === 'MASTER' ? !!beginning : beginning === 'reload';
  return true;
}

const beginningReasons: Record<PrecedingAction, TransitionReason> = {
  start: { code: 'started', words: 'keepalived was started' },
  reload: { code: 'reloaded', words: 'keepalived reloaded its configuration' },
};

function toReason(
  { name, words }: Sign,
  { to }: Change,
  beginning: PrecedingAction | undefined,
): TransitionReason | undefined {
  if (name !== 'begins' && name !== 'first-state') return { code: name, words };
  const reason = beginning && beginningReasons[beginning];
  if (name === 'begins' || to !== 'MASTER' || !reason) return reason;
  return { ...reason, words: `${reason.words}, and no other server sent advertisements` };
}
