import type { Appliance, CommandReport, FirewallChange } from '../../appliance/appliance.ts';
import { findInstanceInterfaces } from '../../keepalived/addresses/instance-interfaces.ts';
import type { ConfiguredInstance } from '../../keepalived/config/summary.ts';
import { listObstructions } from '../../keepalived/firewall/judge-packets.ts';
import { listEveryOwnRule } from '../../keepalived/firewall/own-rules.ts';
import { describePacket, listVrrpPackets } from '../../keepalived/firewall/packet.ts';
import type { PacketDirection, VrrpPacket } from '../../keepalived/firewall/packet.ts';
import { describePlace } from '../../keepalived/firewall/rule-place.ts';
import type { NetworkReport } from '../../keepalived/proof/evidence.ts';
import { readLiveConfiguration } from '../../state/live-configuration.ts';
import { commandFailure } from '../live/prove-live.ts';

/** What a firewall change did. */
export interface FirewallOutcome {
  ok: boolean;
  /** For the user: what is so now, as it was read again, and whether it outlasts a reboot. */
  sentence: string;
  /** Every command that was run, in order. */
  reports: CommandReport[];
}

/** A rule of ours in the firewall. */
export interface OwnFirewallRule {
  /** As its tool prints it, with its chain and table. */
  description: string;
  /** What removes it, as one types it. */
  removal: string;
  /**
   * Whose advertisements it lets pass, by the live configuration; nobody's: it is left over.
   * undefined: the configuration could not be read.
   */
  serves: { instance: string; direction: PacketDirection }[] | undefined;
}

/**
 * Lets the advertisements of an instance of the live configuration pass; what exactly they are is
 * taken from there.
 */
export async function allowVrrp(
  appliance: Appliance,
  instanceName: string,
  direction: PacketDirection,
): Promise<FirewallOutcome> {
  const found = await findPackets(appliance, instanceName, direction);
  if (!found.ok) return failed(found.reason);
  const change = await appliance.allowVrrp(found.packets);
  const [obstruction] = listObstructions(found.packets, change.report);
  if (obstruction) {
    const { packet, fate } = obstruction;
    const place = fate.outcome === 'dropped' ? fate.by : fate.before;
    const word = fate.outcome === 'dropped' ? 'is still dropped' : 'may still be dropped';
    return failed(
      `${capitalize(describePacket(packet))} ${word} by ${describePlace(place)}.${describeFailure(change)}`,
      change,
    );
  }
  const what = found.packets.map(describePacket).join(', ');
  const sentence =
    change.commands.length === 0
      ? `The firewall already lets ${what} pass.`
      : `The firewall now lets ${what} pass. ${change.lasting?.sentence ?? ''}`;
  return { ok: true, sentence, reports: change.commands };
}

/** Removes the rules that `allowVrrp` added for an instance of the live configuration. */
export async function withdrawVrrp(
  appliance: Appliance,
  instanceName: string,
  direction: PacketDirection,
): Promise<FirewallOutcome> {
  const found = await findPackets(appliance, instanceName, direction);
  if (!found.ok) return failed(found.reason);
  return describeRemoval(await appliance.withdrawVrrp(found.packets));
}

/**
 * Removes one rule of ours, whatever it was for.
 * @param removal as `listOwnFirewallRules` says it; a rule that is not one of ours is never removed
 */
export async function removeOwnFirewallRule(
  appliance: Appliance,
  removal: string,
): Promise<FirewallOutcome> {
  return describeRemoval(await appliance.removeOwnFirewallRule(removal));
}

function describeRemoval(change: FirewallChange): FirewallOutcome {
  if (change.commands.length === 0) {
    return failed('This program has no such rule in the firewall.');
  }
  const failure = describeFailure(change);
  if (failure !== '') return failed(`The rule was not removed.${failure}`, change);
  const sentence = `The rule was removed. ${change.lasting?.sentence ?? ''}`;
  return { ok: true, sentence, reports: change.commands };
}

/** Every rule of ours in the firewall, and for whom it is there. */
export async function listOwnFirewallRules(appliance: Appliance): Promise<OwnFirewallRule[]> {
  const [report, live, network] = await Promise.all([
    appliance.readFirewall(),
    readLiveConfiguration(appliance),
    appliance.readNetwork(),
  ]);
  const instances = live.ok ? live.summary.instances : [];
  const directions = ['in', 'out'] as const;
  return listEveryOwnRule(report).map(({ description, removal, serves }) => ({
    ...{ description, removal },
    serves: live.ok
      ? instances.flatMap((instance) =>
          directions
            .filter((direction) => listPackets(instance, direction, network).some(serves))
            .map((direction) => ({ instance: instance.name, direction })),
        )
      : undefined,
  }));
}

async function findPackets(
  appliance: Appliance,
  instanceName: string,
  direction: PacketDirection,
): Promise<{ ok: true; packets: VrrpPacket[] } | { ok: false; reason: string }> {
  const live = await readLiveConfiguration(appliance);
  if (!live.ok) return { ok: false, reason: `The configuration is unknown: ${live.reason}` };
  const instance = live.summary.instances.find(
    ({ name }: ConfiguredInstance) => name === instanceName,
  );
  if (!instance) return { ok: false, reason: 'The configuration has no such instance.' };
  const packets = listPackets(instance, direction, await appliance.readNetwork());
  if (packets.length > 0) return { ok: true, packets };
  return { ok: false, reason: 'The instance has no interface with an address.' };
}

function listPackets(
  configured: ConfiguredInstance,
  direction: PacketDirection,
  network: NetworkReport,
): VrrpPacket[] {
  const interfaces = findInstanceInterfaces({ configured, running: undefined, network });
  return listVrrpPackets({ ...configured, interfaces }, direction, network);
}

function describeFailure({ commands }: FirewallChange): string {
  const broken = commands.find(({ result }) => result !== 'ok');
  return broken ? ` ${capitalize(commandFailure(broken))}` : '';
}

function capitalize(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function failed(sentence: string, change?: FirewallChange): FirewallOutcome {
  return { ok: false, sentence, reports: change?.commands ?? [] };
}
