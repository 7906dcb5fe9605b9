import type { VrrpPacket } from '../packet.ts';
import type { Chain, Hook } from '../rule-set.ts';

const paths: Record<VrrpPacket['direction'], Hook[]> = {
  in: ['ingress', 'prerouting', 'input'],
  out: ['output', 'postrouting', 'egress'],
};

/**
 * The base chains that a packet passes, in order; those with the same hook and priority, of which
 * the order is not known, together.
 */
export function listChainsOnTheWay(packet: VrrpPacket, chains: readonly Chain[]): Chain[][] {
  const families = ['inet', 'netdev', packet.family === 'inet' ? 'ip' : 'ip6'];
  const path = paths[packet.direction];
  const groups = new Map<string, { order: number; priority: number; chains: Chain[] }>();
  for (const chain of chains) {
    const { base, family } = chain;
    if (!base || !path.includes(base.hook) || !families.includes(family)) continue;
    if (!isByDevice(base.devices, packet)) continue;
    const key = `${base.hook} ${base.priority}`;
    const group = groups.get(key) ?? {
      ...{ order: path.indexOf(base.hook), priority: base.priority, chains: [] },
    };
    group.chains.push(chain);
    groups.set(key, group);
  }
  return [...groups.values()]
    .toSorted((one, other) => one.order - other.order || one.priority - other.priority)
    .map((group) => group.chains);
}

/** A virtual interface (`use_vmac`) gets its packets from the one below, and sends them there. */
function isByDevice(
  devices: readonly string[] | undefined,
  { interfaceName, parentName }: VrrpPacket,
): boolean {
  if (!devices) return true;
  return (
    devices.includes(interfaceName) || (parentName !== undefined && devices.includes(parentName))
  );
}

/** NF_IP_PRI_CONNTRACK (linux/netfilter_ipv4.h) */
const trackingPriority = -200;

/**
 * Whether connection tracking has seen a packet that comes to this chain.
 * @returns undefined: it has the same priority.
 */
export function isTrackedBefore({ base }: Chain): boolean | undefined {
  if (base?.hook === 'ingress') return false;
  if (base?.hook !== 'prerouting' && base?.hook !== 'output') return true;
  if (base.priority === trackingPriority) return undefined;
  return base.priority > trackingPriority;
}
