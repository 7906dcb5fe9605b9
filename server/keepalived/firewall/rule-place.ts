import { ownComment } from './rule-set.ts';
import type { Chain, ChainPlace, Rule } from './rule-set.ts';

/** A rule in its chain, or the chain's policy. */
export interface RulePlace extends ChainPlace {
  /** Undefined: the chain's policy. */
  rule: { text: string; handle: number | undefined; position: number } | undefined;
}

/** @param at from 0; of no rule, the place is the chain's policy. */
export function placeOf(
  { manager, family, table, chain }: Chain,
  rule: Rule | undefined,
  at: number,
): RulePlace {
  const where = { manager, family, table, chain };
  if (!rule) return { ...where, rule: undefined };
  return { ...where, rule: { text: rule.text, handle: rule.handle, position: at + 1 } };
}

/** The rules that this program added and that let this packet pass. */
export function listOwnRules(chains: readonly Chain[]): { place: RulePlace; rule: Rule }[] {
  return chains.flatMap((chain) =>
    chain.rules.flatMap((rule, at) =>
      rule.comment === ownComment ? [{ place: placeOf(chain, rule, at), rule }] : [],
    ),
  );
}
