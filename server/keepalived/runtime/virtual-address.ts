import type { RuntimeAddress } from '../evidence.ts';

/**
 * Reads a virtual address as both dumps print it:
 * `10.9.0.101/24 dev eth0 scope global label eth0:v2 set`. The prefix is left out of a host
 * address (`10.9.0.120 dev eth0 scope global`); here it is written: `10.9.0.120/32`.
 */
export function parseVirtualAddress(text: string): RuntimeAddress {
  const words = text.trim().split(/\s+/);
  const address = words[0] ?? '';
  const deviceAt = words.indexOf('dev');
  return {
    cidr: address.includes('/') ? address : `${address}/${address.includes(':') ? 128 : 32}`,
    interfaceName: deviceAt === -1 ? undefined : words[deviceAt + 1],
    claimedSet: words.at(-1) === 'set',
  };
}
