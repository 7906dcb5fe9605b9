/** Where virtual addresses are and where they should be: two witnesses, compared. */
import { normalizeAddress } from './addresses.ts';
import type { ConfigurationSummary } from './config/questions.ts';
import type { NetworkReport, RuntimeInstance, RuntimeReport } from './evidence.ts';

/** What both witnesses said at one time. */
export interface AddressWitnesses {
  runtime: RuntimeReport | undefined;
  network: NetworkReport;
}

export interface HeldAddress {
  interfaceName: string;
  /** As the kernel has it: `10.9.0.100/24`. */
  cidr: string;
}

interface Misplacement {
  /** Tells whether two sightings show the same one. */
  key: string;
  sentence: string;
}

/**
 * An address that is not where the states say, and was not so before: what was wrong already is
 * neither this change's doing nor mended by taking it back.
 * @returns a sentence without its full stop
 */
export function findNewMisplacement(
  before: AddressWitnesses,
  after: AddressWitnesses,
): string | undefined {
  const known = new Set(listMisplacements(before).map(({ key }) => key));
  return [...listMisplacements(after), ...listLeftBehind(before, after)].find(
    ({ key }) => !known.has(key),
  )?.sentence;
}

function listMisplacements({ runtime, network }: AddressWitnesses): Misplacement[] {
  const held = listHeld(network);
  return listInstances(runtime).flatMap(({ name, state, addresses }) =>
    addresses.map(getAddress).flatMap((address): Misplacement[] => {
      const isHeld = held.has(address);
      if (isHeld === (state === 'MASTER')) return [];
      const sentence = isHeld
        ? `${name} says ${state}, but ${address} is here`
        : `${name} says MASTER without ${address}`;
      return [{ key: `${isHeld ? 'held' : 'absent'} ${address}`, sentence }];
    }),
  );
}

/** What keepalived served, and no longer knows, but did not take off the interface. */
function listLeftBehind(before: AddressWitnesses, after: AddressWitnesses): Misplacement[] {
  if (!after.runtime?.ok) return [];
  const known = new Set(after.runtime.instances.flatMap(listAddresses));
  const held = listHeld(after.network);
  return listServedAddresses(before)
    .filter((address) => held.has(address) && !known.has(address))
    .map((address) => ({
      key: `left ${address}`,
      sentence: `keepalived no longer serves ${address}, but left it on ${held.get(address)?.interfaceName ?? 'the interface'}`,
    }));
}

/** The addresses that an instance claims as MASTER and the kernel has. */
export function listServedAddresses({ runtime, network }: AddressWitnesses): string[] {
  const held = listHeld(network);
  return listClaimed(runtime).filter((address) => held.has(address));
}

/**
 * Virtual addresses of these configurations that are here although no instance claims them. Never
 * one that was here before without keepalived's doing, nor an address owner's (priority 255,
 * RFC 9568, 8.3.2: the virtual address is the server's own).
 */
export function findOrphanedAddresses(
  before: AddressWitnesses | undefined,
  after: AddressWitnesses,
  configurations: readonly ConfigurationSummary[],
): HeldAddress[] {
  const claimed = new Set(listClaimed(after.runtime));
  const ours = new Set(before ? listClaimed(before.runtime) : []);
  const foreign = before
    ? new Set([...listHeld(before.network).keys()].filter((address) => !ours.has(address)))
    : new Set<string>();
  const instances = configurations.flatMap((summary) => summary.instances);
  const virtual = instances.flatMap((one) => one.addresses.map(({ address }) => address));
  const owned = instances
    .filter(({ priority }) => priority === ownerPriority)
    .flatMap((one) => one.addresses.map(({ address }) => normalizeAddress(address)));
  const excluded = new Set([...claimed, ...foreign, ...owned]);

  const held = listHeld(after.network);
  return [...new Set(virtual.map(normalizeAddress))].flatMap((address) => {
    const place = held.get(address);
    return place && !excluded.has(address) ? [place] : [];
  });
}

const ownerPriority = 255;

const listInstances = (runtime: RuntimeReport | undefined): RuntimeInstance[] =>
  runtime?.ok ? runtime.instances : [];

const listClaimed = (runtime: RuntimeReport | undefined): string[] =>
  listInstances(runtime)
    .filter(({ state }) => state === 'MASTER')
    .flatMap(listAddresses);

const listAddresses = ({ addresses }: RuntimeInstance): string[] => addresses.map(getAddress);

/** The address alone of what is written as `10.9.0.100/24`, in its one spelling. */
export const getAddress = ({ cidr }: { cidr: string }): string =>
  normalizeAddress(cidr.split('/')[0] ?? cidr);

/** By the address alone, in its one spelling. */
function listHeld(network: NetworkReport): Map<string, HeldAddress> {
  const held = new Map<string, HeldAddress>();
  if (!network.ok) return held;
  for (const { name: interfaceName, addresses } of network.interfaces) {
    for (const { address, prefixLength } of addresses) {
      held.set(normalizeAddress(address), { interfaceName, cidr: `${address}/${prefixLength}` });
    }
  }
  return held;
}
