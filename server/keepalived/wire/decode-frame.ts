import { readArp } from './arp.ts';
import {
  authenticationHeaderProtocol,
  matchesAuthenticationHeader,
  readAuthenticationHeader,
} from './authentication-header.ts';
import { findChecksumForm, vrrpProtocol } from './checksum.ts';
import type { DecodedFrame, VrrpAdvertisement } from './decoded-frame.ts';
import { readHmacTrailer, trailerBytes } from './hmac-trailer.ts';
import type { HmacKeys } from './hmac-trailer.ts';
import { readIp } from './ip.ts';
import type { IpPacket } from './ip.ts';
import { etherTypes, readLinkLayer } from './link-layer.ts';
import type { LinkLayer } from './link-layer.ts';
import type { PcapPacket } from './pcap.ts';
import { isUndecodable, createMalformed, createOther } from './undecodable.ts';
import type { Undecodable } from './undecodable.ts';
import { readVrrp } from './vrrp.ts';

export interface DecodingContext {
  /** The interface that was captured on. */
  interfaceName?: string;
  /** For captures on “any”: the interfaces by the kernel's number. */
  interfaceNames?: ReadonlyMap<number, string>;
  /** Our own passwords by virtual router ID: compared with, never given out. */
  passwords?: ReadonlyMap<number, string>;
  /** Our own `auth_hmac` keys by virtual router ID: verified with, never given out. */
  hmacKeys?: ReadonlyMap<number, HmacKeys>;
}

/** Says what a captured frame is. Never throws: what cannot be read is `malformed`, with the reason. */
export function decodeFrame(packet: PcapPacket, context: DecodingContext = {}): DecodedFrame {
  const link = readLinkLayer(packet.linkType, packet.bytes);
  const interfaceIndex = isUndecodable(link) ? undefined : link.interfaceIndex;
  const facts = {
    atMs: packet.atMs,
    interfaceName:
      context.interfaceName ??
      (interfaceIndex === undefined ? undefined : context.interfaceNames?.get(interfaceIndex)),
  };
  if (isUndecodable(link)) return { ...facts, ...link };
  const { sourceMac, vlanIds, outgoing } = link;
  const linkFacts = { ...facts, sourceMac, vlanIds, outgoing };

  if (link.etherType === etherTypes.arp) {
    const arp = readArp(link.payload);
    return isUndecodable(arp) ? { ...facts, ...arp } : { ...linkFacts, kind: 'arp', ...arp };
  }
  const advertisement = readAdvertisement(packet, link, context);
  return isUndecodable(advertisement)
    ? { ...facts, ...advertisement }
    : { ...linkFacts, kind: 'vrrp', ...advertisement };
}

type AdvertisementFields = Omit<
  VrrpAdvertisement,
  'kind' | 'atMs' | 'interfaceName' | 'sourceMac' | 'vlanIds' | 'outgoing'
>;

function readAdvertisement(
  { bytes, originalLength }: PcapPacket,
  link: LinkLayer,
  { passwords = new Map<number, string>(), hmacKeys }: DecodingContext,
): AdvertisementFields | Undecodable {
  const packet = readIp(link.etherType, link.payload);
  if (isUndecodable(packet)) return packet;
  const enclosed =
    packet.protocol === authenticationHeaderProtocol
      ? readAuthenticationHeader(packet.payload)
      : packet;
  if (isUndecodable(enclosed)) return enclosed;
  if (enclosed.protocol !== vrrpProtocol) return createOther(`IP protocol ${enclosed.protocol}`);

  const { family, missingBytes, fragmented } = packet;
  const truncated = missingBytes > 0;
  if (truncated && originalLength <= bytes.length)
    return createMalformed('shorter than it claims to be');
  const read = readVrrp(enclosed.payload, {
    family,
    // A later fragment may bring any number.
    missingBytes: fragmented ? Infinity : missingBytes,
    passwords,
  });
  if (isUndecodable(read)) return read;
  const { messageBytes, ...vrrp } = read;

  const isWhole = !truncated && !fragmented;
  const hasTrailer = isWhole && enclosed.payload.length === messageBytes + trailerBytes;
  // For IPv4 the sum leaves the trailer out; for IPv6 the kernel sums all of the packet.
  const message =
    hasTrailer && family === 'inet' ? enclosed.payload.subarray(0, messageBytes) : enclosed.payload;
  const checksumForm = isWhole ? findChecksumForm(vrrp.version, packet, message) : undefined;
  const keys = hmacKeys?.get(vrrp.virtualRouterId);
  const ours = passwords.get(vrrp.virtualRouterId);
  const headerMatches =
    'bytes' in enclosed && isWhole && ours !== undefined
      ? matchesAuthenticationHeader(packet, enclosed, ours)
      : undefined;
  return {
    ...vrrp,
    ...addressing(packet),
    ...(hasTrailer
      ? { hmac: readHmacTrailer(enclosed.payload, { source: packet.source, keys }) }
      : {}),
    passwordMatchesOurs: vrrp.passwordMatchesOurs ?? headerMatches,
    checksumOk: isWhole ? checksumForm !== undefined : undefined,
    checksumForm,
    fromVirtualMac: link.sourceMac === virtualMac(family, vrrp.virtualRouterId),
    truncated,
    fragmented,
  };
}

function addressing({ family, source, destination, multicast, ttl }: IpPacket) {
  return { family, source, destination, unicast: !multicast, ttl };
}

/** RFC 9568, 7.3 */
function virtualMac(family: 'inet' | 'inet6', virtualRouterId: number): string {
  const lastByte = virtualRouterId.toString(16).padStart(2, '0');
  return `00:00:5e:00:0${family === 'inet' ? 1 : 2}:${lastByte}`;
}
