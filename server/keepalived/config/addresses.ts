import ipaddr from 'ipaddr.js';
import { placeOf } from '../language/place.ts';
import type { ConfiguredAddress } from './summary.ts';

/**
 * Reads one entry of a `virtual_ipaddress` block (`ADDRESS[/LENGTH] [dev IF] [label L] …`, see
 * keepalived.conf(5)); undefined if keepalived would skip it as no address.
 */
export function findAddress(
  words: readonly string[],
  place: { line: number; path?: string | undefined; excluded: boolean },
): ConfiguredAddress | undefined {
  const [first = '', ...options] = words;
  const [address = '', ownLength] = first.split('/', 2);
  // With a peer keepalived gives the kernel the peer's prefix length.
  const length = optionAfter(options, 'peer')?.split('/')[1] ?? ownLength;
  const family = findAddressFamily(address);
  if (family === undefined) return undefined;
  const maximum = longestPrefix[family];
  const prefixLength = length !== undefined && /^\d+$/.test(length) ? Number(length) : undefined;
  return {
    text: words.join(' '),
    address,
    prefixLength: prefixLength !== undefined && prefixLength <= maximum ? prefixLength : undefined,
    family,
    interfaceName: optionAfter(options, 'dev'),
    label: optionAfter(options, 'label'),
    scope: optionAfter(options, 'scope'),
    ...(options.includes('use_vmac') && { usesVmac: true }),
    excluded: place.excluded,
    ...placeOf(place),
  };
}

/** The family of an address without a prefix length; undefined if it is none. */
function findAddressFamily(address: string): 'inet' | 'inet6' | undefined {
  if (ipaddr.IPv4.isValidFourPartDecimal(address)) return 'inet';
  return ipaddr.IPv6.isValid(address) ? 'inet6' : undefined;
}

const longestPrefix = { inet: 32, inet6: 128 };

/** As keepalived puts it on the interface: an address without one stands alone. */
export function prefixLengthOf({ prefixLength, family }: ConfiguredAddress): number {
  return prefixLength ?? longestPrefix[family];
}

/** One spelling for each address: `FD00:0::1` and `fd00::1` are the same one. */
export function canonicalAddress(address: ConfiguredAddress): string {
  return ipaddr.parse(address.address).toString();
}

function optionAfter(words: readonly string[], keyword: string): string | undefined {
  const index = words.indexOf(keyword);
  return index === -1 ? undefined : words[index + 1];
}
