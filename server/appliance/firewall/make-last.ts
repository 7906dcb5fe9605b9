import type { FirewallReport } from '../../keepalived/firewall/firewall-report.ts';
import type { RuleManager } from '../../keepalived/firewall/rule-set.ts';
import type { LastingResult } from './lasting-result.ts';
import { makeIptablesLast } from './make-iptables-last.ts';
import { makeNftLast } from './make-nft-last.ts';

/** Who was asked to change a rule. */
export type Manager = RuleManager | 'firewalld';

/** Keeps what was changed beyond a reboot, where the system has a place for it. */
export async function makeLast(
  report: FirewallReport,
  managers: ReadonlySet<Manager>,
): Promise<LastingResult> {
  const results: LastingResult[] = [];
  if (managers.has('nft')) results.push(await makeNftLast(report));
  if (managers.has('iptables-nft') || managers.has('iptables-legacy')) {
    results.push(await makeIptablesLast(report));
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
const inFirewalld: LastingResult = {
  commands: [],
  lasting: { lasts: true, sentence: 'firewalld keeps this beyond a reboot.' },
};
