import { everyPacketKey } from '../rule-set.ts';
import type { PacketKey } from '../rule-set.ts';
import { anyMark, joinMarks, noMark } from './mark.ts';
import type { KnownBits } from './mark.ts';

/**
 * What rules have done to a packet so far, as far as it is certain. Never changed: where a rule may
 * apply or not, both states are joined, and what differs is not known from there on.
 */
export interface PacketState {
  mark: KnownBits;
  /** Whether it is kept from connection tracking. Undefined: perhaps. */
  untracked: boolean | undefined;
  /** Fields that may have another value than the packet had at first. */
  unsure: ReadonlySet<PacketKey>;
}

/** As it comes from the network, or from keepalived, which sets no mark. */
export const initialState: PacketState = { mark: noMark, untracked: false, unsure: new Set() };

/** After another program had it. */
export const unknownState: PacketState = {
  ...{ mark: anyMark, untracked: undefined, unsure: new Set(everyPacketKey) },
};

/** @returns undefined if the packet comes here in neither way. */
export function joinStates(
  one: PacketState | undefined,
  other: PacketState | undefined,
): PacketState | undefined {
  if (!one || !other || one === other) return one ?? other;
  return {
    mark: joinMarks(one.mark, other.mark),
    untracked: one.untracked === other.untracked ? one.untracked : undefined,
    unsure: joinKeys(one.unsure, other.unsure),
  };
}

export function joinKeys(
  one: ReadonlySet<PacketKey>,
  other: Iterable<PacketKey>,
): ReadonlySet<PacketKey> {
  return new Set([...one, ...other]);
}

/** Two states with the same words are the same. */
export function describeState({ mark, untracked, unsure }: PacketState): string {
  return [mark.value, mark.known, String(untracked), ...[...unsure].toSorted()].join(' ');
}
