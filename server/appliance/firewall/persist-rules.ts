import type { FirewallReport } from '../../keepalived/firewall/firewall-report.ts';
import type { RuleManager } from '../../keepalived/firewall/rule-set.ts';
import { persistIptablesRules } from './persist-iptables-rules.ts';
import { persistNftRules } from './persist-nft-rules.ts';
import type { PersistenceResult } from './persistence-result.ts';

/** Who was asked to change a rule. */
export type Manager = RuleManager | 'firewalld';

/** Keeps what was changed beyond a reboot, where the system has a place for it. */
export async function persistRules(
  report: FirewallReport,
  managers: ReadonlySet<Manager>,
): Promise<PersistenceResult> {
  const results: PersistenceResult[] = [];
  if (managers.has('nft')) results.push(await persistNftRules(report));
  if (managers.has('iptables-nft') || managers.has('iptables-legacy')) {
    results.push(await persistIptablesRules(report));
  }
  if (managers.has('firewalld')) results.push(inFirewalld);
  return {
    commands: results.flatMap(({ commands }) => commands),
    lasting: {
      lasts: results.every(({ lasting }) => lasting.lasts),
      sentence: results.map(({ lasting }) => lasting.sentence).join(' '),
    },
  };
}

/** Each of its rules is also changed with `--permanent`. */
const inFirewalld: PersistenceResult = {
  commands: [],
  lasting: { lasts: true, sentence: 'firewalld keeps this beyond a reboot.' },
};
