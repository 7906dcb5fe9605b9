/** What is wrong with an instance although its state is what it should be. */
import type { Observed } from '../../proof/evidence.ts';
import { listAddresses } from '../address-status.ts';
import { fresh } from '../freshness.ts';
import type { LoweredPriority } from '../hold.ts';
import type { OtherMaster } from '../masters/other-masters.ts';
import type { InstanceStatus } from '../status-model.ts';
import { raise } from './alarm-codes.ts';
import type { Alarm } from './alarm-codes.ts';
import { describeScriptFailure } from './script-failure.ts';
import type { FailureCase } from './script-failure.ts';

/** A master advertises every second or few, and the counters are compared every 5 s. */
const otherMasterLifetimeMs = 15_000;

export function judgeAlarms(
  instance: Pick<
    InstanceStatus,
    'state' | 'addresses' | 'healthcheck' | 'virtualRouterId' | 'watched' | 'maintenance'
  > & {
    elsewhere: readonly string[];
    lowered: LoweredPriority | undefined;
    /** What a failure of its healthcheck's script depends on. */
    failure: Omit<FailureCase, 'script'>;
  },
  isMaster: boolean,
  /** While vrrp_startup_delay runs: how long it is. */
  startupDelaySeconds: number | undefined,
  otherMaster: Observed<OtherMaster> | undefined,
  nowMs: number,
): Alarm[] {
  const addresses = listAddresses(instance.addresses);
  const alarms: Alarm[] = [];
  const heard = fresh(otherMaster, nowMs, otherMasterLifetimeMs);
  if (isMaster && heard) {
    alarms.push(
      raise(
        'another-master',
        `Another server is active with virtual router ID ${instance.virtualRouterId ?? '?'}: ` +
          `${describeOther(heard)}. Two servers may serve ${addresses}.`,
      ),
    );
  }
  if (instance.maintenance) {
    alarms.push(
      raise(
        'maintenance',
        `Maintenance is on: this server will not serve ${addresses} until you choose “End maintenance”.`,
      ),
    );
  }
  const { lowered } = instance;
  if (lowered) {
    alarms.push(
      raise(
        'priority-lowered',
        `The priority of this server stays lowered by ${lowered.by}${lowered.userName === undefined ? '' : `, as ${lowered.userName} asked`}: it serves ${addresses} only if no other server does. When you are done, choose “Back to normal” here or on the page Failover drill.`,
      ),
    );
  }
  if (instance.state === 'Standby' && startupDelaySeconds !== undefined) {
    alarms.push(
      raise(
        'startup-delay',
        `keepalived waits ${startupDelaySeconds} s after its start (vrrp_startup_delay): until then this server does not serve ${addresses}, even if no other server does.`,
      ),
    );
  }
  const [place, ...more] = instance.elsewhere;
  if (place !== undefined) {
    alarms.push(
      raise(
        'address-elsewhere',
        `This server also has ${[place, ...more].join(', ')}, where keepalived does not put it and never removes it: ` +
          `it answers there even while another server serves it. If that is not meant, remove it with “ip address del ${place.replace(' on ', ' dev ')}”.`,
      ),
    );
  }
  const dropped = instance.watched.filter(({ isRun }) => isRun === false);
  for (const { name, detail } of dropped) {
    alarms.push(
      raise(
        'script-not-run',
        `keepalived does not run its healthcheck ${name}: keepalived counts it as passed, so this server would not hand over ${addresses} when that fails. Why: ${detail}. Correct that, then reload keepalived.`,
      ),
    );
  }
  const { healthcheck } = instance;
  const script = instance.watched.find(
    ({ kind, name }) => kind === 'script' && name === healthcheck?.scriptName,
  );
  // keepalived's own result is the verdict: the script may ask in another way than this program.
  if (instance.state === 'Active' && healthcheck?.good === false && script?.good !== true) {
    alarms.push(
      raise(
        'healthcheck-failing-while-active',
        `This server serves ${addresses}, but its healthcheck fails here: ${healthcheck.words}. ` +
          `keepalived asks by ${healthcheck.scriptName} every ${healthcheck.intervalSeconds} s. ${describeScriptFailure({ ...instance.failure, script })}`,
      ),
    );
  }
  return alarms;
}

function describeOther({ address, priority, refusal }: OtherMaster): string {
  const who = address ?? 'a server that the log does not name';
  const withPriority = priority === undefined ? '' : ` with priority ${priority}`;
  const why = refusal === undefined ? '' : `, not understood here because it uses ${refusal}`;
  return `${who}${withPriority}${why}`;
}
