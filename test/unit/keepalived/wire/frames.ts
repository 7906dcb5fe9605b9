/** Frames made by hand from the standards, for what no capture shows. */
import type { PcapPacket } from '../../../../server/keepalived/wire/pcap.ts';

export const ethernet = 1;

/** Bytes from hexadecimal text; spaces are for the reader. */
export function hex(...texts: string[]): Uint8Array {
  return Uint8Array.from(Buffer.from(texts.join('').replaceAll(' ', ''), 'hex'));
}

export function packetOf(bytes: Uint8Array, changes: Partial<PcapPacket> = {}): PcapPacket {
  return { atMs: 1000, linkType: ethernet, bytes, originalLength: bytes.length, ...changes };
}

/** An Ethernet frame from 02:00:00:00:00:01, with any VLAN tags before its type. */
export function ethernetFrame(type: string, payload: Uint8Array, tags = ''): Uint8Array {
  return Buffer.concat([hex('01005e000012 020000000001', tags, type), payload]);
}

/** An IPv4 packet from 10.0.0.1 to 224.0.0.18; `options` is a multiple of 4 bytes. */
export function ipv4(
  payload: Uint8Array,
  { protocol = 112, ttl = 255, fragmentation = 0, options = '' } = {},
): Uint8Array {
  const header = Buffer.from(hex('45c00000 00010000 00000000 0a000001 e0000012', options));
  header[0] = 0x40 + header.length / 4;
  header.writeUInt16BE(header.length + payload.length, 2);
  header.writeUInt16BE(fragmentation, 6);
  header[8] = ttl;
  header[9] = protocol;
  return Buffer.concat([header, payload]);
}

/** An IPv6 packet from fe80::1 to ff02::12. */
export function ipv6(payload: Uint8Array, nextHeader = 112): Uint8Array {
  const header = Buffer.from(
    hex('60000000 0000 00 ff', `fe80${'0'.repeat(27)}1`, `ff02${'0'.repeat(26)}12`),
  );
  header.writeUInt16BE(payload.length, 4);
  header[6] = nextHeader;
  return Buffer.concat([header, payload]);
}

/**
 * RFC 3768, 5.1: virtual router 7, priority 100, one address, no authentication, 1 s. The checksum
 * was added up by hand: 2107 + 6401 + 0001 + c000 + 0207 = 14710 → 4711 → its complement b8ee.
 */
export const version2Message = hex('21 07 64 01 00 01 b8ee c0000207 0000000000000000');

/** The same router in version 3 (RFC 9568, 5.2): 3107 + 6401 + 0064 + c000 + 0207 → a88b. */
export const version3Message = hex('31 07 64 01 0064 a88b c0000207');
