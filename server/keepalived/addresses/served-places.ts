/**
 * Where keepalived was seen to serve addresses during a change. An address that went away and came
 * back is not surely keepalived's, unless keepalived became MASTER since then.
 */
import type { AddressChange } from '../proof/evidence.ts';
import {
  isHeld,
  getAddressKey,
  listForeignAddresses,
  listInstances,
  listPlaces,
  listServedPlaces,
} from './address-places.ts';
import type { AddressEvidence, HeldAddress, ServedPlace } from './address-places.ts';
import { normalizeAddress } from './addresses.ts';

/**
 * Adds what keepalived serves now, unless it was here before without keepalived's doing, and notes
 * what is no longer there.
 * @param atMs when it was looked, on the wall clock
 */
export function noteServed(
  known: readonly ServedPlace[],
  before: AddressEvidence | undefined,
  now: AddressEvidence,
  atMs: number,
): ServedPlace[] {
  const foreign = new Set(before ? listForeignAddresses(before) : []);
  const served = new Map(listServedPlaces(now).map((place) => [getAddressKey(place), place]));
  const all = new Map<string, ServedPlace>(served);
  for (const place of beginWith(known, before)) all.set(getAddressKey(place), place);
  return [...all.entries()]
    .filter(([key]) => !foreign.has(key))
    .map(([key, place]) => {
      if (place.lostAtMs === undefined) {
        const isGone = now.network.ok && !isHeld(place, now.network);
        return isGone ? { ...place, lostAtMs: atMs } : place;
      }
      const again = served.get(key);
      return again && isServedSince(again, now, place.lostAtMs) ? again : place;
    });
}

/** Notes what the kernel told of between two looks: an address may come back before the next one. */
export function noteRemoved(
  known: readonly ServedPlace[],
  before: AddressEvidence | undefined,
  changes: readonly AddressChange[],
  atMs: number,
): ServedPlace[] {
  const removed = new Set(
    changes
      .filter(({ kind }) => kind === 'removed')
      .map(({ interfaceName, address: { address, prefixLength } }) =>
        getAddressKey({ interfaceName, cidr: `${normalizeAddress(address)}/${prefixLength}` }),
      ),
  );
  return beginWith(known, before).map((place) =>
    removed.has(getAddressKey(place)) ? { ...place, lostAtMs: atMs } : place,
  );
}

/** What was served before the change, and what is known of it since. */
function beginWith(
  known: readonly ServedPlace[],
  before: AddressEvidence | undefined,
): ServedPlace[] {
  const all = [...(before ? listServedPlaces(before) : []), ...known];
  return [...new Map(all.map((place) => [getAddressKey(place), place])).values()];
}

/** Whether an instance that became MASTER after this time has the address. */
function isServedSince(place: HeldAddress, { runtime }: AddressEvidence, sinceMs: number): boolean {
  return listInstances(runtime).some(
    (instance) =>
      instance.state === 'MASTER' &&
      (instance.lastTransitionAtMs ?? -Infinity) > sinceMs &&
      listPlaces(instance).some((one) => getAddressKey(one) === getAddressKey(place)),
  );
}
