import { isLinkLocal } from '../../addresses/addresses.ts';
import { getConfigurationPlace } from '../../language/place.ts';
import { canonicalAddress } from '../addresses.ts';
import type { ConfiguredInstance } from '../summary.ts';
import type { Finding } from './finding.ts';
import type { LocateSetting } from './locate-setting.ts';

/**
 * What is wrong with instances, each for itself and beside each other, at the line of the setting.
 * @param locate finds that line; without it findings stand at the line of the instance
 */
export function findInstanceFindings(
  instances: readonly ConfiguredInstance[],
  locate: LocateSetting = getConfigurationPlace,
): Finding[] {
  return [
    ...instances.flatMap((instance) =>
      instanceRules.flatMap((rule) => {
        const finding = rule(instance);
        return finding === undefined
          ? []
          : [{ ...finding, instance: instance.name, ...locate(instance, finding.keyword) }];
      }),
    ),
    ...findSharedRouterIds(instances, locate),
    ...findSharedAddresses(instances),
  ];
}

type InstanceRule = (
  instance: ConfiguredInstance,
) => (Omit<Finding, 'line' | 'path'> & { keyword: string }) | undefined;

const instanceRules: readonly InstanceRule[] = [
  ({ name, virtualRouterId, hasUnreadParts }) => {
    if (virtualRouterId === undefined) {
      if (hasUnreadParts === true) return undefined;
      return {
        severity: 'fatal',
        endsDaemon: true,
        code: 'virtual-router-id-missing',
        keyword: 'virtual_router_id',
        message: `“${name}” has no virtual_router_id: keepalived would not run with this file.`,
        remedy: 'Add “virtual_router_id” with a number from 1 to 255, the same on both servers.',
      };
    }
    if (Number.isInteger(virtualRouterId) && virtualRouterId >= 1 && virtualRouterId <= 255) {
      return undefined;
    }
    return {
      severity: 'fatal',
      endsDaemon: true,
      code: 'virtual-router-id-out-of-range',
      keyword: 'virtual_router_id',
      message: `virtual_router_id ${virtualRouterId} of “${name}” is out of range: keepalived would not run with this file.`,
      remedy: 'Choose a number from 1 to 255, the same on both servers.',
    };
  },
  ({ name, interfaceName, unicastPeers, hasUnreadParts }) => {
    if (interfaceName !== undefined || unicastPeers.length > 0 || hasUnreadParts === true) {
      return undefined;
    }
    return {
      severity: 'fatal',
      endsDaemon: true,
      code: 'interface-missing',
      keyword: 'interface',
      message: `“${name}” has no interface: keepalived would not run with this file.`,
      remedy: 'Add “interface” with the name of the network interface.',
    };
  },
  ({ name, unicastPeers, hasFaultWithoutPeer, hasUnreadParts }) => {
    if (hasFaultWithoutPeer !== true || unicastPeers.length > 0) return undefined;
    if (hasUnreadParts === true) return undefined;
    return {
      severity: 'fatal',
      code: 'unicast-fault-without-peer',
      keyword: 'unicast_fault_no_peer',
      message: `“${name}” has unicast_fault_no_peer and no unicast_peer: it would go into FAULT and serve nothing. keepalived’s test does not say so.`,
      remedy: 'Write the other server’s address into a unicast_peer block, or remove the word.',
    };
  },
  ({ name, addresses, hasUnreadParts }) => {
    if (addresses.some(({ excluded }) => !excluded) || hasUnreadParts === true) return undefined;
    if (addresses.length > 0) {
      return {
        severity: 'warning',
        code: 'virtual-address-missing',
        keyword: 'virtual_ipaddress_excluded',
        message: `“${name}” has excluded addresses only: they move with it, but its advertisements name none, so no server notices that the other has different ones.`,
        remedy: 'Put one of them into virtual_ipaddress, on both servers, unless this is meant.',
      };
    }
    return {
      severity: 'warning',
      code: 'virtual-address-missing',
      keyword: 'virtual_ipaddress',
      message: `“${name}” has no virtual address, so it serves nothing.`,
      remedy: 'Add a virtual_ipaddress block.',
    };
  },
  ({ name, nopreempt, initialState }) => {
    if (!nopreempt || initialState !== 'MASTER') return undefined;
    return {
      severity: 'warning',
      code: 'nopreempt-with-master',
      keyword: 'nopreempt',
      message: `“${name}” has nopreempt and state MASTER: keepalived then ignores nopreempt.`,
      remedy: 'Write “state BACKUP” on both servers; the priority decides who is first.',
    };
  },
  ({ name, authentication }) => {
    if (authentication.passwordTooLong !== true) return undefined;
    return {
      severity: 'warning',
      code: 'password-truncated',
      keyword: 'auth_pass',
      message: `The auth_pass of “${name}” is longer than 8 characters: keepalived uses only the first 8.`,
      remedy: 'Shorten it to 8 characters on both servers.',
    };
  },
  ({ name, priority, initialState }) => {
    if (priority !== 255 || initialState !== 'BACKUP') return undefined;
    return {
      severity: 'info',
      code: 'owner-priority-with-backup',
      keyword: 'priority',
      message: `“${name}” has priority 255, the address owner's, and state BACKUP.`,
      remedy: 'Choose a priority from 1 to 254, unless this server owns the address.',
    };
  },
];

/** Fatal for keepalived: the same VRID, family and interface (`vrrp.c`, check of duplicate VRIDs). */
function findSharedRouterIds(
  instances: readonly ConfiguredInstance[],
  locate: LocateSetting,
): Finding[] {
  const known: ConfiguredInstance[] = [];
  return instances.flatMap((instance) => {
    const other = known.find((candidate) => shareRouterId(candidate, instance));
    known.push(instance);
    if (other === undefined) return [];
    const keyword = 'virtual_router_id';
    const place = locate(instance, keyword);
    const otherPlace = locate(other, keyword);
    return {
      instance: instance.name,
      keyword,
      severity: 'fatal' as const,
      endsDaemon: true as const,
      code: 'virtual-router-id-shared',
      ...place,
      message: `“${other.name}” (line ${otherPlace.line}${otherPlace.path === place.path ? '' : ` of ${String(otherPlace.path)}`}) and “${instance.name}” (line ${place.line}) both use virtual_router_id ${String(instance.virtualRouterId)} on ${String(instance.interfaceName)}: keepalived would not run with this file.`,
      remedy: 'Give each instance on an interface a virtual_router_id of its own.',
    };
  });
}

function shareRouterId(one: ConfiguredInstance, other: ConfiguredInstance): boolean {
  const isUnicast = one.unicastPeers.length > 0;
  if (isUnicast !== other.unicastPeers.length > 0) return false;
  const sameSpace = isUnicast
    ? one.unicastPeers.some((peer) => other.unicastPeers.includes(peer)) &&
      one.unicastSourceAddress === other.unicastSourceAddress
    : one.multicastDestination === other.multicastDestination;
  return (
    sameSpace &&
    one.virtualRouterId !== undefined &&
    one.virtualRouterId === other.virtualRouterId &&
    one.interfaceName !== undefined &&
    one.interfaceName === other.interfaceName &&
    getFamily(one) === getFamily(other)
  );
}

/** The family of its advertisements. */
export function getFamily({ addresses }: ConfiguredInstance): 'inet' | 'inet6' {
  return (addresses.find(({ excluded }) => !excluded) ?? addresses[0])?.family ?? 'inet';
}

/** `keepalived -t` 2.2.7 misses these (measured); two owners of an address disturb each other. */
function findSharedAddresses(instances: readonly ConfiguredInstance[]): Finding[] {
  const owners = new Map<string, { name: string; line: number }>();
  return instances.flatMap(({ name, path, addresses, interfaceName }) =>
    addresses.flatMap((address): Finding[] => {
      const canonical = canonicalAddress(address);
      const key = isLinkLocal(canonical)
        ? `${canonical} ${address.interfaceName ?? interfaceName ?? ''}`
        : canonical;
      const owner = owners.get(key);
      if (owner === undefined) {
        owners.set(key, { name, line: address.line });
        return [];
      }
      const where =
        owner.name === name ? `twice in “${name}”` : `in “${owner.name}” and in “${name}”`;
      return [
        {
          severity: 'warning',
          code: 'virtual-address-shared',
          instance: name,
          keyword: 'virtual_ipaddress',
          line: address.line,
          path,
          message: `${address.address} stands ${where} (first on line ${owner.line}).`,
          remedy: 'Remove one of the two.',
        },
      ];
    }),
  );
}
