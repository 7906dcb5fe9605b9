/** Signs that another server is master of the same virtual router ID: in the log and in the counters. */
import type { Observed, RuntimeReport } from '../../proof/evidence.ts';
import type { MessageExplanation } from '../../runtime/messages/explain-message.ts';
import type { MessageId } from '../../runtime/messages/message-catalogue.ts';

export interface OtherMaster {
  address: string | undefined;
  priority: number | undefined;
  /** Why its advertisements are not accepted; undefined: they are. */
  refusal: string | undefined;
}

/** By instance. */
export type OtherMasters = ReadonlyMap<string, Observed<OtherMaster>>;

/**
 * The other masters after a dump: a master that received advertisements since the dump before it
 * heard another one. This tells also where the log is silent, as 2.3.3 and later are after one line.
 */
export function noteReceivedAdvertisements(
  heard: OtherMasters,
  before: RuntimeReport | undefined,
  now: RuntimeReport,
  seenAtMs: number,
): OtherMasters {
  if (!before?.ok || !now.ok) return heard;
  const otherMasters = new Map(heard);
  for (const instance of now.instances) {
    const previous = before.instances.find(({ name }) => name === instance.name);
    const isSameReign =
      instance.state === 'MASTER' &&
      previous?.state === 'MASTER' &&
      previous.lastTransitionAtMs === instance.lastTransitionAtMs;
    if (!isSameReign) continue;
    const counter = receivedCounters.find(
      ({ name }) => (instance.statistics[name] ?? 0) > (previous.statistics[name] ?? Infinity),
    );
    if (!counter) continue;
    const known = otherMasters.get(instance.name)?.value;
    const value = known ?? { address: undefined, priority: undefined, refusal: counter.refusal };
    otherMasters.set(instance.name, { value, atMs: seenAtMs });
  }
  return otherMasters;
}

/** Counters of the JSON dump, the errors first: some versions count these as received, too. */
const receivedCounters: { name: string; refusal: string | undefined }[] = [
  { name: 'auth_failure', refusal: 'another password' },
  { name: 'authtype_mismatch', refusal: 'another kind of authentication' },
  { name: 'invalid_authtype', refusal: 'an unknown kind of authentication' },
  { name: 'advert_interval_err', refusal: 'another advertisement interval' },
  { name: 'addr_list_err', refusal: 'another list of virtual addresses' },
  { name: 'advert_rcvd', refusal: undefined },
];

/** Reads the messages that only a master logs, and those of servers that do not understand each other. */
export function readOtherMaster({ id, kind, values }: MessageExplanation): OtherMaster | undefined {
  const isElection = id === 'lower-priority-new-election' || id === 'higher-priority';
  if (!isElection && kind !== 'mismatch') return undefined;
  const theirs = values['theirs'] ?? values['priority'];
  return {
    address: values['address'],
    priority: theirs === undefined ? undefined : Number(theirs),
    refusal: refusals.get(id),
  };
}

const refusals = new Map<MessageId, string>([
  ['password-mismatch', 'another password'],
  ['authentication-mismatch', 'another kind of authentication'],
  ['authentication-header-failed', 'another kind of authentication'],
  ['advert-interval-mismatch', 'another advertisement interval'],
  ['address-count-mismatch', 'another list of virtual addresses'],
  ['address-missing', 'another list of virtual addresses'],
  ['version-mismatch', 'another version of VRRP'],
  ['unknown-unicast-peer', 'an address that is no unicast_peer'],
  ['unicast-multicast-mismatch', 'unicast against multicast'],
]);
