/**
 * Where virtual addresses are and where they should be: two witnesses, compared. An address is
 * keepalived's only at its place: interface, address and prefix length, which is what the kernel
 * tells addresses apart by. The same number elsewhere (on `lo` for LVS direct routing, with another
 * prefix length) is somebody else's: keepalived leaves it alone (measured, 2.2.7), and so do we.
 */
import { getPrefixLength } from '../config/addresses.ts';
import type { ConfigurationSummary, ConfiguredInstance } from '../config/questions.ts';
import type { NetworkReport, RuntimeInstance, RuntimeReport } from '../proof/evidence.ts';
import { bareAddress, normalizeAddress } from './addresses.ts';
import { ownerPriority } from './owner-priority.ts';

/** What both witnesses said at one time. */
export interface AddressEvidence {
  runtime: RuntimeReport | undefined;
  network: NetworkReport;
}

/** One address at its place. */
export interface HeldAddress {
  interfaceName: string;
  /** In its one spelling, with the prefix length: `10.9.0.100/24`. */
  cidr: string;
  /** Undefined: the interface's name, which is the default. */
  label?: string | undefined;
}

/** A virtual address that is here although no instance claims it. */
export interface OrphanedAddress extends HeldAddress {
  /** Whether it was seen to come here by keepalived, so that it is surely keepalived's. */
  isOurs: boolean;
}

/** Where keepalived was seen to serve an address. */
export interface ServedPlace extends HeldAddress {
  /**
   * When the address was seen to be gone, on the wall clock: who put it back is not known. Absent:
   * it stood there ever since.
   */
  lostAtMs?: number;
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
  before: AddressEvidence,
  after: AddressEvidence,
): string | undefined {
  const known = new Set(listMisplacements(before).map(({ key }) => key));
  return [...listMisplacements(after), ...listLeftBehind(before, after)].find(
    ({ key }) => !known.has(key),
  )?.sentence;
}

function listMisplacements({ runtime, network }: AddressEvidence): Misplacement[] {
  const held = mapHeld(network);
  return listInstances(runtime).flatMap((instance) =>
    listPlaces(instance).flatMap((place): Misplacement[] => {
      const key = getAddressKey(place);
      const { name, state } = instance;
      const isHeld = held.has(key);
      if (isHeld === (state === 'MASTER')) return [];
      const where = `${getAddress(place)} is on ${place.interfaceName}`;
      const sentence = isHeld
        ? `${name} says ${state}, but ${where}`
        : `${name} says MASTER without ${getAddress(place)}`;
      return [{ key: `${isHeld ? 'held' : 'absent'} ${key}`, sentence }];
    }),
  );
}

/** What keepalived served, and no longer knows there, but did not take off the interface. */
function listLeftBehind(before: AddressEvidence, after: AddressEvidence): Misplacement[] {
  if (!after.runtime?.ok) return [];
  const known = new Set(after.runtime.instances.flatMap(listPlaces).map(getAddressKey));
  const held = mapHeld(after.network);
  return listServedPlaces(before)
    .filter((place) => held.has(getAddressKey(place)) && !known.has(getAddressKey(place)))
    .map((place) => ({
      key: `left ${getAddressKey(place)}`,
      sentence: `keepalived no longer serves ${place.cidr}, but it is still on ${place.interfaceName}`,
    }));
}

/** The places that an instance claims as MASTER and where the kernel has the address. */
export function listServedPlaces({ runtime, network }: AddressEvidence): HeldAddress[] {
  const held = mapHeld(network);
  return listClaimed(runtime).filter((place) => held.has(getAddressKey(place)));
}

/** The numbers of the addresses that this server serves, whatever their places. */
export function listServedAddresses(witnesses: AddressEvidence): string[] {
  return [...new Set(listServedPlaces(witnesses).map(getAddress))];
}

/** All that a change has been seen of, besides what was before it and is now. */
export interface OrphanCase {
  before: AddressEvidence | undefined;
  /** What keepalived served at any look since; see `noteServed`. */
  served: readonly ServedPlace[];
  after: AddressEvidence;
}

/**
 * Virtual addresses that are here, at a place of these configurations or where keepalived was seen to
 * serve them, although no instance claims them. Never one that was here before without keepalived's
 * doing, nor an address owner's (priority 255, RFC 9568, 8.3.2: the address is the server's own).
 */
export function findOrphanedAddresses(
  { before, served, after }: OrphanCase,
  configurations: readonly ConfigurationSummary[],
): OrphanedAddress[] {
  const seen = [...served, ...(before ? listServedPlaces(before) : [])];
  const lost = new Set(served.filter(({ lostAtMs }) => lostAtMs !== undefined).map(getAddressKey));
  const instances = configurations.flatMap((summary) => summary.instances);
  const configured = instances.flatMap(listConfiguredPlaces);
  const wasHeld = before?.network.ok ? mapHeld(before.network) : undefined;
  // It was not here before keepalived was told to put it here.
  const come = wasHeld ? configured.filter((place) => !wasHeld.has(getAddressKey(place))) : [];
  const ours = new Map([...come, ...seen].map((place) => [getAddressKey(place), place]));
  const owned = new Set([
    ...instances.filter(isOwner).flatMap(listConfiguredPlaces).map(getAddress),
    ...listInstances(after.runtime)
      .filter(({ basePriority }) => basePriority === ownerPriority)
      .flatMap(listPlaces)
      .map(getAddress),
  ]);
  const claimed = new Set(listClaimed(after.runtime).map(getAddressKey));
  const foreign = new Set(before ? listForeignAddresses(before) : []);
  const places = new Map(
    [...configured, ...ours.values()].map((place) => [getAddressKey(place), place]),
  );

  const held = mapHeld(after.network);
  return [...places.keys()].flatMap((key) => {
    const place = held.get(key);
    if (!place || claimed.has(key) || foreign.has(key) || owned.has(getAddress(place))) return [];
    const known = ours.get(key);
    return [
      { ...place, isOurs: known !== undefined && known.label === place.label && !lost.has(key) },
    ];
  });
}

/** The keys of what the kernel has without an instance that claims it. */
export function listForeignAddresses(witnesses: AddressEvidence): string[] {
  const claimed = new Set(listClaimed(witnesses.runtime).map(getAddressKey));
  return [...mapHeld(witnesses.network).keys()].filter((key) => !claimed.has(key));
}

const isOwner = ({ priority }: ConfiguredInstance): boolean => priority === ownerPriority;

export const listInstances = (runtime: RuntimeReport | undefined): RuntimeInstance[] =>
  runtime?.ok ? runtime.instances : [];

const listClaimed = (runtime: RuntimeReport | undefined): HeldAddress[] =>
  listInstances(runtime)
    .filter(({ state }) => state === 'MASTER')
    .flatMap(listPlaces);

/** Where a running instance puts its addresses, by its own account. */
export function listPlaces({ addresses, interfaceName }: RuntimeInstance): HeldAddress[] {
  return addresses.map((address) => {
    const name = address.interfaceName ?? interfaceName;
    const label = address.label === name ? undefined : address.label;
    return { interfaceName: name, cidr: normalizeCidr(address.cidr), label };
  });
}

/** Where the file puts them, as far as it says on which interface. */
function listConfiguredPlaces({ addresses, interfaceName }: ConfiguredInstance): HeldAddress[] {
  return addresses.flatMap((address) => {
    const name = address.interfaceName ?? interfaceName;
    if (name === undefined) return [];
    const cidr = normalizeCidr(`${address.address}/${getPrefixLength(address)}`);
    const label = address.label === name ? undefined : address.label;
    return [{ interfaceName: name, cidr, label }];
  });
}

/** Whether the kernel has an address right there. */
export const isHeld = (place: HeldAddress, network: NetworkReport): boolean =>
  mapHeld(network).has(getAddressKey(place));

/** The address alone of what is written as `10.9.0.100/24`, in its one spelling. */
export const getAddress = ({ cidr }: { cidr: string }): string =>
  normalizeAddress(bareAddress(cidr));

function normalizeCidr(cidr: string): string {
  return `${getAddress({ cidr })}/${cidr.split('/')[1] ?? ''}`;
}

/** What the kernel tells addresses apart by. */
export const getAddressKey = ({ interfaceName, cidr }: HeldAddress): string =>
  `${cidr} ${interfaceName}`;

/** What the kernel has, by its place. */
function mapHeld(network: NetworkReport): Map<string, HeldAddress> {
  if (!network.ok) return new Map();
  const held = network.interfaces.flatMap(({ name: interfaceName, addresses }) =>
    addresses.map(({ address, prefixLength, label }): HeldAddress => {
      return { interfaceName, cidr: `${normalizeAddress(address)}/${prefixLength}`, label };
    }),
  );
  return new Map(held.map((place) => [getAddressKey(place), place]));
}
