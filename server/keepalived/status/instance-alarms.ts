/** What is wrong with an instance although its state is what it should be. */
import type { Observed } from '../evidence.ts';
import type { OtherMaster } from '../other-masters.ts';
import { fresh } from './freshness.ts';
import { findMaintenance } from './maintenance.ts';
import type { Alarm, InstanceStatus } from './status-model.ts';
import { listAddresses } from './witnessed-addresses.ts';

/** A master advertises every second or few, and the counters are compared every 5 s. */
const otherMasterLifetimeMs = 15_000;

export function judgeAlarms(
  instance: Pick<
    InstanceStatus,
    'state' | 'addresses' | 'healthcheck' | 'virtualRouterId' | 'watched'
  >,
  isMaster: boolean,
  otherMaster: Observed<OtherMaster> | undefined,
  nowMs: number,
): Alarm[] {
  const addresses = listAddresses(instance.addresses);
  const alarms: Alarm[] = [];
  const heard = fresh(otherMaster, nowMs, otherMasterLifetimeMs);
  if (isMaster && heard) {
    alarms.push({
      code: 'another-master',
      severity: 'critical',
      sentence:
        `Another master is heard for virtual router ID ${instance.virtualRouterId ?? '?'}: ` +
        `${describeOther(heard)}. Two servers may serve ${addresses}.`,
    });
  }
  if (findMaintenance(instance)) {
    alarms.push({
      code: 'maintenance',
      severity: 'warning',
      sentence: `Maintenance is on: this server will not serve ${addresses} until it is ended.`,
    });
  }
  const outOfReach = instance.addresses.filter(
    ({ interfaceName, held }) => interfaceName === 'lo' && held === true,
  );
  if (isMaster && outOfReach.length > 0) {
    alarms.push({
      code: 'address-on-loopback',
      severity: 'critical',
      sentence: `${listAddresses(outOfReach)} is on lo, where no other machine finds it: take “dev lo” out of virtual_ipaddress.`,
    });
  }
  const { healthcheck } = instance;
  if (instance.state === 'Active' && healthcheck?.good === false) {
    alarms.push({
      code: 'healthcheck-failing-while-active',
      severity: 'warning',
      sentence:
        `This server serves ${addresses}, but its healthcheck fails here: ${healthcheck.words}. ` +
        `keepalived asks by ${healthcheck.scriptName} every ${healthcheck.intervalSeconds} s, and hands over when that fails.`,
    });
  }
  return alarms;
}

function describeOther({ address, priority, refusal }: OtherMaster): string {
  const who = address ?? 'a server that the log does not name';
  const withPriority = priority === undefined ? '' : ` with priority ${priority}`;
  const why = refusal === undefined ? '' : `, not understood here because it uses ${refusal}`;
  return `${who}${withPriority}${why}`;
}
