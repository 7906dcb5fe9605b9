import { masterDownIntervalMs, skewMs } from '../foresight/elections/timers.ts';
import type { TimerSettings } from '../foresight/elections/timers.ts';
import type { Transition, TransitionReason } from './transition.ts';

/** What decides how soon a backup takes over. */
export interface ElectionTimes extends TimerSettings {
  /** The effective one of this server. */
  priority: number;
}

/**
 * How long at most nobody had the address before this server took it, in ms: the time that the
 * protocol waits (RFC 3768 and RFC 9568, 6.1: the skew time after a priority of 0, three
 * advertisements more after silence). Undefined: not known, or this server did not take it.
 */
export function estimateUnserved(
  { to, reason }: Pick<Transition, 'to' | 'reason'>,
  { priority, ...settings }: ElectionTimes,
): number | undefined {
  if (to !== 'MASTER') return undefined;
  const waits: Partial<Record<TransitionReason['code'], number>> = {
    preempted: 0,
    'peer-gave-up': skewMs(settings, priority),
    'peer-lost': masterDownIntervalMs(settings, priority),
  };
  const waitMs = reason && waits[reason.code];
  return waitMs === undefined ? undefined : Math.round(waitMs);
}
