import { containsAddress, normalizeAddress } from '../../keepalived/addresses/addresses.ts';
import type { ProgramOptions } from '../../program-options.ts';

/** Whether what a peer says of its own client is believed; undefined: it came over a unix socket. */
export type IsTrustedProxy = (address: string | undefined) => boolean;

export function createProxyTrust({
  unix,
  networks,
}: ProgramOptions['trustedProxies']): IsTrustedProxy {
  return (address) => {
    if (address === undefined) return unix;
    const plain = plainAddress(address);
    return networks.some((network) => containsAddress(network, plain));
  };
}

/** One spelling of an address, and of IPv4 its own, also where a socket for both families has it. */
export function plainAddress(address: string): string {
  const plain = normalizeAddress(address.replace(/%.*$/, ''));
  const mapped = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(plain);
  if (!mapped) return plain.replace(/^::ffff:(?=\d+\.)/, '');
  const bits = mapped.slice(1).map((group) => Number.parseInt(group, 16));
  return bits.flatMap((group) => [group >> 8, group & 0xff]).join('.');
}
