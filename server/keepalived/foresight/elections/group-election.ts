/**
 * A sync group changes its state as one (`vrrp_sync.c` 2.2.7): it becomes master when every member
 * would, and stands by as soon as one member has to.
 */
import { nothingForeseen, told } from '../foresight-result.ts';
import type { ForeseenMovement, Foresight } from '../foresight-result.ts';
import type { InstanceChange, InstanceSetting } from '../instance-change.ts';
import { formatApproximateSeconds, describeCauses, joinWords } from '../words.ts';
import { describeDelay, isAboutToPreempt, priorityAfter, takeoverMs } from './elections.ts';
import { masterDownIntervalMs } from './timers.ts';

interface Member {
  change: InstanceChange;
  before: InstanceSetting;
  after: InstanceSetting;
  /** Now, and after the change; undefined: not known. */
  now: number;
  next: number | undefined;
}

/**
 * Who will serve the addresses of a sync group after a reload with new settings.
 * @param changes its members; their group stays what it is
 */
export function foreseeGroupElection(changes: readonly InstanceChange[]): Foresight {
  const members = changes.flatMap((change): Member[] => {
    const { before, after } = change;
    if (!before || !after) return [];
    const now = change.effectivePriority ?? before.priority;
    return [{ change, before, after, now, next: priorityAfter(change, before, after) }];
  });
  const isUnchanged = members.every(
    ({ now, next, before, after }) => now === next && before.nopreempt === after.nopreempt,
  );
  const isAboutToMove = members.every(
    ({ change, after, next }) =>
      change.state === 'BACKUP' && next !== undefined && isAboutToPreempt(change, after, next),
  );
  if (isUnchanged && !isAboutToMove) return nothingForeseen;
  const unknown = members.filter(({ next }) => next === undefined);
  if (unknown.length > 0) return told(describeUnknown(unknown));
  const states = new Set(members.map(({ change }) => change.state));
  if (states.size === 1 && states.has('MASTER')) return foreseeGroupStepDown(members);
  if (states.size === 1 && states.has('BACKUP')) return foreseeGroupTakeover(members);
  return nothingForeseen;
}

function foreseeGroupStepDown(members: readonly Member[]): Foresight {
  const isLowered = members.some(({ now, next }) => (next ?? now) < now);
  if (!isLowered) return nothingForeseen;
  const takeMs = longest(members, (after, priority) => masterDownIntervalMs(after, priority + 1));
  const priorities = members.map(({ change, next }) => `${next ?? '?'} in ${change.name}`);
  const sentence = `The members of a sync group move together: the peer will take ${addressesOf(members)} in ${formatApproximateSeconds(takeMs)}, if its priority is higher than ${joinWords(priorities)} and nopreempt is not set there. Until then this server serves on.`;
  return moving(sentence, members, 'lose', takeMs);
}

function foreseeGroupTakeover(members: readonly Member[]): Foresight {
  const held = members.find(({ after }) => after.nopreempt);
  if (held) return told(`Nothing will move: nopreempt is set in ${held.change.name}.`);
  const behind = members.find(
    ({ change, next }) =>
      change.masterPriority !== undefined && (next ?? 0) <= change.masterPriority,
  );
  if (behind) {
    const { change, next } = behind;
    return told(
      `Nothing will move: the members of a sync group move together, and in ${change.name} the peer serves with priority ${change.masterPriority ?? '?'}, this server will have ${next ?? '?'}.`,
    );
  }
  const takeMs = longest(members, takeoverMs);
  const slowest = members.toSorted((a, b) => b.after.preemptDelayMs - a.after.preemptDelayMs)[0];
  const delay = slowest ? describeDelay(slowest.after) : '';
  const isHeard = members.every(({ change }) => change.masterPriority !== undefined);
  const why = isHeard
    ? 'its priority is higher than the peer’s in each of them'
    : 'if its priority is higher than the peer’s in each of them';
  const sentence = `The members of a sync group move together: this server will take ${addressesOf(members)} in ${formatApproximateSeconds(takeMs)}${isHeard ? ': ' : ', '}${why}.${delay}`;
  return moving(sentence, members, 'take', takeMs);
}

function describeUnknown(members: readonly Member[]): string {
  const causes = members.flatMap(({ change }) => change.foreseen?.unknown ?? []);
  return `Can’t tell whether ${addressesOf(members)} moves: ${describeCauses(causes)}.`;
}

const addressesOf = (members: readonly Member[]): string =>
  joinWords(members.flatMap(({ after }) => after.addresses));

function longest(
  members: readonly Member[],
  measureMs: (after: InstanceSetting, priority: number) => number,
): number {
  return Math.max(...members.map(({ after, next, now }) => measureMs(after, next ?? now)));
}

function moving(
  sentence: string,
  members: readonly Member[],
  direction: ForeseenMovement['direction'],
  withinMs: number,
): Foresight {
  return {
    ...told(sentence),
    movements: members.map(({ change, after }) => ({
      instanceName: change.name,
      direction,
      addresses: after.addresses,
      withinMs,
    })),
  };
}
