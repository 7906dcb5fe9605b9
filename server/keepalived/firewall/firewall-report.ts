import { findIptablesHook } from './iptables/read-iptables.ts';
import type { Chain } from './rule-set.ts';

/** firewalld, while it runs: it makes the rules, so it has to be asked to change them. */
export interface Firewalld {
  defaultZone: string;
  /** The zone of each interface that is in one by name. */
  zones: Record<string, string>;
  /** The zones that are bound to senders: `10.9.0.0/24`, a MAC address, `ipset:NAME`. They come first. */
  sources: { source: string; zone: string }[];
  /** Its rich rules, by zone. */
  richRules: { zone: string; text: string }[];
}

/** All that filters packets on this machine. Plain data. */
export interface FirewallReport {
  /** The programs that were found: `nft`, `iptables-nft`, `ip6tables-legacy`, `firewall-cmd`, … */
  programs: string[];
  chains: Chain[];
  /** Why a part of it could not be read, a sentence each: then nothing can be called open. */
  problems: string[];
  firewalld: Firewalld | undefined;
}

/**
 * One account out of two: nft shows all tables, but of iptables' rules only parts, and iptables shows
 * nft's own rules wrongly (measured, 1.8.9: `ip protocol { icmp, vrrp } drop` as `-j DROP`). So each
 * rule is taken from the tool that understands it.
 * @param nft undefined: there is no such program.
 * @param saved of `iptables-save` and `ip6tables-save`, both variants.
 */
export function mergeChains(nft: Chain[] | undefined, saved: readonly Chain[]): Chain[] {
  if (!nft) return [...saved];
  const compatible = new Map(
    saved
      .filter(({ manager }) => manager === 'iptables-nft')
      .map((chain) => [keyOf(chain, chain.chain), chain]),
  );
  const madeByIptables = new Set(
    nft
      .filter(({ table, chain, base }) => base && findIptablesHook(table, chain) === base.hook)
      .map((chain) => keyOf(chain, '')),
  );
  const legacy = saved.filter(({ manager }) => manager === 'iptables-legacy');
  const complete = nft.map((chain) => {
    const twin = compatible.get(keyOf(chain, chain.chain));
    return madeByIptables.has(keyOf(chain, '')) ? fillIn(chain, twin) : chain;
  });
  return [...complete, ...legacy];
}

function keyOf({ family, table }: Chain, name: string): string {
  return `${family} ${table} ${name}`;
}

/** @param twin the same chain as iptables tells it. */
function fillIn(chain: Chain, twin: Chain | undefined): Chain {
  if (twin?.rules.length !== chain.rules.length) return chain;
  const rules = chain.rules.map((rule, at) => {
    const { text, comment, steps } = twin.rules[at] ?? rule;
    return { ...rule, text, ...(rule.isPartial ? { comment, steps } : {}) };
  });
  return { ...chain, manager: 'iptables-nft', rules };
}
