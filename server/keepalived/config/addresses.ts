import ipaddr from 'ipaddr.js';
import { getConfigurationPlace } from '../language/place.ts';
import type { ConfiguredAddress } from './summary.ts';

/**
 * Reads one entry of a `virtual_ipaddress` block (`ADDRESS[/LENGTH] [dev IF] [label L] …`, see
 * keepalived.conf(5)), as the daemon does, which takes the digits that a length begins with
 * (`vrrp_ipaddress.c` 2.2.7, measured).
 * @returns undefined: keepalived skips it as no address · `left-out`: an option makes it leave the
 * whole address out, which its test says
 */
export function findAddress(
  words: readonly string[],
  place: { line: number; path?: string | undefined; excluded: boolean },
): ConfiguredAddress | 'left-out' | undefined {
  const [first = '', ...options] = words;
  const slash = first.indexOf('/');
  const address = slash === -1 ? first : first.slice(0, slash);
  const family = findAddressFamily(address);
  if (family === undefined) return undefined;
  const read = readOptions(options, family);
  if (read === undefined) return 'left-out';
  const prefixLength = slash === -1 ? undefined : readLength(first.slice(slash + 1), family);
  return {
    text: words.join(' '),
    address,
    // With a peer keepalived gives the kernel the peer's, which stands alone.
    prefixLength: read.hasPeer ? longestPrefix[family] : prefixLength,
    family,
    interfaceName: read.interfaceName,
    label: family === 'inet' ? read.label : undefined,
    scope: read.scope,
    ...(read.usesVmac && { usesVmac: true }),
    excluded: place.excluded,
    ...getConfigurationPlace(place),
  };
}

/** As `strtoul` reads it: no digits are 0; undefined: out of range, and keepalived takes the longest. */
function readLength(text: string, family: ConfiguredAddress['family']): number | undefined {
  const [, sign, digits] = /^\s*([+-]?)(\d*)/.exec(text) ?? [];
  const length = Number(digits ?? '');
  return sign === '-' || length > longestPrefix[family] ? undefined : length;
}

interface AddressOptions {
  interfaceName: string | undefined;
  label: string | undefined;
  scope: string | undefined;
  hasPeer: boolean;
  usesVmac: boolean;
}

/** Undefined: keepalived leaves the address out because of them. */
function readOptions(
  options: readonly string[],
  family: ConfiguredAddress['family'],
): AddressOptions | undefined {
  const read: AddressOptions = {
    ...{ interfaceName: undefined, label: undefined, scope: undefined },
    ...{ hasPeer: false, usesVmac: false },
  };
  for (let index = 0; index < options.length; index += 1) {
    const option = options[index] ?? '';
    if (option === 'use_vmac') read.usesVmac = true;
    if (!optionsWithValue.has(option)) continue;
    index += 1;
    const value = options[index];
    if (value === undefined) return undefined;
    const isBroadcast = option === 'brd' || option === 'broadcast';
    if (option === 'dev' && read.interfaceName !== undefined) return undefined;
    if (option === 'label' && Buffer.byteLength(value) > longestLabel) return undefined;
    if (isBroadcast && (family === 'inet6' || !isBroadcastAddress(value))) return undefined;
    if (option === 'dev') read.interfaceName = value;
    if (option === 'label') read.label = value;
    if (option === 'scope' && family === 'inet') read.scope = value;
    if (option === 'peer') read.hasPeer ||= findAddressFamily(value) === family;
  }
  return read;
}

const optionsWithValue = new Set([
  ...['dev', 'scope', 'broadcast', 'brd', 'label', 'peer', 'preferred_lft'],
]);
/** The kernel's IFNAMSIZ, less its end. */
const longestLabel = 15;
const isBroadcastAddress = (value: string): boolean =>
  value === '+' || value === '-' || findAddressFamily(value) === 'inet';

/** The family of an address without a prefix length; undefined if it is none. */
function findAddressFamily(address: string): 'inet' | 'inet6' | undefined {
  if (ipaddr.IPv4.isValidFourPartDecimal(address)) return 'inet';
  return !address.includes('%') && ipaddr.IPv6.isValid(address) ? 'inet6' : undefined;
}

const longestPrefix = { inet: 32, inet6: 128 };

/** As keepalived puts it on the interface: an address without one stands alone. */
export function getPrefixLength({ prefixLength, family }: ConfiguredAddress): number {
  return prefixLength ?? longestPrefix[family];
}

/** One spelling for each address: `FD00:0::1` and `fd00::1` are the same one. */
export function canonicalAddress(address: ConfiguredAddress): string {
  return ipaddr.parse(address.address).toString();
}
