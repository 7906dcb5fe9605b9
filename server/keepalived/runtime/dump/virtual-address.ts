import type { RuntimeAddress } from '../../proof/evidence.ts';

/**
 * Reads a virtual address as both dumps print it (`format_ipaddress`, 2.2.7 to 2.4.3):
 * `10.9.0.101/24 dev eth0 scope global label eth0:v2 set`. The prefix is left out of a host
 * address (`10.9.0.120 dev eth0 scope global`); here it is written: `10.9.0.120/32`. With
 * `use_vmac` the device is `eth0v10v4@eth0`: the virtual interface, and the one it stands on. With
 * a peer the prefix length is that of the peer, in the kernel too.
 */
export function parseVirtualAddress(text: string): RuntimeAddress {
  const words = text.trim().split(/\s+/);
  const [address = '', ownLength] = (words[0] ?? '').split('/', 2);
  const valueOf = (keyword: string): string | undefined => {
    const at = words.indexOf(keyword);
    return at === -1 ? undefined : words[at + 1];
  };
  const prefixLength = valueOf('peer')?.split('/')[1] ?? ownLength;
  const label = valueOf('label');
  return {
    cidr: `${address}/${prefixLength ?? (address.includes(':') ? 128 : 32)}`,
    interfaceName: valueOf('dev')?.split('@')[0],
    ...(label !== undefined && { label }),
    claimedSet: words.includes('set'),
  };
}
