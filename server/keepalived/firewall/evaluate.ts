import type { VrrpPacket } from './packet.ts';
import { getChainKey } from './rule-place.ts';
import type { RulePlace } from './rule-place.ts';
import type { Chain } from './rule-set.ts';
import { describeState, joinStates, initialState } from './walk/packet-state.ts';
import type { PacketState } from './walk/packet-state.ts';
import type { Passage } from './walk/passage.ts';
import { enterChain } from './walk/walk-chain.ts';
import type { Walk } from './walk/walk-chain.ts';
import { isSurelyPassed, isTrackedBefore, listChainsOnTheWay } from './walk/way.ts';

/**
 * What becomes of a packet. `by`: what drops it, or may; `before`: where a rule that allows it is
 * surely passed in front of all that may drop it in this base chain.
 */
export type PacketFate =
  | { outcome: 'accepted' }
  | { outcome: 'dropped'; by: RulePlace; before: RulePlace }
  | { outcome: 'cannot-tell'; expression: string; by: RulePlace; before: RulePlace };

/**
 * Sends one packet through all chains on its way, by hook and priority. Each chain has to let it
 * pass: what one accepts, a later one may still drop. A rule that is not understood counts as both
 * matching and not matching; only if that makes no difference the fate is certain. What a rule does
 * to the packet, or may do, goes with it.
 */
export function followPacket(packet: VrrpPacket, chains: readonly Chain[]): PacketFate {
  const byKey = new Map(chains.toReversed().map((chain) => [getChainKey(chain), chain]));
  const enter = (chain: Chain, before: PacketState) => pass(chain, before, packet, byKey);
  let state = initialState;
  let doubtful: PacketFate | undefined;
  for (const group of listChainsOnTheWay(packet, chains)) {
    const entry = group.length > 1 ? findEntry(group, state, enter) : state;
    let left: PacketState | undefined;
    for (const chain of group) {
      const { passage, doubt } = enter(chain, entry);
      const { drop, certainDrop, accepted } = passage;
      left = joinStates(left, accepted);
      if (!drop) continue;
      if (!accepted) {
        return { outcome: 'dropped', by: (certainDrop ?? drop).place, before: drop.before };
      }
      const expression = passage.doubt ?? doubt ?? '';
      doubtful ??= { outcome: 'cannot-tell', expression, by: drop.place, before: drop.before };
    }
    state = left ?? entry;
  }
  return doubtful ?? { outcome: 'accepted' };
}

type Enter = (chain: Chain, state: PacketState) => { passage: Passage; doubt: string | undefined };

/**
 * Of chains with the same hook and priority the kernel first asks the one that was added last, which
 * nobody tells: the packet may have passed each of them before each other.
 */
function findEntry(group: readonly Chain[], state: PacketState, enter: Enter): PacketState {
  let entry = state;
  for (;;) {
    const passed = group.map((chain) => enter(chain, entry).passage.accepted);
    const joined = passed.reduce<PacketState>((one, other) => joinStates(one, other) ?? one, entry);
    if (describeState(joined) === describeState(entry)) return entry;
    entry = joined;
  }
}

function pass(
  chain: Chain,
  state: PacketState,
  packet: VrrpPacket,
  chains: Walk['chains'],
): { passage: Passage; doubt: string | undefined } {
  const skipped: Passage = {
    ...{ drop: undefined, certainDrop: undefined, accepted: state },
    ...{ doubt: undefined, exit: undefined, left: undefined },
  };
  const isNat = chain.base?.isNat === true;
  // Without a connection there is nothing to translate.
  if (isNat && state.untracked === true) return { passage: skipped, doubt: undefined };
  const walk: Walk = {
    ...{ packet: seeFrom(chain, packet), chains, isTracked: isTrackedBefore(chain) },
    isOnBridge: chain.family === 'bridge',
    ...{ doubt: undefined, known: new Map(), inside: new Set() },
  };
  const passage = enterChain(chain, state, walk);
  const isSure = isSurelyPassed(chain, packet);
  if (!isNat && isSure) {
    // With br_netfilter, it may come only behind the chains that are said to be later.
    const accepted = walk.isOnBridge
      ? passage.accepted && joinStates(passage.accepted, state)
      : passage.accepted;
    return { passage: { ...passage, accepted }, doubt: walk.doubt };
  }
  // A packet of a connection that was there before the rules does not come by.
  const accepted = joinStates(passage.accepted, state);
  const why = isSure ? 'type nat: only the first packet of a connection' : describeDoubt(chain);
  return { passage: { ...passage, accepted, certainDrop: undefined }, doubt: walk.doubt ?? why };
}

function describeDoubt({ family, base }: Chain): string {
  if (family === 'bridge') return 'a bridge: whether this packet passes it';
  return `device ${base?.devices?.join(', ') ?? ''}: whether this packet passes it`;
}

/** A chain of the interface below sees the packet there. */
function seeFrom({ base }: Chain, packet: VrrpPacket): VrrpPacket {
  const { interfaceName, parentName } = packet;
  const isBelow =
    parentName !== undefined &&
    base?.devices?.includes(parentName) === true &&
    !base.devices.includes(interfaceName);
  return isBelow ? { ...packet, interfaceName: parentName } : packet;
}
