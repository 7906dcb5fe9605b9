import ipaddr from 'ipaddr.js';

/** Reads numbers in network byte order; the caller has checked the length. */
export function createDataView(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** `00:00:5e:00:01:33` */
export function formatMac(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(':');
}

/** An address of 4 or 16 bytes, spelled as `normalizeAddress` spells it. */
export function formatAddress(bytes: Uint8Array): string {
  return ipaddr.fromByteArray([...bytes]).toString();
}
