import ipaddr from 'ipaddr.js';
import type { ChecksumForm } from './decoded-frame.ts';
import type { IpPacket } from './ip.ts';

export const vrrpProtocol = 112;
const multicastAddress = '224.0.0.18';

/**
 * In which of its forms the checksum of a complete VRRP message is right; undefined: in none. Which
 * one is meant differs between versions and makers, see `ChecksumForm` (RFC 9568, 5.2.8;
 * keepalived.conf(5), `v3_checksum_as_v2`, `old_unicast_checksum`; recorded from keepalived 2.2.7).
 */
export function findChecksumForm(
  version: 2 | 3,
  { family, source, destination, multicast }: IpPacket,
  message: Uint8Array,
): ChecksumForm | undefined {
  const messageSum = sumWords(message);
  const isRightTo = (address: string) =>
    isRight(messageSum + sumPseudoHeader(source, address, message.length));

  const mayHavePseudoHeader = version === 3 || family === 'inet6';
  if (mayHavePseudoHeader && isRightTo(destination)) return 'pseudo-header';
  if (family === 'inet' && isRight(messageSum)) return 'message';
  if (version === 3 && family === 'inet' && !multicast && isRightTo(multicastAddress)) {
    return 'old-unicast';
  }
  return undefined;
}

function sumPseudoHeader(source: string, destination: string, length: number): number {
  const addresses = [source, destination].flatMap((text) => ipaddr.parse(text).toByteArray());
  return sumWords(Uint8Array.from(addresses)) + vrrpProtocol + length;
}

/** The sum of the 16-bit words, carries not yet folded; an odd last byte counts as the upper one. */
function sumWords(bytes: Uint8Array): number {
  return bytes.reduce((sum, byte, at) => sum + (at % 2 === 0 ? byte << 8 : byte), 0);
}

/** A sum over data with its checksum is all ones (RFC 1071). */
function isRight(sum: number): boolean {
  let folded = sum;
  while (folded > 0xffff) folded = (folded & 0xffff) + (folded >>> 16);
  return folded === 0xffff;
}
