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
  /** What was not understood on the way; undefined: this is certain. */
  doubt: string | undefined;
}

interface Passage {
  terminals: Terminal[];
  /** Whether the packet may come out at the chain's end; the doubt of that is not needed. */
  leaves: boolean;
}

/** The kernel's own limit of jumps is 16. */
const maxDepth = 20;

/** All that may happen to the packet in a base chain, its policy included. */
export function enterChain(chain: Chain, traveller: Traveller): Terminal[] {
  const passage = walk(chain, traveller, 0);
  if (!passage.leaves || !chain.base) return passage.terminals;
  const place = placeOf(chain, undefined, 0);
  const policy: Terminal = { verdict: chain.base.policy, place, doubt: undefined };
  return [...passage.terminals, policy];
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

function textOf(test: Test): string | undefined {
  return test.kind === 'never' ? undefined : test.text;
}
