import { createHmac } from 'node:crypto';
import { createDataView } from './bytes.ts';
import type { IpPacket } from './ip.ts';
import { paddedPassword } from './password.ts';
import { createMalformed } from './undecodable.ts';
import type { Undecodable } from './undecodable.ts';

export const authenticationHeaderProtocol = 51;

interface AuthenticationHeader {
  protocol: number;
  /** What the header encloses. */
  payload: Uint8Array;
  /** How long the header is. */
  bytes: number;
}

const fixedBytes = 12;
/** keepalived uses HMAC-MD5-96 (RFC 2403). */
const checkValueBytes = 12;
/** So that a router on the way, which is a problem of its own, does not look like another password. */
const timeToLiveSent = 255;

/** Reads the header of protocol 51 (RFC 4302) at the beginning of a packet's payload. */
export function readAuthenticationHeader(payload: Uint8Array): AuthenticationHeader | Undecodable {
  if (payload.length < fixedBytes) return createMalformed('an authentication header is cut short');
  const view = createDataView(payload);
  const bytes = (view.getUint8(1) + 2) * 4;
  if (bytes < fixedBytes || payload.length < bytes) {
    return createMalformed('an authentication header of an impossible length');
  }
  return { protocol: view.getUint8(0), payload: payload.subarray(bytes), bytes };
}

/**
 * Whether a complete packet was authenticated with this password: HMAC-MD5-96 over the packet with
 * the padded password as key, and what routers may change set to zero. Undefined if this cannot be
 * computed. Unlike RFC 4302 (3.3.3.1) keepalived leaves the TTL in (measured, 2.2.7).
 */
export function matchesAuthenticationHeader(
  packet: IpPacket,
  header: AuthenticationHeader,
  password: string,
): boolean | undefined {
  if (packet.family !== 'inet' || header.bytes !== fixedBytes + checkValueBytes) return undefined;
  const ipHeader = Buffer.from(packet.header);
  // Type of service, fragmentation, checksum.
  ipHeader.fill(0, 1, 2).fill(0, 6, 8).fill(0, 10, 12);
  ipHeader[8] = timeToLiveSent;
  const content = Buffer.from(packet.payload);
  const received = Buffer.from(content.subarray(fixedBytes, header.bytes));
  content.fill(0, fixedBytes, header.bytes);
  try {
    const digest = createHmac('md5', paddedPassword(password))
      .update(ipHeader)
      .update(content)
      .digest();
    return digest.subarray(0, checkValueBytes).equals(received);
  } catch {
    // Machines in FIPS mode have no MD5.
    return undefined;
  }
}
