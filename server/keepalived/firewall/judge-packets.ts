import { followPacket } from './evaluate.ts';
import type { PacketFate } from './evaluate.ts';
import { planAllowCommand, writeCommand } from './firewall-commands.ts';
import type { FirewallReport } from './firewall-report.ts';
import { listEveryOwnRule } from './own-rules.ts';
import type { VrrpPacket } from './packet.ts';

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

/** Whether one of our own rules lets one of these packets pass. */
export function hasOwnRule(packets: readonly VrrpPacket[], report: FirewallReport): boolean {
  return listEveryOwnRule(report).some(({ serves }) => packets.some(serves));
}
