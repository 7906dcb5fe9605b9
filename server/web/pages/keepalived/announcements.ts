import type { Alarm, InstanceStatus } from '../../../keepalived/status/status.ts';

/** What a screen reader says when an instance has come to this state. */
export function announceInstance(
  { name, state, reason }: Pick<InstanceStatus, 'name' | 'state' | 'reason'>,
  hostName: string,
): string {
  const because = reason === undefined ? '' : `: ${reason}`;
  return `${hostName}: ${name} is now ${state}${because}`;
}

/** What a screen reader says when an alarm has come. */
export function announceAlarm({ severity, sentence }: Alarm, hostName: string): string {
  return `${hostName}: ${severity === 'critical' ? 'alarm' : 'warning'}: ${sentence}`;
}
