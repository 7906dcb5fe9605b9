import ipaddr from 'ipaddr.js';

interface AddressRange {
  kind: 'ipv4' | 'ipv6';
  /** All bytes in hexadecimal, so that text compares as addresses do. */
  first: string;
  last: string;
}

/**
 * Whether all of one lies within the other; each is an address, `10.0.0.0/8` or `10.0.0.1-10.0.0.9`.
 * @returns undefined if only a part does, or one is no address.
 */
export function compareAddresses(actual: string, wanted: string): boolean | undefined {
  const [inner, outer] = [parseRange(actual), parseRange(wanted)];
  if (!inner || !outer) return undefined;
  if (inner.kind !== outer.kind || inner.last < outer.first || inner.first > outer.last) {
    return false;
  }
  return inner.first >= outer.first && inner.last <= outer.last ? true : undefined;
}

function parseRange(text: string): AddressRange | undefined {
  const [first = '', last = first] = text.includes('/') ? listBounds(text) : text.split('-');
  if (!ipaddr.isValid(first) || !ipaddr.isValid(last)) return undefined;
  const [lowest, highest] = [ipaddr.parse(first), ipaddr.parse(last)];
  return { kind: lowest.kind(), first: toHex(lowest), last: toHex(highest) };
}

function listBounds(cidr: string): string[] {
  if (!ipaddr.isValidCIDR(cidr)) return [];
  const bits = toHex(ipaddr.parseCIDR(cidr)[0]).length * 4;
  const family = bits === 32 ? ipaddr.IPv4 : ipaddr.IPv6;
  const length = ipaddr.parseCIDR(cidr)[1];
  const network = family.networkAddressFromCIDR(cidr);
  const hostMask = family
    .subnetMaskFromPrefixLength(length)
    .toByteArray()
    .map((byte) => 255 - byte);
  const last = network.toByteArray().map((byte, at) => byte | (hostMask[at] ?? 0));
  return [network.toString(), ipaddr.fromByteArray(last).toString()];
}

function toHex(address: ipaddr.IPv4 | ipaddr.IPv6): string {
  const bytes = address.toByteArray();
  return bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
