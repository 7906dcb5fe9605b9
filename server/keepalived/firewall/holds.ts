import { listPacketValues, matchesValue } from './packet.ts';
import type { VrrpPacket } from './packet.ts';
import type { Chain, PacketKey, Rule, Test } from './rule-set.ts';

/** A packet on its way, with what rules have done to it. */
export interface Traveller {
  packet: VrrpPacket;
  chains: readonly Chain[];
  /** Undefined: perhaps. */
  untracked: boolean | undefined;
  isMarked: boolean;
  /** What was not understood first in this chain. */
  doubt: string | undefined;
}

export function createTraveller(packet: VrrpPacket, chains: readonly Chain[]): Traveller {
  return { packet, chains, untracked: false, isMarked: false, doubt: undefined };
}

/** Whether a test holds. @returns undefined: not understood, or it depends. */
export function holds(test: Test, traveller: Traveller): boolean | undefined {
  switch (test.kind) {
    case 'never':
      return false;
    case 'unknown':
      return undefined;
    case 'compare': {
      const truths = listValues(traveller, test.key).map((value) => isOneOf(value, test));
      if (truths.length === 0 || truths.some((truth) => truth !== truths[0])) return undefined;
      return truths[0] === undefined ? undefined : truths[0] !== test.negated;
    }
  }
}

function isOneOf(
  actual: string,
  { key, values }: Extract<Test, { kind: 'compare' }>,
): boolean | undefined {
  const answers = values.map((value) => matchesValue(key, actual, value));
  if (answers.includes(true)) return true;
  return answers.includes(undefined) ? undefined : false;
}

function listValues({ packet, untracked, isMarked }: Traveller, key: PacketKey): string[] {
  if (key === 'mark' && isMarked) return [];
  const values = listPacketValues(packet, key);
  if (key !== 'connection-state' || untracked === false) return values;
  return untracked ? ['untracked'] : [...values, 'untracked'];
}

/** Whether a rule's tests all hold for a packet, for certain. */
export function matchesPacket({ steps }: Rule, packet: VrrpPacket): boolean {
  const traveller = createTraveller(packet, []);
  return steps.every((step) => step.kind !== 'test' || holds(step.test, traveller) === true);
}
