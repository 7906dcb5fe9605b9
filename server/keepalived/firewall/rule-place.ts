import { ownComment } from './rule-set.ts';
import type { Chain, ChainPlace, Rule, RuleManager } from './rule-set.ts';

/** A rule in its chain, or the chain's policy. */
export interface RulePlace extends ChainPlace {
  /** Undefined: the chain's policy. */
  rule: { text: string; handle: number | undefined; position: number } | undefined;
}

/** @param at from 0; of no rule, the place is the chain's policy. */
export function getRulePlace(
  { manager, family, table, chain }: Chain,
  rule: Rule | undefined,
  at: number,
): RulePlace {
  const where = { manager, family, table, chain };
  if (!rule) return { ...where, rule: undefined };
  return { ...where, rule: { text: rule.text, handle: rule.handle, position: at + 1 } };
}

/** Two chains with the same words are the same. */
export function getChainKey({ manager, family, table, chain }: ChainPlace): string {
  return `${manager} ${family} ${table} ${chain}`;
}

/** The rules that this program added and that let this packet pass. */
export function listOwnRules(chains: readonly Chain[]): { place: RulePlace; rule: Rule }[] {
  return chains.flatMap((chain) =>
    chain.rules.flatMap((rule, at) =>
      rule.comment === ownComment ? [{ place: getRulePlace(chain, rule, at), rule }] : [],
    ),
  );
}

const managerNames: Record<RuleManager, string> = {
  nft: 'nftables',
  'iptables-nft': 'iptables (nft)',
  'iptables-legacy': 'iptables (legacy)',
};

/** `nftables: “ip protocol vrrp drop” (handle 5), chain input of table inet filter` */
export function describePlace({ manager, family, table, chain, rule }: RulePlace): string {
  const handle = rule?.handle === undefined ? '' : ` (handle ${rule.handle})`;
  const what = rule ? `“${rule.text}”${handle}` : 'the policy “drop”';
  return `${managerNames[manager]}: ${what}, chain ${chain} of table ${family} ${table}`;
}
