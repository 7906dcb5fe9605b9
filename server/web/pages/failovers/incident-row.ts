import type { Incident } from '../../../keepalived/transitions/incidents.ts';
import type { ActionRecord, TransitionRecord } from '../../../state/state-keeper.ts';
import { describeInstant, formatDuration } from '../../view/time-words.ts';
import type { Instant } from '../../view/time-words.ts';
import { describeAuthor } from './authors.ts';

export interface IncidentRow {
  when: Instant;
  instanceName: string;
  /** All states that it went through: `MASTER → BACKUP → MASTER`. */
  change: string;
  /** Until it was back in its state; `lasts` while it is not. */
  lasted: string;
  /** Each cause once, in the order of the changes. */
  reason: string;
  /** Who did something during it; empty: nobody, as far as is known. */
  author: string;
  /** How long nobody had the address before this server took it. */
  unserved: string;
  source: string;
}

const sources: Record<TransitionRecord['source'], string> = {
  log: 'keepalived’s log',
  dump: 'keepalived’s dump',
  process: 'keepalived’s process',
};

/** What is said of one incident. */
export function describeIncident(
  { instance, changes, endMs }: Incident<TransitionRecord>,
  actions: readonly ActionRecord[],
): IncidentRow {
  const [first] = changes;
  const once = (words: string[]) => [...new Set(words.filter((one) => one !== ''))];
  return {
    when: describeInstant(first.atMs),
    instanceName: instance,
    change: shorten([first.from ?? 'not known', ...changes.map(({ to }) => to)]),
    lasted: endMs === undefined ? describeSpan(changes) : describeLength(endMs - first.atMs),
    reason: once(changes.map(({ reason }) => reason?.words ?? 'not known')).join('; then: '),
    author: once(changes.map((change) => describeAuthor(change, actions))).join('; '),
    unserved: describeUnserved(changes),
    source: once(changes.map(({ source }) => sources[source])).join(', '),
  };
}

const describeLength = (ms: number): string => (ms < 1_000 ? 'under 1 s' : formatDuration(ms));

/** It is not back: how long its changes took, if there are several. */
function describeSpan(changes: Incident<TransitionRecord>['changes']): string {
  const [first] = changes;
  const ms = (changes.at(-1) ?? first).atMs - first.atMs;
  return changes.length === 1 ? '' : describeLength(ms);
}

const longestChain = 6;

function shorten(states: string[]): string {
  const rest = states.length - longestChain;
  if (rest <= 0) return states.join(' → ');
  const ends = [...states.slice(0, 3), `${rest} more`, ...states.slice(-3)];
  return ends.join(' → ');
}

/** The longest of them; `none` only where each is known. */
function describeUnserved(changes: readonly TransitionRecord[]): string {
  const known = changes.flatMap(({ unservedAtMostMs }) => unservedAtMostMs ?? []);
  if (known.length === 0) return '';
  const longestMs = Math.max(...known);
  return longestMs === 0 ? 'none' : `at most ${(longestMs / 1000).toFixed(1)} s`;
}
