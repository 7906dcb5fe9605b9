import ipaddr from 'ipaddr.js';
import { normalizeAddress } from '../addresses/addresses.ts';
import type { InstanceInterfaces } from '../addresses/instance-interfaces.ts';
import type { ConfiguredInstance } from '../config/summary.ts';
import type { NetworkAddress, NetworkReport } from '../proof/evidence.ts';
import { compareAddresses } from './address-range.ts';
import { findLinkStack } from './link-stack.ts';
import type { LinkStack } from './link-stack.ts';
import { getProtocol } from './protocols.ts';
import type { PacketKey } from './rule-set.ts';
import { findTimeToLive } from './time-to-live.ts';

export type PacketDirection = 'in' | 'out';

/** An advertisement as a packet filter sees it. */
export interface VrrpPacket extends LinkStack {
  direction: PacketDirection;
  family: 'inet' | 'inet6';
  interfaceName: string;
  /** VRRP, or the authentication header (`auth_type AH`), which hides it. */
  protocol: 112 | 51;
  /** An address, or the network that it is in: `192.168.0.0/24`; undefined: not known. */
  source: string | undefined;
  destination: string;
  multicast: boolean;
  /** The interface that a virtual one (`use_vmac`, `use_ipvlan`) stands on. */
  parentName?: string | undefined;
  /**
   * For IPv6: both ends are link-local addresses of one network on the interface, so that the way back
   * to the sender is known to leave by it. Not set: not known.
   */
  isFromLink?: boolean | undefined;
  /** The TTL or hop limit; undefined: not known. */
  timeToLive?: number | undefined;
}

/** RFC 9568, 5.1.1.2 and 5.1.2.2. */
const groups = { inet: '224.0.0.18', inet6: 'ff02::12' } as const;

/** What filtering needs to know of an instance. */
export type PacketSettings = Pick<
  ConfiguredInstance,
  | 'addresses'
  | 'unicastPeers'
  | 'multicastDestination'
  | 'authentication'
  | 'version'
  | 'unicastTtl'
  | 'hasUnreadParts'
> & { interfaces: Pick<InstanceInterfaces, 'base' | 'wire' | 'sourceAddress'> };

/**
 * The advertisements that an instance receives or sends: to the multicast group, or one for each
 * unicast peer; none if it names no interface, or its own address for unicast is not known.
 * @param senders who was heard; without, a multicast packet may come from all of the network.
 */
export function listVrrpPackets(
  settings: PacketSettings,
  direction: PacketDirection,
  network: NetworkReport | undefined,
  senders: readonly string[] = [],
): VrrpPacket[] {
  const { interfaces, unicastPeers, multicastDestination } = settings;
  const { wire: interfaceName, base } = interfaces;
  if (interfaceName === undefined) return [];
  const family = familyOf(unicastPeers[0] ?? settings.addresses[0]?.address ?? '');
  // What leaves by a virtual interface (use_vmac) comes from an address of the one below.
  const link = findOwnAddress(base ?? interfaceName, family, network);
  const own = interfaces.sourceAddress ?? link?.address;
  const { type, isIgnored } = settings.authentication;
  // Version 3 has no authentication; keepalived ignores the block.
  const isHidden =
    type === 'AH' && isIgnored !== true && settings.version !== 3 && family === 'inet';
  const protocol = isHidden ? 51 : 112;
  const place = { ...findPlace(interfaces, network), ...findLinkStack(interfaceName, network) };
  const packet = { direction, interfaceName, protocol, ...place } as const;
  if (unicastPeers.length === 0) {
    const neighbours = link && networkOf(link);
    const sources = direction === 'out' ? [own] : senders.length > 0 ? senders : [neighbours];
    const destination = multicastDestination ?? groups[family];
    const timeToLive = findTimeToLive({ direction, family, multicast: true }, settings);
    return sources.map((source) => ({
      ...{ ...packet, family, source, destination, multicast: true, timeToLive },
      isFromLink: direction === 'in' && isOnLink(source, interfaceName, network),
    }));
  }
  return unicastPeers.map(normalizeAddress).flatMap((peer): VrrpPacket[] => {
    const way = { direction, family: familyOf(peer), multicast: false };
    const unicast = { ...packet, ...way, timeToLive: findTimeToLive(way, settings) };
    if (direction === 'out') return [{ ...unicast, source: own, destination: peer }];
    return own === undefined ? [] : [{ ...unicast, source: peer, destination: own }];
  });
}

/** The interface below a virtual one. */
function findPlace(
  { wire, base }: PacketSettings['interfaces'],
  network: NetworkReport | undefined,
): Pick<VrrpPacket, 'parentName'> {
  const links = network?.ok ? network.interfaces : [];
  const parentName = links.find(({ name }) => name === wire)?.virtual?.parentName;
  return { parentName: parentName ?? (wire === base ? undefined : base) };
}

/** Whether an IPv6 sender is in the network of a link-local address of this interface. */
function isOnLink(
  source: string | undefined,
  interfaceName: string,
  network: NetworkReport | undefined,
): boolean {
  if (source === undefined || !source.startsWith('fe80:') || !network?.ok) return false;
  const link = network.interfaces.find(({ name }) => name === interfaceName);
  return (link?.addresses ?? [])
    .filter(({ address }) => address.startsWith('fe80:'))
    .some((address) => compareAddresses(source, networkOf(address)) === true);
}

/** `192.168.0.0/24` of 192.168.0.10/24. */
function networkOf({ address, prefixLength }: NetworkAddress): string {
  const cidr = `${address}/${prefixLength}`;
  if (!ipaddr.isValidCIDR(cidr)) return cidr;
  const family = address.includes(':') ? ipaddr.IPv6 : ipaddr.IPv4;
  return `${family.networkAddressFromCIDR(cidr).toString()}/${prefixLength}`;
}

/** `protocol 112 from 192.168.0.20 to 224.0.0.18` */
export function describePacket({ protocol, source, destination }: VrrpPacket): string {
  return `protocol ${protocol}${source === undefined ? '' : ` from ${source}`} to ${destination}`;
}

/** What an advertisement may have in place of a key; nothing: that is not known. */
export function listPacketValues(packet: VrrpPacket, key: PacketKey): string[] {
  const { direction, family, interfaceName, protocol, source, destination, multicast } = packet;
  switch (key) {
    case 'family':
      return [family];
    case 'protocol':
      return [String(protocol)];
    case 'in-interface':
      return [direction === 'in' ? interfaceName : ''];
    case 'out-interface':
      return [direction === 'out' ? interfaceName : ''];
    case 'source':
      return source === undefined ? [] : [source];
    case 'destination':
      return [destination];
    case 'packet-type':
      // The kernel has not looked yet at where a packet of its own goes.
      return [direction === 'in' && multicast ? 'multicast' : 'unicast'];
    case 'destination-type':
      return [multicast ? 'multicast' : direction === 'in' ? 'local' : 'unicast'];
    case 'destination-type-here':
      // An address of this server may be on another interface of it.
      return multicast ? ['multicast'] : [];
    case 'connection-state':
      // Nothing answers a multicast packet; a unicast peer's own advertisements look like answers.
      return multicast ? ['new'] : ['new', 'established'];
    case 'connection-status':
      // Nobody translates its addresses; other flags are not known.
      return ['untranslated'];
    case 'reverse-path':
      return packet.isFromLink === true ? ['known'] : [];
    case 'time-to-live':
      return packet.timeToLive === undefined ? [] : [String(packet.timeToLive)];
    case 'fragment':
      // An advertisement is never fragmented.
      return ['0'];
  }
}

/** Whether a value of a packet is the one that a rule names. @returns undefined: not understood. */
export function matchesValue(key: PacketKey, actual: string, wanted: string): boolean | undefined {
  switch (key) {
    case 'in-interface':
    case 'out-interface':
      return wanted.endsWith('*') ? actual.startsWith(wanted.slice(0, -1)) : actual === wanted;
    case 'source':
    case 'destination':
      return compareAddresses(actual, wanted);
    case 'protocol':
    case 'time-to-live':
    case 'fragment':
      return matchesNumber(Number(actual), key === 'protocol' ? getProtocol(wanted) : wanted);
    case 'connection-status':
      return wanted === 'dnat' || wanted === 'snat' ? false : undefined;
    case 'family':
    case 'packet-type':
    case 'destination-type':
    case 'destination-type-here':
    case 'reverse-path':
    case 'connection-state':
      return actual === wanted;
  }
}

function matchesNumber(actual: number, wanted: string): boolean | undefined {
  const [first, last = first] = wanted.split('-').map(Number);
  if (first === undefined || last === undefined || Number.isNaN(first + last)) return undefined;
  return actual >= first && actual <= last;
}

function familyOf(address: string): 'inet' | 'inet6' {
  return address.includes(':') ? 'inet6' : 'inet';
}

/** keepalived sends from the interface's first address, for IPv6 from its link-local one. */
function findOwnAddress(
  interfaceName: string,
  family: 'inet' | 'inet6',
  network: NetworkReport | undefined,
): NetworkAddress | undefined {
  if (!network?.ok) return undefined;
  const link = network.interfaces.find(({ name }) => name === interfaceName);
  const own = link?.addresses.filter((address) => address.family === family) ?? [];
  const linkLocal = own.find(({ address }) => address.startsWith('fe80:'));
  return family === 'inet6' ? linkLocal : own[0];
}
