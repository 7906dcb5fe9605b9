/** Who has a virtual address now, by the kernels of all servers. */
import { bareAddress, normalizeAddress } from '../addresses/addresses.ts';
import type { KnownServer } from './known-server.ts';
import { listVirtualAddresses } from './match-routers.ts';
import type { VirtualRouter } from './match-routers.ts';

export interface AddressHolders {
  address: string;
  /** Heard servers whose kernel has it. */
  holders: KnownServer[];
  /** Servers of which this program can’t tell. */
  unknown: KnownServer[];
}

/** Of each address of a virtual router, also where another instance of a server has it. */
export function findHolders(
  { addresses }: VirtualRouter,
  servers: readonly KnownServer[],
): AddressHolders[] {
  return addresses.map((address) => {
    const told = servers.map((server) => ({ server, held: isHeld(address, server) }));
    const pick = (held: boolean | undefined) =>
      told.filter((one) => one.held === held).map(({ server }) => server);
    return { address, holders: pick(true), unknown: pick(undefined) };
  });
}

/** undefined: can’t tell now. */
function isHeld(address: string, { isHeard, report }: KnownServer): boolean | undefined {
  if (!isHeard || !report) return undefined;
  const places = report.instances
    .filter((instance) => listVirtualAddresses(instance).includes(address))
    .flatMap(({ addresses }) => addresses)
    .filter(({ cidr }) => normalizeAddress(bareAddress(cidr)) === address);
  if (places.some(({ held }) => held === true)) return true;
  if (places.some(({ held }) => held === undefined)) return undefined;
  // A server whose file cannot be read may have it under a name that it does not tell.
  return places.length === 0 && report.configurationProblem !== undefined ? undefined : false;
}
