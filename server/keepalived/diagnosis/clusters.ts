import type { ConfiguredInstance } from '../config/summary.ts';
import type { VrrpAdvertisement } from '../wire/decoded-frame.ts';
import { groupBy } from './group-by.ts';
import { groupBySender } from './sender.ts';
import type { Sender } from './sender.ts';

/** A virtual router on the network, and who advertises it. */
export interface DetectedCluster {
  virtualRouterId: number;
  family: 'inet' | 'inet6';
  interfaceName: string | undefined;
  vlanIds: number[];
  /** All that any of its senders advertises. */
  addresses: string[];
  senders: DetectedSender[];
}

export type DetectedSender = Pick<
  VrrpAdvertisement,
  | 'source'
  | 'sourceMac'
  | 'version'
  | 'priority'
  | 'intervalMs'
  | 'addresses'
  | 'authentication'
  | 'passwordMatchesOurs'
  | 'hmac'
  | 'unicast'
  | 'ttl'
  | 'checksumOk'
> & {
  /** The median of the pauses between its advertisements; undefined after only one. */
  measuredIntervalMs: number | undefined;
  count: number;
  /** Wall clock, milliseconds since the epoch. */
  firstHeardAtMs: number;
  lastHeardAtMs: number;
};

/** The clusters that were heard, by virtual router ID; each sender as it was heard last. */
export function listClusters(advertisements: readonly VrrpAdvertisement[]): DetectedCluster[] {
  const clusters = groupBy(advertisements, ({ interfaceName, vlanIds, virtualRouterId, family }) =>
    JSON.stringify([interfaceName, vlanIds, virtualRouterId, family]),
  );
  return [...clusters.values()]
    .flatMap((heard): DetectedCluster[] => {
      const [first] = heard;
      if (!first) return [];
      const { virtualRouterId, family, interfaceName, vlanIds } = first;
      const senders = groupBySender(heard).map(summarizeSender);
      const addresses = [...new Set(senders.flatMap((sender) => sender.addresses))];
      return [{ virtualRouterId, family, interfaceName, vlanIds, addresses, senders }];
    })
    .toSorted((one, other) => one.virtualRouterId - other.virtualRouterId);
}

const firstProposal = 51;
const lastVrid = 255;

/**
 * Virtual router IDs for a new cluster: neither heard nor configured here, from 51 upwards, then
 * from 1. What is silent now cannot be heard, so ask before one is taken.
 */
export function proposeFreeVrids(
  heard: readonly Pick<VrrpAdvertisement, 'virtualRouterId'>[],
  ours: readonly Pick<ConfiguredInstance, 'virtualRouterId'>[],
  count = 3,
): number[] {
  const taken = new Set([...heard, ...ours].map(({ virtualRouterId }) => virtualRouterId));
  return Array.from({ length: lastVrid }, (_, at) => ((firstProposal - 1 + at) % lastVrid) + 1)
    .filter((vrid) => !taken.has(vrid))
    .slice(0, count);
}

function summarizeSender({ source, last, advertisements }: Sender): DetectedSender {
  const times = advertisements.map(({ atMs }) => atMs);
  const pauses = times.slice(1).map((atMs, at) => atMs - (times[at] ?? atMs));
  return {
    source,
    sourceMac: last.sourceMac,
    version: last.version,
    priority: last.priority,
    intervalMs: last.intervalMs,
    addresses: last.addresses,
    authentication: last.authentication,
    passwordMatchesOurs: last.passwordMatchesOurs,
    ...(last.hmac ? { hmac: last.hmac } : {}),
    unicast: last.unicast,
    ttl: last.ttl,
    checksumOk: last.checksumOk,
    measuredIntervalMs: pauses.toSorted((a, b) => a - b)[Math.floor(pauses.length / 2)],
    count: advertisements.length,
    firstHeardAtMs: times[0] ?? last.atMs,
    lastHeardAtMs: last.atMs,
  };
}
