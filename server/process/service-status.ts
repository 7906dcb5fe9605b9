/** What `systemctl status` shows of this server's virtual IPs: one line for everybody. */
import { bareAddress } from '../keepalived/addresses/addresses.ts';
import { findWorstAlarm } from '../keepalived/status/alarms/urgency.ts';
import { isPlannedFault } from '../keepalived/status/status.ts';
import type { Alarm, InstanceStatus, KeepalivedStatus } from '../keepalived/status/status.ts';

/** More would not be read in one line. */
const maximumNamed = 3;

/**
 * Who serves, as far as it is proved; never “served” beside a critical alarm. Anybody may read it, so
 * it has addresses and names of alarms, and no sentence that could quote the configuration.
 */
export function describeServiceStatus({ instances, alarms }: KeepalivedStatus): string {
  if (instances.length === 0) {
    const alarm = findWorstAlarm(alarms);
    return `no VRRP instance${alarm === undefined ? ' is known' : `: ${alarm.code}`}`;
  }
  const words = instances.map((instance) => describeInstance(instance, alarms));
  if (instances.length <= maximumNamed) {
    return instances.map((one, index) => `${nameOf(one)} ${words[index] ?? ''}`).join('; ');
  }
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  const counted = [...counts].map(([word, count]) => `${count} ${word}`);
  return `${instances.length} VRRP instances: ${counted.join(', ')}`;
}

function describeInstance(instance: InstanceStatus, machineAlarms: readonly Alarm[]): string {
  const alarm = findWorstAlarm([...instance.alarms, ...machineAlarms]);
  if (alarm?.severity === 'critical') return `alarm ${alarm.code}`;
  switch (instance.state) {
    case 'Active':
      return instance.serving === 'Yes' ? 'served here' : 'not known';
    case 'Standby':
      return instance.servingMaster?.heardWithinMs === undefined
        ? 'standby'
        : 'standby, another server serves';
    case 'Fault':
      return isPlannedFault(instance) ? 'in maintenance' : 'fault';
    case 'Starting':
      return 'starting';
    case 'Stopped':
      return 'stopped';
    case 'Unknown':
      return 'not known';
    case 'Alarm':
      return 'alarm';
  }
}

function nameOf({ name, addresses }: InstanceStatus): string {
  const [first, ...others] = addresses;
  if (first === undefined) return name;
  const more = others.length === 0 ? '' : ` and ${others.length} more`;
  return `${bareAddress(first.cidr)}${more}`;
}
