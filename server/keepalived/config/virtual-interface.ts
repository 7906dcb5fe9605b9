import { isSwitchedOn, lastArguments } from '../language/block-reading.ts';
import { findStatements } from '../language/tree.ts';
import type { ConfigurationNode } from '../language/tree.ts';
import { findAddress } from './addresses.ts';
import type { ConfiguredInstance } from './summary.ts';

interface Surroundings {
  globals: readonly ConfigurationNode[];
  isIpv6: boolean;
  virtualRouterId: number | undefined;
}

/**
 * The virtual interface of `use_vmac [NAME] [MAC]` or `use_ipvlan [NAME] [ADDRESS] [MODE]`
 * (keepalived.conf(5)). With unicast keepalived sets `vmac_xmit_base` itself; a strict instance may
 * not have it (`vrrp.c`, `vrrp_parser.c`, 2.2.7).
 */
export function readVirtualInterface(
  nodes: readonly ConfigurationNode[],
  { globals, isIpv6, virtualRouterId }: Surroundings,
): Pick<ConfiguredInstance, 'virtualInterface' | 'hasAddressInterfaces'> {
  const has = (keyword: string): boolean => findStatements(nodes, keyword).length > 0;
  const vmac = lastArguments(nodes, 'use_vmac');
  const words = vmac ?? lastArguments(nodes, 'use_ipvlan');
  const hasAddressInterfaces = has('use_vmac_addr');
  const own = hasAddressInterfaces ? { hasAddressInterfaces } : {};
  if (words === undefined) return own;
  const common = {
    namePrefix: lastArguments(globals, 'vmac_prefix')?.[0] ?? 'vrrp',
    forOtherAddresses: hasAddressInterfaces,
  };
  if (vmac === undefined) {
    const isAddress = (word: string) =>
      findAddress([word], { line: 0, excluded: false }) !== undefined;
    return {
      ...own,
      virtualInterface: {
        ...common,
        kind: 'ipvlan',
        name: words.find((word) => !isAddress(word) && !modes.has(word)),
        macAddress: undefined,
        sourceAddress: words.find(isAddress)?.split('/')[0],
        transmitsByBase: false,
      },
    };
  }
  const isUnicast = has('unicast_peer') || has('unicast_src_ip');
  const isStrict = isSwitchedOn(nodes, 'strict_mode') ?? isSwitchedOn(globals, 'vrrp_strict');
  return {
    ...own,
    virtualInterface: {
      ...common,
      kind: 'macvlan',
      name: words.find((word) => !word.includes(':')),
      macAddress: readMacAddress(
        words.find((word) => word.includes(':')),
        isIpv6,
        virtualRouterId,
      ),
      sourceAddress: undefined,
      transmitsByBase: isUnicast || (has('vmac_xmit_base') && isStrict !== true),
    },
  };
}

const modes = new Set(['bridge', 'private', 'vepa']);

/** A given one may lack its last octet, which then is the virtual router ID. */
function readMacAddress(
  given: string | undefined,
  isIpv6: boolean,
  virtualRouterId: number | undefined,
): string | undefined {
  const last = virtualRouterId === undefined ? [] : [virtualRouterId];
  const octets =
    given === undefined
      ? [0, 0, 0x5e, 0, isIpv6 ? 2 : 1]
      : given.split(':').flatMap((octet) => (octet === '' ? [] : Number.parseInt(octet, 16)));
  const all = octets.length === 5 ? [...octets, ...last] : octets;
  if (all.length !== 6 || all.some(Number.isNaN)) return undefined;
  return all.map((octet) => octet.toString(16).padStart(2, '0')).join(':');
}
