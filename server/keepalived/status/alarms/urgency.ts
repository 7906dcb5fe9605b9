/** How much an instance needs somebody: what the headline, the order and the tab follow. */
import { isPlannedFault } from '../maintenance.ts';
import type { InstanceStatus } from '../status-model.ts';
import type { Alarm } from './alarm-codes.ts';

/**
 * critical: nobody or two servers may serve, or this one cannot · warning: somebody must look ·
 * off: stopped · none: all is well. In the order of their urgency.
 */
export const urgencies = ['critical', 'warning', 'off', 'none'] as const;
export type Urgency = (typeof urgencies)[number];

type Graded = Pick<InstanceStatus, 'state' | 'alarms' | 'maintenance'>;

/** The urgency of the worst that is true of an instance. */
export function gradeInstance(instance: Graded): Urgency {
  return worstUrgency([gradeState(instance), ...instance.alarms.map(({ severity }) => severity)]);
}

/** Of its state alone. A FAULT that somebody asked for, as maintenance, is no failure. */
function gradeState(instance: Graded): Urgency {
  switch (instance.state) {
    case 'Alarm':
      return 'critical';
    case 'Fault':
      return isPlannedFault(instance) ? 'warning' : 'critical';
    case 'Unknown':
    case 'Starting':
      return 'warning';
    case 'Stopped':
      return 'off';
    case 'Active':
    case 'Standby':
      return 'none';
  }
}

/** The most urgent of several; `none` without any. */
export function worstUrgency(several: readonly Urgency[]): Urgency {
  return urgencies.find((urgency) => several.includes(urgency)) ?? 'none';
}

/** The worst alarm, the first of its severity; undefined: there is none. */
export function findWorstAlarm(alarms: readonly Alarm[]): Alarm | undefined {
  return alarms.find(({ severity }) => severity === 'critical') ?? alarms[0];
}
