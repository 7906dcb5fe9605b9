import { masterDownIntervalMs } from '../foresight/elections/timers.ts';
import type { InstanceReport } from './server-report.ts';

const defaultIntervalMs = 1_000;
/** keepalived's priority where the file says none. */
const defaultPriority = 100;

/**
 * How long after the network loses the active server a standby becomes master, in ms: three
 * advertisement intervals and the skew of the standby's own priority (RFC 3768 and RFC 9568, 6.1).
 * With version 3 the interval is the master's, which its advertisements carry. The time in which a
 * healthcheck notices a failure is not in it.
 */
export function findTakeoverMs(standby: InstanceReport, active?: InstanceReport): number {
  const version = standby.version ?? 2;
  const learned = version === 3 ? active?.advertIntervalMs : undefined;
  const intervalMs = learned ?? standby.advertIntervalMs ?? defaultIntervalMs;
  const priority = standby.priority.effective ?? standby.priority.configured ?? defaultPriority;
  return masterDownIntervalMs({ version, advertIntervalSeconds: intervalMs / 1_000 }, priority);
}
