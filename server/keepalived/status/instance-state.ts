/** The state of one instance: where the two witnesses agree, where they do not, what is not known. */
import { bareAddress } from '../addresses/addresses.ts';
import type {
  DaemonProcess,
  NetworkReport,
  Observed,
  RuntimeInstance,
  RuntimeReport,
} from '../proof/evidence.ts';
import { listAddresses } from './address-status.ts';
import type { AddressStatus } from './address-status.ts';
import { raise } from './alarms/alarm-codes.ts';
import type { AlarmCode } from './alarms/alarm-codes.ts';
import { describeHang, findHang } from './hung-daemon.ts';
import type { InstanceStatus, StateWord } from './status-model.ts';

/** What is young enough to be believed. */
export interface FreshEvidence {
  daemon: DaemonProcess | undefined;
  runtime: RuntimeReport | undefined;
  network: NetworkReport | undefined;
}

export interface InstanceCase {
  running: RuntimeInstance | undefined;
  /** Priority 255: its address may be the server's own. */
  isOwner: boolean;
  addresses: AddressStatus[];
  evidence: FreshEvidence;
  /** Whether keepalived was asked twice in a row, and did not answer. */
  isSilent: boolean;
  /** Why it would be in FAULT. */
  explainFault: () => string;
  /** Why the kernel refused to set an address, if it did. */
  addressRefusal: string | undefined;
  /** While preempt_delay runs: how long it is. */
  preemptDelaySeconds: number | undefined;
}

export type StateVerdict = Pick<InstanceStatus, 'state' | 'reason' | 'alarms'>;

/** The state that may be claimed, and why. */
export function judgeState(instance: InstanceCase): StateVerdict {
  const { running, addresses } = instance;
  const { daemon, runtime, network } = instance.evidence;
  if (!daemon) return unknown('keepalived’s process was not checked recently');
  if (daemon.state === 'unknown') {
    const held = addresses.filter((address) => address.held);
    return unknown(
      `can’t tell whether keepalived is running: ${daemon.reason}` +
        (held.length > 0 ? `. ${listAddresses(held)} is on ${interfaceOf(held)}` : ''),
    );
  }
  if (!network?.ok) {
    return unknown(`this server’s addresses are unknown${because(network?.reason)}`);
  }
  if (daemon.state !== 'running') {
    const held = addresses.filter((address) => address.held);
    if (held.length > 0 && instance.isOwner) {
      const reason = `${listAddresses(held)} is on ${interfaceOf(held)}: with priority 255 it may be this server’s own address`;
      return { ...plain('Stopped'), reason };
    }
    if (held.length > 0) {
      return alarm(
        'address-without-daemon',
        `keepalived is not running, but ${places(held)}. Another server may serve it too. ` +
          `Start keepalived, or remove the address: ${removals(held)}`,
      );
    }
    return plain('Stopped');
  }
  const hang = findHang(daemon, runtime, instance.isSilent);
  if (hang) return alarm('daemon-hung', describeHang(hang, addresses));
  if (runtime?.ok === false && runtime.starting)
    return starting('keepalived has just been started');
  if (daemon.vrrpPid === undefined) {
    return unknown('keepalived runs, but its VRRP process does not (yet)');
  }
  if (!runtime) return unknown('keepalived has not answered recently');
  if (!runtime.ok) return unknown(runtime.reason.replace(/\.$/, ''));
  if (!running) {
    return unknown('keepalived runs without this instance: it was not loaded from the file');
  }
  return judgeRunning(running, instance);
}

function judgeRunning({ state }: RuntimeInstance, instance: InstanceCase): StateVerdict {
  const { addresses, addressRefusal } = instance;
  switch (state) {
    case 'MASTER': {
      const missing = addresses.filter((address) => !address.held);
      if (missing.length === 0) return plain('Active');
      return alarm(
        'master-without-address',
        `keepalived says MASTER, but ${missing.map(({ cidr }) => bareAddress(cidr)).join(', ')} is not on ` +
          `${missing[0]?.interfaceName ?? 'any interface'}.${refusalWords(addressRefusal)}`,
      );
    }
    case 'BACKUP':
    case 'FAULT': {
      const held = addresses.filter((address) => address.held);
      if (held.length > 0) {
        return alarm(
          'address-without-master',
          `keepalived says ${state}, but ${places(held)}. Two servers may serve it.`,
        );
      }
      if (state === 'BACKUP') {
        const { preemptDelaySeconds: delay } = instance;
        if (delay === undefined) return plain('Standby');
        const reason = `it waits ${delay} s before it takes the address from a server of lower priority (preempt_delay)`;
        return { ...plain('Standby'), reason };
      }
      return { state: 'Fault', reason: instance.explainFault(), alarms: [] };
    }
    case 'INIT':
      return starting('keepalived has not chosen a state yet');
    case 'STOP':
    case 'DELETED':
      return unknown(`keepalived says ${state}`);
  }
}

function refusalWords(refusal: string | undefined): string {
  if (refusal === undefined) return '';
  return ` The kernel refused to set it: ${refusal}. Run keepalived as root; in a container, with the capability NET_ADMIN.`;
}

const plain = (state: StateWord): StateVerdict => ({ state, reason: undefined, alarms: [] });
const starting = (reason: string): StateVerdict => ({ state: 'Starting', reason, alarms: [] });
const unknown = (reason: string): StateVerdict => ({ state: 'Unknown', reason, alarms: [] });
const alarm = (code: AlarmCode, sentence: string): StateVerdict => ({
  state: 'Alarm',
  reason: sentence,
  alarms: [raise(code, sentence)],
});

const because = (reason: string | undefined): string => (reason === undefined ? '' : `: ${reason}`);

function places(held: AddressStatus[]): string {
  return `${listAddresses(held)} is still on ${interfaceOf(held)}`;
}

/** The commands that take them off. */
const removals = (held: AddressStatus[]): string =>
  held
    .map(
      ({ cidr, interfaceName }) =>
        `ip address del ${cidr}${interfaceName === undefined ? '' : ` dev ${interfaceName}`}`,
    )
    .join('; ');

const interfaceOf = (held: AddressStatus[]): string => held[0]?.interfaceName ?? 'an interface';

/**
 * How long a state has been Unknown, in ms: since the witness that is missing last said something.
 * @param lastAccountAtMs monotonic: when keepalived last answered
 */
export function measureUnknownTime(
  { daemon, network }: Record<'daemon' | 'network', Observed<unknown> | undefined>,
  lastAccountAtMs: number | undefined,
  freshEvidence: FreshEvidence,
  nowMs: number,
): number | undefined {
  const lastSeenAtMs = !freshEvidence.daemon
    ? daemon?.atMs
    : !freshEvidence.network
      ? network?.atMs
      : lastAccountAtMs;
  return lastSeenAtMs === undefined ? undefined : Math.max(0, nowMs - lastSeenAtMs);
}
