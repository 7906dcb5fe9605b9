/** What a failure of the healthcheck does to an instance that serves: whether it hands over. */
import { ownerPriority } from '../../addresses/owner-priority.ts';
import type { ScriptConsequence } from '../../foresight/script-consequence.ts';
import type { WatchedItem } from '../status-model.ts';

export interface FailureCase {
  /** As keepalived has it; undefined: it does not say that it watches it for this instance. */
  script: WatchedItem | undefined;
  /** By the file, if keepalived runs this very file and all of it could be read. */
  consequence: ScriptConsequence | undefined;
  /** As keepalived says it now. */
  effectivePriority: number | undefined;
  /** Of the other server, when it was last heard; a standby does not advertise. */
  peerPriority: number | undefined;
}

/**
 * Computed from what keepalived has added up by now, by the rules of `vrrp_track.c` 2.2.7: a weight
 * above 0 is given while the script succeeds, one below 0 is taken while it fails, `reverse` changes
 * the sign; the sum is held within 1 to 254.
 */
export function describeScriptFailure(failure: FailureCase): string {
  const { script, consequence } = failure;
  if (script?.isRun === false) {
    return 'keepalived does not run that: it counts as passed, and this server does not hand over.';
  }
  if (script?.weight === undefined) {
    return consequence?.kind === 'ignored'
      ? `keepalived ignores its weight: ${consequence.reason}. When that fails, this server does not hand over.`
      : 'The result of keepalived’s own check is unknown; it decides.';
  }
  if (!script.forcesFault) return describeWeight(failure, script.weight, script);
  return script.isReversed
    ? 'It is tracked with “reverse”: when that fails, this server does not hand over; a success puts it into Fault.'
    : 'When that fails, this server goes into Fault and hands over.';
}

function describeWeight(failure: FailureCase, weight: number, script: WatchedItem): string {
  const { effectivePriority: now } = failure;
  if (now === ownerPriority) {
    return 'When that fails, nothing changes: no weight counts with the priority 255, and this server does not hand over.';
  }
  const next = findNext(failure, weight, script);
  const isNext = next === undefined ? undefined : judgeElection(next, failure.peerPriority);
  if (now === undefined || next === undefined || isNext === undefined) {
    const direction = script.isReversed ? 'higher' : 'lower';
    const change = `${Math.abs(weight)} ${direction}`;
    return `When that fails, the priority is ${change}; the resulting value is unknown: this server hands over only if another one then has a higher priority.`;
  }
  if (script.good === false) {
    return `keepalived counts that already: the priority is ${now}, ${isNext}`;
  }
  if (next === now) return `When that fails, the priority stays ${now}, ${isNext}`;
  const verb = next < now ? 'falls' : 'rises';
  return `When that fails, the priority ${verb} from ${now} to ${next}, ${isNext}`;
}

/** @returns undefined: it is not known, as the sum beyond the limits is not */
function findNext(
  { effectivePriority: now, consequence }: FailureCase,
  weight: number,
  { good, isReversed }: WatchedItem,
): number | undefined {
  if (now === undefined || good === false) return now;
  const sign = isReversed ? -1 : 1;
  // Before its first result, a bonus is not given yet.
  const change = sign * (good === undefined ? Math.min(0, weight) : -Math.abs(weight));
  if (change === 0) return now;
  const isAtLimit = now === lowest || now === highest;
  if (isAtLimit) return consequence?.kind === 'priority' ? consequence.priority : undefined;
  return Math.min(highest, Math.max(lowest, now + change));
}

const [lowest, highest] = [1, ownerPriority - 1];

/** The rest of the sentence: a standby takes over from a master of a lower priority only (RFC 9568, 6.4.2). */
function judgeElection(priority: number, peerPriority: number | undefined): string {
  if (peerPriority === undefined) {
    return 'and this server hands over only to one that has a higher priority and preempts. The peer’s priority is unknown here: a standby does not advertise it.';
  }
  const peer = `the peer’s ${peerPriority} (as last received)`;
  if (priority > peerPriority) return `still above ${peer}: this server does not hand over.`;
  if (priority === peerPriority) {
    return `the same as ${peer}: this server does not hand over, as a standby takes over only from a lower priority.`;
  }
  return `below ${peer}: it hands over if that server is up and has no nopreempt.`;
}
