import { followPacket } from './evaluate.ts';
import type { PacketFate } from './evaluate.ts';
import { listOwnRichRules, planAllowCommand, writeCommand } from './firewall-commands.ts';
import type { FirewallReport } from './firewall-report.ts';
import { matchesPacket } from './holds.ts';
import type { VrrpPacket } from './packet.ts';
import { listOwnRules } from './rule-place.ts';
import type { RulePlace } from './rule-place.ts';
import type { RuleManager } from './rule-set.ts';

/** A packet that does not surely pass, and why. */
export interface Obstruction {
  packet: VrrpPacket;
  fate: Exclude<PacketFate, { outcome: 'accepted' }>;
  /** As one types it; undefined: there is no single command for it. */
  allowCommand: string | undefined;
}

/** What becomes of packets; what surely is dropped comes first. */
export function listObstructions(
  packets: readonly VrrpPacket[],
  report: FirewallReport,
): Obstruction[] {
  const obstructions = packets.flatMap((packet): Obstruction[] => {
    const fate = followPacket(packet, report.chains);
    if (fate.outcome === 'accepted') return [];
    const command = planAllowCommand(packet, fate.before, report);
    return [{ packet, fate, allowCommand: command && writeCommand(command) }];
  });
  return obstructions.toSorted(
    (one, other) =>
      Number(other.fate.outcome === 'dropped') - Number(one.fate.outcome === 'dropped'),
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

/** Whether one of our own rules lets one of these packets pass. */
export function hasOwnRule(packets: readonly VrrpPacket[], report: FirewallReport): boolean {
  const isInFirewalld =
    report.firewalld !== undefined &&
    packets.some(({ direction }) => direction === 'in') &&
    listOwnRichRules(report.firewalld).length > 0;
  const rules = listOwnRules(report.chains);
  return (
    isInFirewalld || rules.some(({ rule }) => packets.some((packet) => matchesPacket(rule, packet)))
  );
}
