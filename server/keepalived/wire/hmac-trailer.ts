/**
 * The trailer that keepalived 2.4 puts behind an advertisement with `auth_hmac`: kind, key number, two
 * zero bytes, a time (seconds, fraction, counter) and an HMAC-SHA256 cut to 16 bytes. The HMAC covers a
 * pseudo-header, the message with its checksum as zero, and the trailer with its own place as zero
 * (source of 2.4.3, vrrp_auth_hmac.c; verified with recorded packets).
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import ipaddr from 'ipaddr.js';
import { createDataView } from './bytes.ts';
import type { HmacTrailer } from './decoded-frame.ts';

export const trailerBytes = 28;
const hmacBytes = 16;
const sha256Kind = 1;
const pseudoHeaderBytes = 20;
/** Of the checksum in the VRRP header. */
const checksumAt = 6;

/** Keys by number; undefined: such a key is configured, but its value is not known here. */
export type HmacKeys = ReadonlyMap<number, Uint8Array | undefined>;

/**
 * Reads and verifies a trailer. Never throws, whatever the bytes are.
 * @param message the VRRP message with its trailer, whole
 * @param keys ours; undefined: we have none, or they are not known
 */
export function readHmacTrailer(
  message: Uint8Array,
  { source, keys }: { source: string; keys: HmacKeys | undefined },
): HmacTrailer {
  const trailer = message.subarray(message.length - trailerBytes);
  const view = createDataView(trailer);
  const keyId = view.getUint8(1);
  const facts = {
    keyId,
    sentAtSeconds: view.getUint32(4),
    sequence: view.getBigUint64(4).toString(16).padStart(16, '0'),
  };
  if (view.getUint8(0) !== sha256Kind || view.getUint16(2) !== 0) {
    return { ...facts, verdict: 'malformed' };
  }
  if (keys === undefined) return { ...facts, verdict: 'unverified' };
  if (!keys.has(keyId)) return { ...facts, verdict: 'unknown-key' };
  const key = keys.get(keyId);
  if (key === undefined) return { ...facts, verdict: 'unverified' };
  const sent = trailer.subarray(trailerBytes - hmacBytes);
  const isRight = timingSafeEqual(computeHmac(message, source, key), sent);
  return { ...facts, verdict: isRight ? 'right' : 'wrong' };
}

function computeHmac(message: Uint8Array, source: string, key: Uint8Array): Uint8Array {
  const address = ipaddr.parse(source).toByteArray();
  const pseudoHeader = new Uint8Array(pseudoHeaderBytes);
  pseudoHeader[0] = address.length === 4 ? 4 : 6;
  pseudoHeader[1] = (message[0] ?? 0) >> 4;
  pseudoHeader[2] = message[1] ?? 0;
  pseudoHeader.set(address, 4);
  const covered = Uint8Array.from(message);
  covered.fill(0, checksumAt, checksumAt + 2);
  covered.fill(0, covered.length - hmacBytes);
  return createHmac('sha256', key)
    .update(pseudoHeader)
    .update(covered)
    .digest()
    .subarray(0, hmacBytes);
}
