import { z } from 'zod';
import { followPacket } from '../../keepalived/firewall/evaluate.ts';
import { planAllowCommand } from '../../keepalived/firewall/firewall-commands.ts';
import type { FirewallCommand } from '../../keepalived/firewall/firewall-commands.ts';
import type { FirewallReport } from '../../keepalived/firewall/firewall-report.ts';
import { listEveryOwnRule } from '../../keepalived/firewall/own-rules.ts';
import type { OwnRule } from '../../keepalived/firewall/own-rules.ts';
import type { VrrpPacket } from '../../keepalived/firewall/packet.ts';
import type { CommandReport, FirewallChange } from '../appliance.ts';
import { reportCommand } from '../commands/command-report.ts';
import { runCommand } from '../commands/run-command.ts';
import { persistRules } from './persist-rules.ts';
import type { Manager } from './persist-rules.ts';
import { readFirewall } from './read-firewall.ts';

/** A packet may have to pass several chains; more than this is a mistake of ours. */
const maxRules = 8;

const address = z.union([z.ipv4(), z.ipv6()]);
const packetSchema = z.object({
  direction: z.enum(['in', 'out']),
  family: z.enum(['inet', 'inet6']),
  interfaceName: z.string().regex(/^[\w.][\w.@-]{0,14}$/),
  protocol: z.union([z.literal(112), z.literal(51)]),
  source: z.union([address, z.cidrv4(), z.cidrv6(), z.undefined()]),
  destination: address,
  multicast: z.boolean(),
  parentName: z.string().optional(),
  isFromLink: z.boolean().optional(),
  timeToLive: z.number().optional(),
  lowerNames: z.array(z.string()).optional(),
  isBridged: z.boolean().optional(),
});

/**
 * Lets advertisements pass, and touches nothing if they already do: our own rule is put in front of
 * each rule, or behind all rules before each policy, that may drop them. The rules are read again
 * after each, so that `report` says what is now.
 * @throws {ZodError} for what is no advertisement.
 */
export async function addVrrpRules(packets: readonly VrrpPacket[]): Promise<FirewallChange> {
  const wanted = z.array(packetSchema).parse(packets);
  const commands: CommandReport[] = [];
  const managers = new Set<Manager>();
  const passed = new Set<string>();
  const before = await readFirewall();
  let report = before;
  while (passed.size < maxRules) {
    const next = findNextRule(wanted, report);
    // The same obstacle again: our rule before it does not help.
    if (!next || passed.has(next.obstacle)) break;
    passed.add(next.obstacle);
    const reports = await runAll(next.commands);
    commands.push(...reports);
    if (reports.some(({ result }) => result !== 'ok')) break;
    managers.add(next.manager);
    report = await readFirewall();
  }
  const useless = listUselessRules(wanted, before, report);
  if (useless.length > 0) {
    commands.push(...(await runAll(useless.flatMap(({ removals }) => removals))));
    report = await readFirewall();
  }
  return finish(commands, managers, report);
}

/**
 * Removes our own rules that let these advertisements pass, and no others.
 * @throws {ZodError} for what is no advertisement.
 */
export async function removeVrrpRules(packets: readonly VrrpPacket[]): Promise<FirewallChange> {
  const wanted = z.array(packetSchema).parse(packets);
  return removeRules(({ serves }) => wanted.some(serves));
}

/**
 * Removes the one rule of ours that this command, as `OwnRule.removal` says it, would remove. The
 * command itself is not run: it only names the rule.
 */
export function removeRuleByCommand(removal: string): Promise<FirewallChange> {
  return removeRules((rule) => rule.removal === removal);
}

/**
 * The rules for firewalld that were added for a packet that still does not pass: they are in a zone
 * that it does not come through.
 */
function listUselessRules(
  packets: readonly VrrpPacket[],
  before: FirewallReport,
  now: FirewallReport,
): OwnRule[] {
  const there = new Set(listEveryOwnRule(before).map(({ removal }) => removal));
  const blocked = packets.filter(
    (packet) => followPacket(packet, now.chains).outcome !== 'accepted',
  );
  return listEveryOwnRule(now)
    .filter(({ manager, removal }) => manager === 'firewalld' && !there.has(removal))
    .filter(({ serves }) => blocked.some(serves));
}

async function removeRules(isMeant: (rule: OwnRule) => boolean): Promise<FirewallChange> {
  const rules = listEveryOwnRule(await readFirewall()).filter(isMeant);
  const commands = await runAll(rules.flatMap(({ removals }) => removals));
  const managers = new Set<Manager>(rules.map(({ manager }) => manager));
  return finish(commands, managers, await readFirewall());
}

/** Takes our rules one after the other, in front of the first place that may drop a packet. */
function findNextRule(packets: readonly VrrpPacket[], report: FirewallReport) {
  for (const packet of packets) {
    const fate = followPacket(packet, report.chains);
    const command =
      fate.outcome === 'accepted' ? undefined : planAllowCommand(packet, fate.before, report);
    if (fate.outcome === 'accepted' || !command) continue;
    const { manager, family, table, chain, rule } = fate.before;
    const obstacle = JSON.stringify([packet, manager, family, table, chain, rule?.text]);
    if (command.program !== 'firewall-cmd') return { commands: [command], manager, obstacle };
    const lasting = { ...command, words: ['--permanent', ...command.words] };
    // The same place may be reached through more than one zone.
    const zoned = `${obstacle} ${command.words.join(' ')}`;
    return { commands: [command, lasting], manager: 'firewalld' as const, obstacle: zoned };
  }
  return undefined;
}

async function finish(
  commands: CommandReport[],
  managers: ReadonlySet<Manager>,
  report: FirewallReport,
): Promise<FirewallChange> {
  if (managers.size === 0) return { commands, lasting: undefined, report };
  const { commands: further, lasting } = await persistRules(report, managers);
  return { commands: [...commands, ...further], lasting, report };
}

async function runAll(commands: readonly FirewallCommand[]): Promise<CommandReport[]> {
  const reports: CommandReport[] = [];
  for (const { program, words } of commands) {
    reports.push(reportCommand(await runCommand(program, words)));
  }
  return reports;
}
