/** What a stop of keepalived takes from this server, so that it can be asked first. */
import type { ConfigurationSummary } from '../config/summary.ts';
import type { NetworkReport } from '../proof/evidence.ts';
import { listInWords } from '../words.ts';
import { getAddress, isHeld, listInstances, listPlaces } from './address-places.ts';
import type { AddressEvidence } from './address-places.ts';
import { findInstanceInterfaces } from './instance-interfaces.ts';

/** An instance and the addresses that it serves, or may serve; at least one. */
export interface LostByStop {
  instanceName: string;
  addresses: string[];
}

/**
 * By keepalived's account and the kernel, what it serves; without the account, what the file has and
 * the kernel holds; without the kernel, all that the other witness names: what could not be looked at
 * may be served.
 * @param summary the live file; undefined: it could not be read, or is not needed
 */
export function listLostByStop(
  { runtime, network }: AddressEvidence,
  summary: ConfigurationSummary | undefined,
): LostByStop[] {
  const claims = runtime?.ok
    ? listInstances(runtime)
        .filter(({ state }) => state === 'MASTER')
        .map((instance) => ({ name: instance.name, places: listPlaces(instance) }))
    : (summary?.instances ?? []).map((configured) => ({
        name: configured.name,
        places: findInstanceInterfaces({ configured, running: undefined, network }).addresses,
      }));
  return claims
    .map(({ name, places }) => ({
      instanceName: name,
      addresses: [...new Set(places.filter((place) => mayBeHere(place, network)).map(getAddress))],
    }))
    .filter(({ addresses }) => addresses.length > 0);
}

/** How many addresses there are in all; one that two instances name counts once. */
export function countLost(lost: readonly LostByStop[]): number {
  return new Set(lost.flatMap(({ addresses }) => addresses)).size;
}

/** `VI_1 (sync group VG_1 in the file): 10.9.0.100 and 10.9.0.101` */
export function describeLost(
  { instanceName, addresses }: LostByStop,
  summary: ConfigurationSummary | undefined,
): string {
  const group = summary?.syncGroups.find(({ instanceNames }) =>
    instanceNames.includes(instanceName),
  );
  const ofGroup = group ? ` (sync group ${group.name} in the file)` : '';
  return `${instanceName}${ofGroup}: ${listInWords(addresses)}`;
}

function mayBeHere(
  { cidr, interfaceName }: { cidr: string; interfaceName: string | undefined },
  network: NetworkReport,
): boolean {
  if (!network.ok) return true;
  return interfaceName !== undefined && isHeld({ cidr, interfaceName }, network);
}
