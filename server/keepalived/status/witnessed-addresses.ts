/** An instance's virtual addresses, and whether the kernel has them. */
import { normalizeAddress } from '../addresses.ts';
import { prefixLengthOf } from '../config/addresses.ts';
import type { ConfiguredInstance } from '../config/questions.ts';
import type { NetworkReport, RuntimeInstance } from '../evidence.ts';
import type { InstanceStatus } from './status-model.ts';

export type WitnessedAddress = InstanceStatus['addresses'][number];
type PlacedAddress = Omit<WitnessedAddress, 'held'>;

/** What the daemon serves; where it says nothing, what the file asks for. */
export function witnessAddresses(
  configured: ConfiguredInstance | undefined,
  running: RuntimeInstance | undefined,
  network: NetworkReport | undefined,
): WitnessedAddress[] {
  return placeAddresses(configured, running).map((address) => ({
    ...address,
    held: isHeld(address, network),
  }));
}

function placeAddresses(
  configured: ConfiguredInstance | undefined,
  running: RuntimeInstance | undefined,
): PlacedAddress[] {
  if (running) {
    return running.addresses.map(({ cidr, interfaceName }) => ({
      cidr,
      interfaceName: interfaceName ?? running.interfaceName,
    }));
  }
  return (configured?.addresses ?? []).map((address) => ({
    cidr: `${address.address}/${prefixLengthOf(address)}`,
    interfaceName: address.interfaceName ?? configured?.interfaceName,
  }));
}

/** Whether the kernel has the address; on any interface if it is not known which (VMAC). */
function isHeld(address: PlacedAddress, network: NetworkReport | undefined): boolean | undefined {
  if (!network?.ok) return undefined;
  const wanted = normalizeAddress(bareAddress(address));
  return network.interfaces
    .filter(
      ({ name }) =>
        address.interfaceName === undefined ||
        name === address.interfaceName ||
        name.startsWith('vrrp'),
    )
    .some((link) => link.addresses.some((held) => normalizeAddress(held.address) === wanted));
}

/** What the row Serving on Virtual IP says. */
export function servingWord(addresses: WitnessedAddress[]): InstanceStatus['serving'] {
  if (addresses.length === 0) return 'No';
  if (addresses.some(({ held }) => held === undefined)) return 'Unknown';
  return addresses.every(({ held }) => held) ? 'Yes' : 'No';
}

/** Without its prefix length. */
export function bareAddress({ cidr }: { cidr: string }): string {
  return cidr.split('/')[0] ?? cidr;
}

/** All of them in one phrase: `192.168.0.100, 192.168.0.101`. */
export function listAddresses(addresses: { cidr: string }[]): string {
  return addresses.length === 0 ? 'its virtual IP' : addresses.map(bareAddress).join(', ');
}
