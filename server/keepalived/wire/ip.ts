import { formatAddress, createDataView } from './bytes.ts';
import { etherTypes } from './link-layer.ts';
import { isUndecodable, createMalformed, createOther } from './undecodable.ts';
import type { Undecodable } from './undecodable.ts';

export interface IpPacket {
  family: 'inet' | 'inet6';
  source: string;
  destination: string;
  multicast: boolean;
  ttl: number;
  protocol: number;
  /** The header with its options; for IPv6 without the extension headers. */
  header: Uint8Array;
  payload: Uint8Array;
  fragmented: boolean;
  /** How many bytes of the payload are not here. */
  missingBytes: number;
}

/** Reads IPv4 (RFC 791) or IPv6 (RFC 8200), whichever the Ethernet type announces. */
export function readIp(etherType: number, bytes: Uint8Array): IpPacket | Undecodable {
  if (etherType === etherTypes.ipv4) return readIpv4(bytes);
  if (etherType === etherTypes.ipv6) return readIpv6(bytes);
  return createOther(`Ethernet type 0x${etherType.toString(16).padStart(4, '0')}`);
}

function readIpv4(bytes: Uint8Array): IpPacket | Undecodable {
  if (bytes.length < 20) return createMalformed('shorter than an IPv4 header');
  const view = createDataView(bytes);
  const first = view.getUint8(0);
  if (first >> 4 !== 4) return createMalformed('an IPv4 header of another version');
  const headerBytes = (first & 0xf) * 4;
  const totalBytes = view.getUint16(2);
  if (headerBytes < 20 || totalBytes < headerBytes || bytes.length < headerBytes) {
    return createMalformed('an IPv4 header of an impossible length');
  }
  const fragmentation = view.getUint16(6);
  if ((fragmentation & 0x1fff) > 0) return createOther('a later fragment');
  const payload = bytes.subarray(headerBytes, totalBytes);
  return {
    family: 'inet',
    source: formatAddress(bytes.subarray(12, 16)),
    destination: formatAddress(bytes.subarray(16, 20)),
    multicast: view.getUint8(16) >> 4 === 0xe,
    ttl: view.getUint8(8),
    protocol: view.getUint8(9),
    header: bytes.subarray(0, headerBytes),
    payload,
    fragmented: (fragmentation & 0x2000) !== 0,
    missingBytes: totalBytes - headerBytes - payload.length,
  };
}

function readIpv6(bytes: Uint8Array): IpPacket | Undecodable {
  if (bytes.length < 40) return createMalformed('shorter than an IPv6 header');
  const view = createDataView(bytes);
  if (view.getUint8(0) >> 4 !== 6) return createMalformed('an IPv6 header of another version');
  const payloadBytes = view.getUint16(4);
  const captured = bytes.subarray(40, 40 + payloadBytes);
  const content = skipExtensionHeaders(view.getUint8(6), captured);
  if (isUndecodable(content)) return content;
  return {
    family: 'inet6',
    source: formatAddress(bytes.subarray(8, 24)),
    destination: formatAddress(bytes.subarray(24, 40)),
    multicast: view.getUint8(24) === 0xff,
    ttl: view.getUint8(7),
    ...content,
    header: bytes.subarray(0, 40),
    missingBytes: payloadBytes - captured.length,
  };
}

const fragmentHeader = 44;
/** Hop-by-hop options, routing, destination options: all begin with next header and length. */
const skippedHeaders = new Set([0, 43, 60]);
/** RFC 8200 foresees each once, destination options twice. */
const maximumExtensionHeaders = 8;

function skipExtensionHeaders(
  firstProtocol: number,
  packetPayload: Uint8Array,
): Pick<IpPacket, 'protocol' | 'payload' | 'fragmented'> | Undecodable {
  let protocol = firstProtocol;
  let payload = packetPayload;
  let fragmented = false;
  for (let count = 0; skippedHeaders.has(protocol) || protocol === fragmentHeader; count += 1) {
    if (count === maximumExtensionHeaders)
      return createMalformed('too many IPv6 extension headers');
    if (payload.length < 8) return createMalformed('an IPv6 extension header is cut short');
    const view = createDataView(payload);
    if (protocol === fragmentHeader) {
      const fragmentation = view.getUint16(2);
      if (fragmentation >> 3 > 0) return createOther('a later fragment');
      fragmented ||= (fragmentation & 1) !== 0;
    }
    const headerBytes = protocol === fragmentHeader ? 8 : (view.getUint8(1) + 1) * 8;
    if (payload.length < headerBytes)
      return createMalformed('an IPv6 extension header is cut short');
    protocol = view.getUint8(0);
    payload = payload.subarray(headerBytes);
  }
  return { protocol, payload, fragmented };
}
