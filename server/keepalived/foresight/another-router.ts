/**
 * By what keepalived tells at a reload that an instance is one that it runs already: the virtual
 * router ID, address family and interface, unicast or multicast and from or to which address, and
 * whether it has virtual interfaces (`vrrp_exist` in `vrrp.c`, 2.2.7; measured). An instance of which
 * one of these changes is another router: a master gives its addresses up with priority 0, and stands
 * for election. A virtual interface that is made again takes its addresses with it just so. The name,
 * the priority, the password and the sync group do not count.
 */
import type { ConfiguredInstance } from '../config/summary.ts';
import { nothingForeseen } from './foresight-result.ts';
import type { Foresight } from './foresight-result.ts';
import type { InstanceChange, InstanceSetting, RouterTraits } from './instance-change.ts';
import { joinWords } from './words.ts';

export function readTraits(instance: ConfiguredInstance): RouterTraits {
  const { addresses, unicastPeers, unicastSourceAddress, virtualInterface } = instance;
  return {
    family: addresses.find(({ excluded }) => !excluded)?.family ?? 'inet',
    unicastSource: unicastPeers.length > 0 ? (unicastSourceAddress ?? 'its own') : undefined,
    virtualKind: virtualInterface?.kind,
    macAddress: virtualInterface?.macAddress,
    virtualSource: virtualInterface?.sourceAddress,
    addressInterfaces: instance.hasAddressInterfaces === true,
  };
}

/** Whether `after` is to keepalived another router than `before`. */
export function isAnotherRouter(before: InstanceSetting, after: InstanceSetting): boolean {
  return (
    before.virtualRouterId !== after.virtualRouterId ||
    before.interfaceName !== after.interfaceName ||
    before.multicastDestination !== after.multicastDestination ||
    before.unicastPeers.length > 0 !== after.unicastPeers.length > 0 ||
    findOwnCauses(before, after).length > 0
  );
}

/**
 * What a master gives up because it becomes another router, by what need not be equal on both
 * servers: the rest is a breach, and told as that.
 */
export function foreseeAnotherRouter({ before, after, state }: InstanceChange): Foresight {
  if (!before || !after || state === 'BACKUP' || state === 'FAULT') return nothingForeseen;
  const causes = findOwnCauses(before, after);
  if (causes.length === 0) return nothingForeseen;
  const addresses = joinWords(before.addresses);
  const danger = `With another ${joinWords(causes)} this is another virtual router to keepalived: this server releases ${addresses} at once. No server has it until a peer or this server is elected.`;
  return { ...nothingForeseen, dangers: [danger] };
}

function findOwnCauses(before: InstanceSetting, after: InstanceSetting): string[] {
  const [old, next] = [before.traits, after.traits];
  const causes = new Set<string>();
  if (before.virtualInterfaceName !== after.virtualInterfaceName) {
    const [from, to] = [before.virtualInterfaceName, after.virtualInterfaceName];
    causes.add(`virtual interface (${from ?? 'none'} now, then ${to ?? 'none'})`);
  }
  // A text that keepalived runs but the file does not say has no traits to compare.
  if (!old || !next) return [...causes];
  if (old.virtualKind !== undefined && next.virtualKind !== undefined && causes.size === 0) {
    if (old.virtualKind !== next.virtualKind) causes.add('kind of virtual interface');
    // The virtual router ID and the family make one, where none is given.
    else if (old.macAddress !== next.macAddress && isSameId(before, after)) {
      causes.add('MAC address of its virtual interface');
    }
    if (old.virtualSource !== next.virtualSource) causes.add('address of its virtual interface');
  }
  if (old.family !== next.family) causes.add('address family');
  if (old.unicastSource !== undefined && next.unicastSource !== undefined) {
    if (old.unicastSource !== next.unicastSource) causes.add('unicast_src_ip');
  }
  if (old.addressInterfaces !== next.addressInterfaces) causes.add('use_vmac_addr');
  return [...causes];
}

const isSameId = (before: InstanceSetting, after: InstanceSetting): boolean =>
  before.virtualRouterId === after.virtualRouterId &&
  before.traits?.family === after.traits?.family;
