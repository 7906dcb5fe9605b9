/** An instance's virtual addresses, and whether the kernel has them at their places. */
import { bareAddress, normalizeAddress } from '../addresses/addresses.ts';
import type { InstanceAddress, InstanceInterfaces } from '../addresses/instance-interfaces.ts';
import type { NetworkReport } from '../proof/evidence.ts';
import type { InstanceStatus } from './status-model.ts';

export type AddressStatus = InstanceStatus['addresses'][number];

/** What the daemon serves; where it says nothing, what the file asks for. */
export function findAddressStatuses(
  { addresses }: Pick<InstanceInterfaces, 'addresses'>,
  network: NetworkReport | undefined,
): AddressStatus[] {
  return addresses.map((address) => ({
    cidr: address.cidr,
    interfaceName: address.interfaceName,
    held: isHeld(address, network),
  }));
}

/** The same interface, address and prefix length: what keepalived would take off again. */
function isHeld(
  { cidr, interfaceName }: InstanceAddress,
  network: NetworkReport | undefined,
): boolean | undefined {
  if (!network?.ok) return undefined;
  return network.interfaces
    .filter(({ name }) => interfaceName === undefined || name === interfaceName)
    .some((link) => link.addresses.some((held) => cidrOf(held) === cidr));
}

const cidrOf = ({ address, prefixLength }: { address: string; prefixLength: number }): string =>
  `${normalizeAddress(address)}/${prefixLength}`;

/**
 * Where the kernel has the same numbers besides: not put there by keepalived, and never taken off by
 * it. On `lo` that is how LVS direct routing is set up, and a link-local address may be on every
 * interface.
 * @param all those of every instance: what one puts there is not somewhere else to another
 * @returns `192.168.0.100/32 on eth0`
 */
export function listElsewhere(
  addresses: readonly AddressStatus[],
  all: readonly AddressStatus[],
  network: NetworkReport | undefined,
): string[] {
  if (!network?.ok) return [];
  const places = new Set(all.map((one) => `${one.cidr} on ${one.interfaceName ?? ''}`));
  const numbers = new Set(
    addresses.map(({ cidr }) => bareAddress(cidr)).filter((one) => !/^fe80:/i.test(one)),
  );
  return network.interfaces
    .filter(({ name }) => name !== 'lo')
    .flatMap(({ name, addresses: held }) =>
      held
        .filter(({ address }) => numbers.has(normalizeAddress(address)))
        .map((one) => `${cidrOf(one)} on ${name}`),
    )
    .filter((place) => !places.has(place));
}

/** What the row Serving on Virtual IP says. */
export function describeServing(addresses: AddressStatus[]): InstanceStatus['serving'] {
  if (addresses.length === 0) return 'No';
  if (addresses.some(({ held }) => held === undefined)) return 'Unknown';
  return addresses.every(({ held }) => held) ? 'Yes' : 'No';
}

/** All of them in one phrase: `192.168.0.100, 192.168.0.101`. */
export function listAddresses(addresses: { cidr: string }[]): string {
  return addresses.length === 0
    ? 'its virtual IP'
    : addresses.map(({ cidr }) => bareAddress(cidr)).join(', ');
}
