import { listPacketValues, matchesValue } from './packet.ts';
import type { VrrpPacket } from './packet.ts';
import { createComparison, ownComment } from './rule-set.ts';
import type { Chain, ChainPlace, Hook, PacketKey, Rule, Test, Verdict } from './rule-set.ts';

/** A rule in its chain, or the chain's policy. */
export interface RulePlace extends ChainPlace {
  /** Undefined: the chain's policy. */
  rule: { text: string; handle: number | undefined; position: number } | undefined;
}

/** What becomes of a packet. `before`: the first place that may drop it, so allow it before that. */
export type PacketFate =
  | { outcome: 'accepted' }
  | { outcome: 'dropped'; by: RulePlace; before: RulePlace }
  | { outcome: 'cannot-tell'; expression: string; before: RulePlace };

interface Terminal {
  verdict: 'accept' | 'drop';
  place: RulePlace;
  /** What was not understood on the way; undefined: this is certain. */
  doubt: string | undefined;
}

interface Passage {
  terminals: Terminal[];
  /** Whether the packet may come out at the chain's end; the doubt of that is not needed. */
  leaves: boolean;
}

/** What rules before have done to the packet. */
interface Traveller {
  packet: VrrpPacket;
  chains: readonly Chain[];
  /** Undefined: perhaps. */
  untracked: boolean | undefined;
  isMarked: boolean;
}

const paths: Record<VrrpPacket['direction'], Hook[]> = {
  in: ['ingress', 'prerouting', 'input'],
  out: ['output', 'postrouting', 'egress'],
};
/** The kernel's own limit of jumps is 16. */
const maxDepth = 20;

/**
 * Sends one packet through all chains on its way, by hook and priority. Each chain has to let it
 * pass: what one accepts, a later one may still drop. A rule that is not understood counts as both
 * matching and not matching; only if that makes no difference the fate is certain.
 */
export function followPacket(packet: VrrpPacket, chains: readonly Chain[]): PacketFate {
  const traveller: Traveller = { packet, chains, untracked: false, isMarked: false };
  let doubtful: PacketFate | undefined;
  for (const chain of listChainsOnTheWay(packet, chains)) {
    const { terminals } = enter(chain, traveller);
    const drops = terminals.filter(({ verdict }) => verdict === 'drop');
    const [first] = drops;
    if (!first) continue;
    const isPassed = drops.length < terminals.length;
    if (!isPassed) {
      const certain = drops.find(({ doubt }) => doubt === undefined) ?? first;
      return { outcome: 'dropped', by: certain.place, before: first.place };
    }
    const expression = terminals.find(({ doubt }) => doubt !== undefined)?.doubt ?? '';
    doubtful ??= { outcome: 'cannot-tell', expression, before: first.place };
  }
  return doubtful ?? { outcome: 'accepted' };
}

/** The rules that this program added and that let this packet pass. */
export function listOwnRules(chains: readonly Chain[]): { place: RulePlace; rule: Rule }[] {
  return chains.flatMap((chain) =>
    chain.rules.flatMap((rule, at) =>
      rule.comment === ownComment ? [{ place: placeOf(chain, rule, at), rule }] : [],
    ),
  );
}

/** Whether a rule's tests all hold for a packet, for certain. */
export function matchesPacket({ steps }: Rule, packet: VrrpPacket): boolean {
  const traveller: Traveller = { packet, chains: [], untracked: false, isMarked: false };
  return steps.every((step) => step.kind !== 'test' || holds(step.test, traveller) === true);
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

/** All that may happen to the packet in a base chain, its policy included. */
function enter(chain: Chain, traveller: Traveller): Passage {
  const passage = walk(chain, traveller, 0);
  if (!passage.leaves || !chain.base) return passage;
  const place = placeOf(chain, undefined, 0);
  const policy: Terminal = { verdict: chain.base.policy, place, doubt: undefined };
  return { terminals: [...passage.terminals, policy], leaves: false };
}

function walk(chain: Chain, traveller: Traveller, depth: number): Passage {
  const terminals: Terminal[] = [];
  let leaves = false;
  for (const [at, rule] of chain.rules.entries()) {
    const result = applyRule(rule, placeOf(chain, rule, at), traveller, depth);
    terminals.push(...result.terminals);
    leaves ||= result.leaves;
    if (!result.continues) return { terminals, leaves };
  }
  return { terminals, leaves: true };
}

interface RuleResult extends Passage {
  /** Whether the packet may reach the next rule. */
  continues: boolean;
}

const goesOn: RuleResult = { terminals: [], leaves: false, continues: true };

function applyRule(rule: Rule, place: RulePlace, traveller: Traveller, depth: number): RuleResult {
  let doubt: string | undefined;
  for (const step of rule.steps) {
    switch (step.kind) {
      case 'test': {
        const truth = holds(step.test, traveller);
        if (truth === false) return goesOn;
        if (truth === undefined) doubt ??= textOf(step.test);
        break;
      }
      case 'set-mark':
        traveller.isMarked = true;
        break;
      case 'untrack':
        traveller.untracked = doubt === undefined || traveller.untracked ? true : undefined;
        break;
      case 'map': {
        const results = step.entries.flatMap(({ value, verdict }) => {
          const truth = holds(createComparison(step.key, [value], rule.text), traveller);
          if (truth === false) return [];
          const why = truth === undefined ? rule.text : doubt;
          return [applyVerdict(verdict, place, why, traveller, depth)];
        });
        const isCertain = results.some(({ continues }) => !continues);
        return {
          terminals: results.flatMap(({ terminals }) => terminals),
          leaves: results.some(({ leaves }) => leaves),
          continues: !isCertain,
        };
      }
      case 'verdict':
        return applyVerdict(step.verdict, place, doubt, traveller, depth);
    }
  }
  return goesOn;
}

function applyVerdict(
  verdict: Verdict,
  place: RulePlace,
  doubt: string | undefined,
  traveller: Traveller,
  depth: number,
): RuleResult {
  const continues = doubt !== undefined;
  switch (verdict.kind) {
    case 'accept':
    case 'drop':
      return { terminals: [{ verdict: verdict.kind, place, doubt }], leaves: false, continues };
    case 'return':
      return { terminals: [], leaves: true, continues };
    case 'unknown':
      return doubtEverything(verdict.text, place);
    case 'jump':
    case 'goto': {
      const target = traveller.chains.find(
        (chain) =>
          chain.chain === verdict.chain &&
          chain.table === place.table &&
          chain.family === place.family &&
          chain.manager === place.manager,
      );
      if (!target || depth > maxDepth) return doubtEverything(verdict.chain, place);
      const passage = walk(target, traveller, depth + 1);
      const terminals = passage.terminals.map((end) => ({ ...end, doubt: end.doubt ?? doubt }));
      if (verdict.kind === 'goto') return { terminals, leaves: passage.leaves, continues };
      return { terminals, leaves: false, continues: continues || passage.leaves };
    }
  }
}

function doubtEverything(doubt: string, place: RulePlace): RuleResult {
  const verdicts = ['accept', 'drop'] as const;
  const terminals = verdicts.map((verdict) => ({ verdict, place, doubt }));
  return { terminals, leaves: false, continues: true };
}

function holds(test: Test, traveller: Traveller): boolean | undefined {
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

function textOf(test: Test): string | undefined {
  return test.kind === 'never' ? undefined : test.text;
}

function placeOf(
  { manager, family, table, chain }: Chain,
  rule: Rule | undefined,
  at: number,
): RulePlace {
  const where = { manager, family, table, chain };
  if (!rule) return { ...where, rule: undefined };
  return { ...where, rule: { text: rule.text, handle: rule.handle, position: at + 1 } };
}
