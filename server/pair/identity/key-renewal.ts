/** A new key in place of an old one: the old one signs it, so only who had the old one can have made it. */
import { sign, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

export interface RenewedKey {
  id: string;
  /** Fingerprints. */
  former: string;
  next: string;
}

/** @param keyPem the old key. @returns the signature in base64 */
export function signRenewal(renewed: RenewedKey, keyPem: string): string {
  return sign('sha256', encode(renewed), keyPem).toString('base64');
}

/** @param publicKey the old one, as the other server has shown it */
export function isRenewal(renewed: RenewedKey, signature: string, publicKey: KeyObject): boolean {
  return verify('sha256', encode(renewed), publicKey, Buffer.from(signature, 'base64'));
}

function encode({ id, former, next }: RenewedKey): Buffer {
  return Buffer.from(JSON.stringify(['keepalived-wai pair 1', 'renewed key', id, former, next]));
}
