/** IP addresses as an administrator writes them, for VRRP (RFC 9568). */
import ipaddr from 'ipaddr.js';
import type { NetworkAddress } from '../proof/evidence.ts';

export type ParsedCidr = ({ ok: true } & NetworkAddress) | { ok: false; reason: string };

const example = '192.168.0.100/24';

/**
 * Reads an address in CIDR form. The reason is a sentence that can stand beside a form field.
 * IPv4 is four decimal numbers only: `10.1` and `010.0.0.1` mean different things to different programs.
 */
export function parseCidr(text: string): ParsedCidr {
  const refuse = (reason: string): ParsedCidr => ({ ok: false, reason });
  const [written = '', prefix, ...rest] = text.trim().split('/');
  if (written === '') return refuse(`Write an address in CIDR form, such as ${example}.`);
  const address = parseAddress(written);
  if (!address || rest.length > 0) {
    return refuse(`“${text.trim()}” is not an address in CIDR form, such as ${example}.`);
  }
  const longest = address.kind() === 'ipv4' ? 32 : 128;
  const prefixLength = readPrefixLength(prefix ?? '');
  if (prefixLength === undefined) {
    const usual = address.kind() === 'ipv4' ? 24 : 64;
    return refuse(
      `The prefix length is missing: write it as ${written}/${readNetmask(prefix) ?? usual}.`,
    );
  }
  if (prefixLength < 1 || prefixLength > longest) {
    return refuse(`The prefix length /${prefixLength} is not from 1 to ${longest}.`);
  }
  return {
    ok: true,
    family: address.kind() === 'ipv4' ? 'inet' : 'inet6',
    address: address.toString(),
    prefixLength,
  };
}

/** Whether the network that an address with its prefix belongs to also holds another address. */
export function containsAddress(
  network: Pick<NetworkAddress, 'address' | 'prefixLength'>,
  address: string,
): boolean {
  const base = parseAddress(network.address);
  const candidate = parseAddress(address);
  if (!base || candidate?.kind() !== base.kind()) return false;
  return candidate.match(base, network.prefixLength);
}

/** One spelling for each address, so that they can be compared as text; other text stays as it is. */
export function normalizeAddress(text: string): string {
  return parseAddress(text.trim())?.toString() ?? text;
}

/** What is written as `10.9.0.100/24`, without its prefix length. */
export const bareAddress = (cidr: string): string => cidr.split('/')[0] ?? cidr;

/** Whether it is one address alone, without a prefix length or a zone. */
export const isAddress = (text: string): boolean => parseAddress(text) !== undefined;

/** Whether an address is one of `fe80::/10`, which each interface has for itself (RFC 4291, 2.5.6). */
export const isLinkLocal = (text: string): boolean =>
  containsAddress({ address: 'fe80::', prefixLength: 10 }, text);

export interface VirtualAddressSurroundings {
  /** All that the kernel has on the chosen interface. */
  interfaceAddresses: readonly NetworkAddress[];
  /** Those of them that keepalived put there: the virtual ones while this server is active. */
  currentVirtualAddresses?: readonly string[];
}

/**
 * Judges a virtual IP for the default configurations, which speak VRRP version 2 with a password.
 * Errors forbid it; warnings are about what works but was probably not meant.
 */
export function validateVirtualAddress(
  text: string,
  { interfaceAddresses, currentVirtualAddresses = [] }: VirtualAddressSurroundings,
): { errors: string[]; warnings: string[] } {
  const virtual = new Set(currentVirtualAddresses.map(normalizeAddress));
  const own = interfaceAddresses.filter(
    ({ family, address }) => family === 'inet' && !virtual.has(normalizeAddress(address)),
  );
  const refuse = (error: string) => ({ errors: [error], warnings: [] });

  const written = bareAddress(text.trim());
  if (parseAddress(written)?.kind() === 'ipv6') {
    return refuse(
      'An IPv6 address needs VRRP version 3 without authentication; use the editor for that.',
    );
  }
  const network = own.find((candidate) => containsAddress(candidate, written));
  if (parseAddress(written) && !text.includes('/') && network) {
    return refuse(`The prefix length is missing: write it as ${written}/${network.prefixLength}.`);
  }
  const cidr = parseCidr(text);
  if (!cidr.ok) return refuse(cidr.reason);
  const unusable = unusableRanges.get(ipaddr.IPv4.parse(cidr.address).range());
  if (unusable !== undefined) return refuse(`${cidr.address} is ${unusable}.`);
  if (own.some(({ address }) => address === cidr.address)) {
    return refuse(
      `${cidr.address} is this server’s own address. The virtual IP must be one that no server has of its own.`,
    );
  }
  return { errors: [], warnings: findDoubts(cidr, own, network) };
}

function findDoubts(
  cidr: NetworkAddress,
  own: readonly NetworkAddress[],
  network: NetworkAddress | undefined,
): string[] {
  const { address, prefixLength } = cidr;
  const warnings: string[] = [];
  const edge = findNetworkEdge(cidr) ?? (network && findNetworkEdge({ ...network, address }));
  if (edge !== undefined) {
    warnings.push(`${address} is the ${edge} address of its network; hosts may not reach it.`);
  }
  if (own.length > 0 && !network) {
    const networks = own.map((held) => `${held.address}/${held.prefixLength}`).join(', ');
    warnings.push(
      `${address}/${prefixLength} is outside the interface’s network (${networks}); other machines may not reach it.`,
    );
  }
  return warnings;
}

/** Whether an IPv4 address is the first or last of its network; /31 and /32 have no such (RFC 3021). */
function findNetworkEdge({
  address,
  prefixLength,
}: NetworkAddress): 'network' | 'broadcast' | undefined {
  if (prefixLength >= 31) return undefined;
  const cidr = `${address}/${prefixLength}`;
  if (ipaddr.IPv4.networkAddressFromCIDR(cidr).toString() === address) return 'network';
  if (ipaddr.IPv4.broadcastAddressFromCIDR(cidr).toString() === address) return 'broadcast';
  return undefined;
}

/** By the names that ipaddr.js gives to the ranges of IPv4. */
const unusableRanges = new Map<string, string>([
  ['loopback', 'a loopback address, which never leaves the machine'],
  ['multicast', 'a multicast address, which belongs to no machine'],
  ['broadcast', 'a reserved address, which no machine can have'],
  ['reserved', 'a reserved address, which no machine can have'],
  ['unspecified', 'no address of a machine'],
]);

const dotted = /^\d+(?:\.\d+){3}$/;

function parseAddress(text: string): ipaddr.IPv4 | ipaddr.IPv6 | undefined {
  // What is no IPv4 address at all costs ipaddr.js an exception.
  if (dotted.test(text) && ipaddr.IPv4.isValidFourPartDecimal(text)) return ipaddr.IPv4.parse(text);
  // A zone (fe80::1%eth0) is no part of an address in a configuration.
  if (text.includes(':') && !text.includes('%') && ipaddr.IPv6.isValid(text)) {
    return ipaddr.IPv6.parse(text);
  }
  return undefined;
}

function readPrefixLength(text: string): number | undefined {
  return /^\d{1,3}$/.test(text) ? Number(text) : undefined;
}

/** The prefix length that a netmask such as 255.255.255.0 stands for. */
function readNetmask(text: string | undefined): number | undefined {
  if (text === undefined || !ipaddr.IPv4.isValidFourPartDecimal(text)) return undefined;
  return ipaddr.IPv4.parse(text).prefixLengthFromSubnetMask() ?? undefined;
}
