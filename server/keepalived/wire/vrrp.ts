import { formatAddress, createDataView } from './bytes.ts';
import type { VrrpAdvertisement } from './decoded-frame.ts';
import { paddedPassword, passwordBytes } from './password.ts';
import { createMalformed, createOther } from './undecodable.ts';
import type { Undecodable } from './undecodable.ts';

export type VrrpFields = Pick<
  VrrpAdvertisement,
  | 'version'
  | 'virtualRouterId'
  | 'priority'
  | 'intervalMs'
  | 'addresses'
  | 'authentication'
  | 'passwordMatchesOurs'
> & {
  /** Without what follows behind it, such as the trailer of `auth_hmac`. */
  messageBytes: number;
};

const headerBytes = 8;
const authenticationNames = ['none', 'password', 'ah'] as const;

/**
 * Reads a VRRP message of version 2 (RFC 3768, authentication of RFC 2338) or 3 (RFC 9568).
 * @param message from the version on, to the end of the IP packet as far as it was captured
 * @param surroundings `missingBytes`: how many more there are · `passwords`: ours, by virtual router ID
 */
export function readVrrp(
  message: Uint8Array,
  surroundings: {
    family: 'inet' | 'inet6';
    missingBytes: number;
    passwords: ReadonlyMap<number, string>;
  },
): VrrpFields | Undecodable {
  if (message.length < headerBytes) return createMalformed('shorter than a VRRP header');
  const view = createDataView(message);
  const version = view.getUint8(0) >> 4;
  const type = view.getUint8(0) & 0xf;
  if (version !== 2 && version !== 3) return createMalformed(`VRRP version ${version}`);
  if (type !== 1) return createMalformed(`VRRP message of type ${type}`);
  if (isCarp(message)) return createOther('CARP, which has the same protocol number');

  const virtualRouterId = view.getUint8(1);
  const count = view.getUint8(3);
  const addressBytes = surroundings.family === 'inet' ? 4 : 16;
  const addressesEnd = headerBytes + count * addressBytes;
  const neededBytes = addressesEnd + (version === 2 ? passwordBytes : 0);
  if (message.length + surroundings.missingBytes < neededBytes) {
    return createMalformed(`too short for the ${count} addresses that it announces`);
  }
  const authentication =
    version === 3 ? 'none' : (authenticationNames[view.getUint8(4)] ?? 'unknown');
  const sent = message.subarray(addressesEnd, neededBytes);
  return {
    messageBytes: neededBytes,
    version,
    virtualRouterId,
    priority: view.getUint8(2),
    // Version 2 counts seconds, version 3 hundredths in 12 bits.
    intervalMs: version === 2 ? view.getUint8(5) * 1000 : (view.getUint16(4) & 0xfff) * 10,
    addresses: readAddresses(message.subarray(headerBytes, addressesEnd), addressBytes),
    authentication,
    passwordMatchesOurs:
      authentication === 'password'
        ? matchesPassword(sent, surroundings.passwords.get(virtualRouterId))
        : undefined,
  };
}

/** As many as are whole. */
function readAddresses(bytes: Uint8Array, addressBytes: number): string[] {
  const count = Math.floor(bytes.length / addressBytes);
  return Array.from({ length: count }, (_, at) =>
    formatAddress(bytes.subarray(at * addressBytes, (at + 1) * addressBytes)),
  );
}

function matchesPassword(sent: Uint8Array, ours: string | undefined): boolean | undefined {
  if (ours === undefined || sent.length < passwordBytes) return undefined;
  return paddedPassword(ours).equals(sent);
}

/** OpenBSD's protocol also says version 2, type 1; it is always 36 bytes with 7 words of digest. */
function isCarp(message: Uint8Array): boolean {
  return message.length === 36 && message[0] === 0x21 && message[3] === 7;
}
