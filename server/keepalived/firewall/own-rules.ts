import { listOwnRichRules, planRemoval, planRichRule, writeCommand } from './firewall-commands.ts';
import type { FirewallCommand } from './firewall-commands.ts';
import type { FirewallReport } from './firewall-report.ts';
import type { VrrpPacket } from './packet.ts';
import { describePlace, listOwnRules } from './rule-place.ts';
import type { RuleManager } from './rule-set.ts';
import { matchesPacket } from './walk/packet-tests.ts';

/** A rule that this program added, whatever instance it was for. */
export interface OwnRule {
  manager: RuleManager | 'firewalld';
  /** As its tool prints it, with its chain and table, or its zone. */
  description: string;
  /** What removes it, in order. */
  removals: FirewallCommand[];
  /** The first of these as one types it: no two rules have the same, but for exact copies. */
  removal: string;
  /** Whether it lets a packet pass. */
  serves: (packet: VrrpPacket) => boolean;
}

/** Every rule of ours that is in the firewall now. */
export function listEveryOwnRule(report: FirewallReport): OwnRule[] {
  const { chains, firewalld, programs } = report;
  const rules = listOwnRules(chains).map(({ place, rule }): OwnRule => {
    const removal = planRemoval(place, programs);
    return {
      manager: place.manager,
      description: describePlace(place),
      removals: [removal],
      removal: writeCommand(removal),
      serves: (packet) => matchesPacket(rule, packet),
    };
  });
  const richRules = firewalld ? listOwnRichRules(firewalld) : [];
  return [
    ...rules,
    ...richRules.map(({ zone, text }): OwnRule => {
      const removals = [false, true].map((permanent) =>
        planRichRule('remove', zone, text, permanent),
      );
      return {
        ...{ manager: 'firewalld', description: `firewalld: “${text}”, zone ${zone}`, removals },
        removal: removals.map(writeCommand)[0] ?? '',
        serves: (packet) => isRichRuleFor(text, packet),
      };
    }),
  ];
}

/** A rich rule names the group, or the peer that advertisements come from. */
function isRichRuleFor(text: string, packet: VrrpPacket): boolean {
  const { direction, multicast, source = '', destination, protocol } = packet;
  const address = multicast ? destination : source;
  return (
    direction === 'in' &&
    text.includes(`address="${address}"`) &&
    text.includes(`value="${protocol === 112 ? 'vrrp' : 'ah'}"`)
  );
}
