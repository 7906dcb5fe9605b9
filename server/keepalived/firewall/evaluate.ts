import { createTraveller } from './holds.ts';
import type { VrrpPacket } from './packet.ts';
import type { RulePlace } from './rule-place.ts';
import type { Chain, Hook } from './rule-set.ts';
import { enterChain } from './walk-chain.ts';

/**
 * What becomes of a packet. `by`: what drops it, or may; `before`: where a rule that allows it is
 * surely passed in front of all that may drop it in this base chain.
 */
export type PacketFate =
  | { outcome: 'accepted' }
  | { outcome: 'dropped'; by: RulePlace; before: RulePlace }
  | { outcome: 'cannot-tell'; expression: string; by: RulePlace; before: RulePlace };

const paths: Record<VrrpPacket['direction'], Hook[]> = {
  in: ['ingress', 'prerouting', 'input'],
  out: ['output', 'postrouting', 'egress'],
};
/**
 * Sends one packet through all chains on its way, by hook and priority. Each chain has to let it
 * pass: what one accepts, a later one may still drop. A rule that is not understood counts as both
 * matching and not matching; only if that makes no difference the fate is certain.
 */
export function followPacket(packet: VrrpPacket, chains: readonly Chain[]): PacketFate {
  const traveller = createTraveller(packet, chains);
  let doubtful: PacketFate | undefined;
  for (const chain of listChainsOnTheWay(packet, chains)) {
    traveller.doubt = undefined;
    const terminals = enterChain(chain, traveller);
    const drops = terminals.filter(({ verdict }) => verdict === 'drop');
    const [first] = drops;
    if (!first) continue;
    const isPassed = drops.length < terminals.length;
    if (!isPassed) {
      const certain = drops.find(({ doubt }) => doubt === undefined) ?? first;
      return { outcome: 'dropped', by: certain.place, before: first.before };
    }
    const told = terminals.find(({ doubt }) => doubt !== undefined);
    const expression = told?.doubt ?? traveller.doubt ?? '';
    doubtful ??= { outcome: 'cannot-tell', expression, by: first.place, before: first.before };
  }
  return doubtful ?? { outcome: 'accepted' };
}

function listChainsOnTheWay(packet: VrrpPacket, chains: readonly Chain[]): Chain[] {
  const families = ['inet', 'netdev', packet.family === 'inet' ? 'ip' : 'ip6'];
  const path = paths[packet.direction];
  return chains
    .filter(({ base, family }) => base && path.includes(base.hook) && families.includes(family))
    .filter(({ base }) => base?.devices?.includes(packet.interfaceName) !== false)
    .toSorted((one, other) => {
      if (!one.base || !other.base) return 0;
      return (
        path.indexOf(one.base.hook) - path.indexOf(other.base.hook) ||
        one.base.priority - other.base.priority
      );
    });
}
