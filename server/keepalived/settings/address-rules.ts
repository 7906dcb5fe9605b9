import {
  isLinkLocal,
  normalizeAddress,
  parseCidr,
  validateVirtualAddress,
} from '../addresses/addresses.ts';
import { findAddress } from '../config/addresses.ts';
import { splitEntries } from './setting-field.ts';
import type { SettingSurroundings } from './setting-field.ts';

/** The settings that these rules look at. */
export interface AddressValues {
  virtualAddresses: string;
  interfaceName: string;
}

interface PeerValues {
  unicastPeers: string;
  virtualAddresses: string;
}

type AddressSurroundings = SettingSurroundings<Pick<AddressValues, 'virtualAddresses'>>;

/** Entries that stay as they are in the file are not judged: they work, whatever their form. */
export function judgeVirtualAddresses(
  values: AddressValues,
  { instance, others, interfaces, current }: AddressSurroundings,
): string[] {
  const entries = splitEntries(values.virtualAddresses);
  const kept = splitEntries(current.virtualAddresses);
  if (entries.length === 0) {
    // Some have excluded addresses only, or none.
    return kept.length === 0 ? [] : ['Write at least one address, such as 192.168.0.100/24.'];
  }
  const places = entries.map((entry) => placeOf(entry, values.interfaceName));
  const repeated = places.findIndex((place, index) => places.indexOf(place) !== index);
  if (repeated !== -1) return [`${addressOf(entries[repeated] ?? '')} is there twice.`];
  const isIpv6 = instance.addresses.some(({ excluded, family }) => !excluded && family === 'inet6');
  const held = interfaces.find(({ name }) => name === values.interfaceName)?.addresses ?? [];
  const virtual = [instance, ...others].flatMap((one) =>
    one.addresses.map(({ address }) => address),
  );
  return entries
    .filter((entry) => !kept.includes(entry))
    .flatMap((entry) => {
      const [written = ''] = entry.split(/\s+/);
      const elsewhere = others.find((other) =>
        other.addresses.some(
          (one) => placeOf(one.text, other.interfaceName) === placeOf(entry, values.interfaceName),
        ),
      );
      if (elsewhere) return [`${written} is already an address of ${elsewhere.name}.`];
      if (isIpv6) {
        const cidr = parseCidr(written);
        if (!cidr.ok) return [cidr.reason];
        return cidr.family === 'inet6'
          ? []
          : [`${written} is IPv4; an instance that advertises IPv6 has IPv6 addresses only.`];
      }
      return validateVirtualAddress(written, {
        interfaceAddresses: held,
        currentVirtualAddresses: virtual,
      }).errors;
    });
}

export function judgeUnicastPeers(
  { unicastPeers, virtualAddresses }: PeerValues,
  { interfaces, current }: SettingSurroundings<Pick<PeerValues, 'unicastPeers'>>,
): string[] {
  const kept = splitEntries(current.unicastPeers);
  const own = new Set(
    interfaces.flatMap(({ addresses }) =>
      addresses.map(({ address }) => normalizeAddress(address)),
    ),
  );
  const virtual = new Set(splitEntries(virtualAddresses).map(addressOf));
  const peers = splitEntries(unicastPeers);
  return peers.flatMap((peer, index) => {
    const address = normalizeAddress(peer);
    if (peers.indexOf(peer) !== index) return [`${peer} is there twice.`];
    if (virtual.has(address)) return [`${peer} is a virtual IP; write the other server’s own one.`];
    if (kept.includes(peer)) return [];
    if (peer.includes('/') || !findAddress([peer], { line: 0, excluded: false })) {
      return [`“${peer}” is not an IP address, such as 192.168.0.20.`];
    }
    return own.has(address) ? [`${peer} is this server’s own address; write the other’s.`] : [];
  });
}

/** What is allowed of the new addresses, but was probably not meant. */
export function findAddressDoubts(
  { virtualAddresses, interfaceName }: AddressValues,
  { instance, interfaces, current }: AddressSurroundings,
): string[] {
  const surroundings = {
    interfaceAddresses: interfaces.find(({ name }) => name === interfaceName)?.addresses ?? [],
    currentVirtualAddresses: instance.addresses.map(({ address }) => address),
  };
  const kept = splitEntries(current.virtualAddresses);
  return splitEntries(virtualAddresses)
    .filter((entry) => !kept.includes(entry))
    .flatMap((entry) => validateVirtualAddress(entry.split(/\s+/)[0] ?? '', surroundings).warnings);
}

/** The address alone, in one spelling, of an entry such as `10.0.0.1/24 dev eth1`. */
function addressOf(entry: string): string {
  return normalizeAddress(entry.split(/[\s/]/)[0] ?? '');
}

/** What may be there once: an address, a link-local one (RFC 4291, 2.5.6) on each interface. */
function placeOf(entry: string, instanceInterface: string | undefined): string {
  const address = addressOf(entry);
  if (!isLinkLocal(address)) return address;
  const words = entry.split(/\s+/);
  const deviceAt = words.indexOf('dev');
  return `${address} ${(deviceAt === -1 ? instanceInterface : words[deviceAt + 1]) ?? ''}`;
}
