import type { NetworkReport } from '../proof/evidence.ts';
import type { PacketKey } from './rule-set.ts';

/** What a packet of an interface passes below it. */
export interface LinkStack {
  /** All interfaces below: the ports of a bridge or a bond, the one below a VLAN. */
  lowerNames?: string[] | undefined;
  /** Whether it passes a bridge of this server; undefined: not known. */
  isBridged?: boolean | undefined;
}

/** The interfaces below one, and whether its frames pass a bridge. */
export function findLinkStack(
  interfaceName: string,
  network: NetworkReport | undefined,
): LinkStack {
  const links = network?.ok ? network.interfaces : [];
  const own = links.find(({ name }) => name === interfaceName);
  if (!own) return { isBridged: undefined };
  const stack = new Set([interfaceName]);
  for (const name of stack) {
    const link = links.find((each) => each.name === name);
    if (link?.lowerName !== undefined) stack.add(link.lowerName);
    for (const { name: port, masterName } of links) if (masterName === name) stack.add(port);
  }
  const bridges = new Set(links.filter(({ isBridge }) => isBridge).map(({ name }) => name));
  const isOn = (name: string | undefined) => name !== undefined && bridges.has(name);
  const lowerNames = [...stack].filter((name) => name !== interfaceName);
  // A virtual interface has no tag of its own, so the bridge sees its frames as they are.
  if (isOn(interfaceName) || isOn(own.virtual?.parentName)) return { lowerNames, isBridged: true };
  const mayPass = links.some(({ name, masterName }) => stack.has(name) && isOn(masterName));
  const isAbove = lowerNames.some(isOn);
  return { lowerNames, isBridged: mayPass || isAbove ? undefined : false };
}

/**
 * What a rule of a bridge asks and we cannot answer: by which port a frame comes, and what only the
 * layer above knows (net/bridge in Linux). Connections are tracked there only with a module.
 */
const hidden: readonly PacketKey[] = [
  ...(['in-interface', 'out-interface', 'packet-type', 'destination-type'] as const),
  ...(['destination-type-here', 'reverse-path', 'connection-state'] as const),
  'connection-status',
];

export function isHiddenOnBridge(key: PacketKey): boolean {
  return hidden.includes(key);
}
