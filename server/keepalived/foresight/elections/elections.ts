import { ownerPriority } from '../../addresses/owner-priority.ts';
import { isAnotherRouter } from '../another-router.ts';
import { nothingForeseen, told } from '../foresight-result.ts';
import type { ForeseenMovement, Foresight } from '../foresight-result.ts';
import type { InstanceChange, InstanceSetting } from '../instance-change.ts';
import { formatApproximateSeconds, describeCauses, joinWords } from '../words.ts';
import { masterDownIntervalMs } from './timers.ts';

/** After how long a server takes over from one of a lower priority: `preempt_delay` comes first. */
export function takeoverMs(after: InstanceSetting, priority: number): number {
  return masterDownIntervalMs(after, priority) + after.preemptDelayMs;
}

/**
 * Who will serve after a reload with new settings.
 * @param isBreached the peer is no longer heard, because a setting that must be equal is not
 */
export function foreseeElection(change: InstanceChange, isBreached: boolean): Foresight {
  const { before, after, state } = change;
  if (!after) return nothingForeseen;
  if (!before) return foreseeNewcomer(change, after);
  const priority = priorityAfter(change, before, after);
  const addresses = joinWords(after.addresses);
  if (priority === undefined) {
    const causes = describeCauses(change.foreseen?.unknown ?? []);
    return told(`Can’t tell whether ${addresses} moves: ${causes}.`);
  }
  const takeMs = masterDownIntervalMs(after, priority);
  if (state === 'MASTER' && isAnotherRouter(before, after)) {
    const when = after.beginsAsOwner ? 'at once' : `after ${formatApproximateSeconds(takeMs)}`;
    const condition = isBreached
      ? 'Meanwhile the peer takes over what it has configured.'
      : after.nopreempt
        ? 'A standby peer takes over before that, and keeps it: nopreempt is set here.'
        : `A standby peer takes over before that, and keeps it, if its priority is ${priority} or higher.`;
    const sentence = `${joinWords(before.addresses)} will be released at once; this server will take ${addresses} ${when}. ${condition}`;
    return moving(sentence, change, 'take', takeMs);
  }
  if (state === 'MASTER') return isBreached ? nothingForeseen : foreseeStepDown(change, priority);
  if (state !== 'BACKUP') return nothingForeseen;
  if (isBreached) {
    const sentence = `This server will take ${addresses} in ${formatApproximateSeconds(takeMs)}, because it no longer receives from the peer.`;
    return moving(sentence, change, 'take', takeMs);
  }
  return foreseeTakeover(change, priority);
}

/** It takes over from a peer of a lower priority too, if it may. */
function foreseeNewcomer(change: InstanceChange, after: InstanceSetting): Foresight {
  const priority = change.foreseen ? change.foreseen.priority : after.priority;
  const takeMs = after.beginsAsOwner ? 0 : masterDownIntervalMs(after, priority ?? after.priority);
  const takes = `This server will take ${joinWords(after.addresses)} ${takeMs === 0 ? 'at once' : `in ${formatApproximateSeconds(takeMs)}`}`;
  const peer = 'unless a peer with the same settings serves it already';
  if (after.nopreempt)
    return moving(`${takes}, ${peer}: nopreempt is set.`, change, 'take', takeMs);
  const atLeast =
    priority === undefined
      ? 'with the priority of this server or a higher one, which hangs on what it tracks'
      : `with the priority ${priority} or a higher one`;
  const delay =
    after.preemptDelayMs === 0
      ? ''
      : ` From a peer of a lower priority it takes over ${formatApproximateSeconds(after.preemptDelayMs)} later (preempt_delay).`;
  return moving(`${takes}, ${peer} ${atLeast}.${delay}`, change, 'take', takeMs);
}

/** Of a server that stands by. */
function foreseeTakeover(change: InstanceChange, priority: number): Foresight {
  const { before, after, masterPriority, effectivePriority } = change;
  if (!before || !after) return nothingForeseen;
  const wasPreempting = !before.nopreempt;
  const isRaised = priority > (effectivePriority ?? before.priority);
  const isSame =
    priority === (effectivePriority ?? before.priority) && wasPreempting === !after.nopreempt;
  if (isSame && !isAboutToPreempt(change, after, priority)) return nothingForeseen;
  if (after.nopreempt) {
    return told(
      isRaised || wasPreempting ? 'Nothing will move: nopreempt is set.' : 'Nothing will move.',
    );
  }
  const addresses = joinWords(after.addresses);
  const takeMs = takeoverMs(after, priority);
  if (masterPriority === undefined) {
    if (!isRaised && wasPreempting) return nothingForeseen;
    const sentence = `This server will take ${addresses} in ${formatApproximateSeconds(takeMs)}, if its priority ${priority} is higher than the peer’s.`;
    return moving(sentence, change, 'take', takeMs);
  }
  if (priority <= masterPriority) {
    return told(
      `Nothing will move: the peer serves with priority ${masterPriority}, this server will have ${priority}.`,
    );
  }
  const sentence = `This server will take ${addresses} from the peer in ${formatApproximateSeconds(takeMs)}: its priority ${priority} is higher than the peer’s ${masterPriority}.${describeDelay(after)}`;
  return moving(sentence, change, 'take', takeMs);
}

/** A reload begins a `preempt_delay` from its start, and stops no election. */
export function isAboutToPreempt(
  { masterPriority }: InstanceChange,
  after: InstanceSetting,
  priority: number,
): boolean {
  return !after.nopreempt && masterPriority !== undefined && priority > masterPriority;
}

export function describeDelay({ preemptDelayMs }: InstanceSetting): string {
  if (preemptDelayMs === 0) return '';
  return ` ${formatApproximateSeconds(preemptDelayMs).replace('about ', '')} of that is its preempt_delay, which starts when keepalived has loaded the file.`;
}

/** Of a server that serves: a peer of a priority in between takes over. */
function foreseeStepDown(change: InstanceChange, priority: number): Foresight {
  const { before, after, effectivePriority } = change;
  if (!before || !after || priority >= (effectivePriority ?? before.priority)) {
    return nothingForeseen;
  }
  // The peer's own priority is not known here; it must be higher than this one.
  const takeMs = masterDownIntervalMs(after, priority + 1);
  const sentence = `The peer will take ${joinWords(after.addresses)} in ${formatApproximateSeconds(takeMs)}, if its priority is higher than ${priority} and nopreempt is not set there. Until then this server serves on.`;
  return moving(sentence, change, 'lose', takeMs);
}

/**
 * The effective priority after a change. Where what is tracked stays as it is, it goes on to add or
 * take what it does now; else it is computed.
 * @returns undefined: not known
 */
export function priorityAfter(
  { effectivePriority, foreseen, keepsWeights }: InstanceChange,
  before: InstanceSetting,
  after: InstanceSetting,
): number | undefined {
  if (after.priority === ownerPriority) return ownerPriority;
  if (!keepsWeights) return foreseen?.priority;
  if (foreseen?.priority !== undefined) return foreseen.priority;
  const weights = effectivePriority === undefined ? 0 : effectivePriority - before.priority;
  return Math.min(ownerPriority - 1, Math.max(1, after.priority + weights));
}

function moving(
  sentence: string,
  { name, after }: InstanceChange,
  direction: ForeseenMovement['direction'],
  withinMs: number,
): Foresight {
  const addresses = after?.addresses ?? [];
  return {
    ...told(sentence),
    movements: [{ instanceName: name, direction, addresses, withinMs }],
  };
}
