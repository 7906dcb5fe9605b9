/** Which instances of several servers are one virtual router. */
import {
  bareAddress,
  containsAddress,
  isLinkLocal,
  normalizeAddress,
} from '../addresses/addresses.ts';
import type { KnownServer, Member } from './known-server.ts';
import type { InstanceReport } from './server-report.ts';

export interface VirtualRouter {
  virtualRouterId: number | undefined;
  family: InstanceReport['family'];
  /** All that one of its members has, without prefix lengths. */
  addresses: string[];
  /** At most one instance of each server, in the order of the servers. */
  members: Member[];
}

/**
 * The virtual routers of a pair, those of the first server first. Two instances are one if they have
 * the same virtual router ID and family, and share a virtual address or a network, or one is the
 * unicast peer of the other; two clusters in different networks may use one ID. A name is a hint only.
 */
export function matchRouters(servers: readonly KnownServer[]): VirtualRouter[] {
  const routers: Member[][] = [];
  for (const server of servers) {
    const free = [...(server.report?.instances ?? [])];
    for (const members of routers) {
      const best = free
        .map((instance) => ({ instance, weight: weigh(members, instance) }))
        .filter(({ weight }) => weight > 0)
        .toSorted((one, other) => other.weight - one.weight)[0];
      if (!best) continue;
      free.splice(free.indexOf(best.instance), 1);
      members.push({ server, instance: best.instance });
    }
    routers.push(...free.map((instance) => [{ server, instance }]));
  }
  return routers.map(describeRouter);
}

/** How much speaks for its being of that router; 0: it is not. */
function weigh(members: readonly Member[], candidate: InstanceReport): number {
  return Math.max(...members.map(({ instance }) => compare(instance, candidate)));
}

function compare(one: InstanceReport, other: InstanceReport): number {
  const { virtualRouterId, family } = one;
  if (virtualRouterId === undefined || virtualRouterId !== other.virtualRouterId) return 0;
  if (family !== undefined && other.family !== undefined && family !== other.family) return 0;
  const names = new Set(listVirtualAddresses(other));
  const shared = listVirtualAddresses(one).filter((address) => names.has(address)).length;
  const meet = sharesNetwork(one, other) || isPeerOf(one, other) || isPeerOf(other, one);
  if (shared === 0 && !meet) return 0;
  return 10 * shared + (meet ? 2 : 0) + (one.name === other.name ? 1 : 0);
}

/** The virtual addresses of an instance, without prefix lengths. */
export const listVirtualAddresses = ({ addresses }: InstanceReport): string[] =>
  addresses.map(({ cidr }) => normalizeAddress(bareAddress(cidr)));

/** The server's own addresses where an instance sends, without prefix lengths. */
export const listOwnAddresses = ({ interfaceAddresses }: InstanceReport): string[] =>
  interfaceAddresses.map(bareAddress);

/** Link-local addresses are on each network. */
function sharesNetwork(one: InstanceReport, other: InstanceReport): boolean {
  const theirs = listOwnAddresses(other).filter((address) => !isLinkLocal(address));
  return one.interfaceAddresses.some((cidr) => {
    const address = bareAddress(cidr);
    const prefixLength = Number(cidr.split('/')[1]);
    const isHost = prefixLength === (address.includes(':') ? 128 : 32);
    if (isHost || isLinkLocal(address) || !(prefixLength > 0)) return false;
    return theirs.some((their) => containsAddress({ address, prefixLength }, their));
  });
}

const isPeerOf = (one: InstanceReport, other: InstanceReport): boolean => {
  const own = new Set(listOwnAddresses(other));
  return one.unicastPeers.some((peer) => own.has(normalizeAddress(peer)));
};

function describeRouter(members: Member[]): VirtualRouter {
  const instances = members.map(({ instance }) => instance);
  return {
    virtualRouterId: instances[0]?.virtualRouterId,
    family: instances.find(({ family }) => family !== undefined)?.family,
    addresses: [...new Set(instances.flatMap(listVirtualAddresses))],
    members,
  };
}
