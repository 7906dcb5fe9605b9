import type { VrrpPacket } from '../packet.ts';
import type { Chain, Hook } from '../rule-set.ts';

type Station = Hook | `bridge ${Hook}`;

/**
 * With br_netfilter a bridge also shows what comes to the server itself to iptables' PREROUTING, but
 * only in the place of the time behind it; FORWARD sees only what is for others (measured).
 */
const paths: Record<VrrpPacket['direction'], Station[]> = {
  in: ['ingress', 'bridge prerouting', 'bridge input', 'prerouting', 'input'],
  out: ['output', 'postrouting', 'bridge output', 'bridge postrouting', 'egress'],
};

/**
 * The base chains that a packet passes, in order; those with the same hook and priority, of which
 * the order is not known, together.
 */
export function listChainsOnTheWay(packet: VrrpPacket, chains: readonly Chain[]): Chain[][] {
  const families = ['inet', 'netdev', packet.family === 'inet' ? 'ip' : 'ip6'];
  if (packet.isBridged !== false) families.push('bridge');
  const path = paths[packet.direction];
  const groups = new Map<string, { order: number; priority: number; chains: Chain[] }>();
  for (const chain of chains) {
    const { base, family } = chain;
    if (!base || !families.includes(family)) continue;
    const station: Station = family === 'bridge' ? `bridge ${base.hook}` : base.hook;
    if (!path.includes(station)) continue;
    if (!isByDevice(base.devices, packet)) continue;
    const key = `${station} ${base.priority}`;
    const group = groups.get(key) ?? {
      ...{ order: path.indexOf(station), priority: base.priority, chains: [] },
    };
    group.chains.push(chain);
    groups.set(key, group);
  }
  return [...groups.values()]
    .toSorted((one, other) => one.order - other.order || one.priority - other.priority)
    .map((group) => group.chains);
}

/** A virtual interface (`use_vmac`) gets its packets from the one below, and sends them there. */
function isByDevice(devices: readonly string[] | undefined, packet: VrrpPacket): boolean {
  if (!devices || isSurelyByDevice(devices, packet)) return true;
  return packet.lowerNames?.some((name) => devices.includes(name)) === true;
}

function isSurelyByDevice(
  devices: readonly string[],
  { interfaceName, parentName }: VrrpPacket,
): boolean {
  return (
    devices.includes(interfaceName) || (parentName !== undefined && devices.includes(parentName))
  );
}

/**
 * Whether a packet that has this chain on its way surely passes it: by which port of a bridge or a
 * bond it goes is not known, and with a VLAN's tag a rule may not understand it.
 */
export function isSurelyPassed({ family, base }: Chain, packet: VrrpPacket): boolean {
  if (family === 'bridge') return packet.isBridged === true;
  return base?.devices === undefined || isSurelyByDevice(base.devices, packet);
}

/** NF_IP_PRI_CONNTRACK (linux/netfilter_ipv4.h) */
const trackingPriority = -200;

/**
 * Whether connection tracking has seen a packet that comes to this chain.
 * @returns undefined: it has the same priority.
 */
export function isTrackedBefore({ base, family }: Chain): boolean | undefined {
  if (family === 'bridge') return undefined;
  if (base?.hook === 'ingress') return false;
  if (base?.hook !== 'prerouting' && base?.hook !== 'output') return true;
  if (base.priority === trackingPriority) return undefined;
  return base.priority > trackingPriority;
}
