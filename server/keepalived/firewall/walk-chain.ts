import { holds } from './holds.ts';
import type { Traveller } from './holds.ts';
import { placeOf } from './rule-place.ts';
import type { RulePlace } from './rule-place.ts';
import { createComparison } from './rule-set.ts';
import type { Chain, Rule, Test, Verdict } from './rule-set.ts';

/** A way in which the packet may end in a chain. */
export interface Terminal {
  verdict: 'accept' | 'drop';
  place: RulePlace;
  /**
   * Where a rule of ours stands in front of this: the packet surely comes by there, unless an earlier
   * rule has ended it. In a chain that is jumped to only perhaps, or left earlier, it does not.
   */
  before: RulePlace;
  /** What was not understood on the way; undefined: this is certain. */
  doubt: string | undefined;
}

interface Passage {
  terminals: Terminal[];
  /**
   * Where the packet may leave the chain without a verdict: the rule by which it does, or the chain
   * itself for its end. The doubt of that is not needed.
   */
  exits: RulePlace[];
}

/** The kernel's own limit of jumps is 16. */
const maxDepth = 20;

/** All that may happen to the packet in a base chain, its policy included. */
export function enterChain(chain: Chain, traveller: Traveller): Terminal[] {
  const { terminals, exits } = walk(chain, traveller, 0);
  const [before] = exits;
  if (!before || !chain.base) return terminals;
  const place = placeOf(chain, undefined, 0);
  // A rule behind the one that leaves the chain for its policy is not passed.
  return [...terminals, { verdict: chain.base.policy, place, before, doubt: undefined }];
}

function walk(chain: Chain, traveller: Traveller, depth: number): Passage {
  const terminals: Terminal[] = [];
  const exits: RulePlace[] = [];
  for (const [at, rule] of chain.rules.entries()) {
    const result = applyRule(rule, placeOf(chain, rule, at), traveller, depth);
    terminals.push(...putBefore(exits[0], result.terminals));
    exits.push(...result.exits);
    if (!result.continues) return { terminals, exits };
  }
  return { terminals, exits: [...exits, placeOf(chain, undefined, 0)] };
}

function putBefore(place: RulePlace | undefined, terminals: Terminal[]): Terminal[] {
  return place ? terminals.map((terminal) => ({ ...terminal, before: place })) : terminals;
}

interface RuleResult extends Passage {
  /** Whether the packet may reach the next rule. */
  continues: boolean;
}

const goesOn: RuleResult = { terminals: [], exits: [], continues: true };

function applyRule(rule: Rule, place: RulePlace, traveller: Traveller, depth: number): RuleResult {
  let doubt: string | undefined;
  for (const step of rule.steps) {
    switch (step.kind) {
      case 'test': {
        const truth = holds(step.test, traveller);
        if (truth === false) return goesOn;
        if (truth === undefined) {
          doubt ??= textOf(step.test);
          traveller.doubt ??= doubt;
        }
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
          exits: results.flatMap(({ exits }) => exits),
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
      return {
        terminals: [{ verdict: verdict.kind, place, before: place, doubt }],
        exits: [],
        continues,
      };
    case 'return':
      return { terminals: [], exits: [place], continues };
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
      const terminals = putBefore(
        doubt === undefined ? undefined : place,
        passage.terminals.map((end) => ({ ...end, doubt: end.doubt ?? doubt })),
      );
      const leaves = passage.exits.length > 0;
      if (verdict.kind === 'goto') return { terminals, exits: leaves ? [place] : [], continues };
      return { terminals, exits: [], continues: continues || leaves };
    }
  }
}

function doubtEverything(doubt: string, place: RulePlace): RuleResult {
  const verdicts = ['accept', 'drop'] as const;
  const terminals = verdicts.map((verdict) => ({ verdict, place, before: place, doubt }));
  return { terminals, exits: [], continues: true };
}

function textOf(test: Test): string | undefined {
  return test.kind === 'never' ? undefined : test.text;
}
