import ipaddr from 'ipaddr.js';
import { bareAddress } from '../../addresses/addresses.ts';
import { entryNames } from '../../language/block-reading.ts';
import { getConfigurationPlace } from '../../language/place.ts';
import type { ConfigurationNode } from '../../language/tree.ts';
import type { NetworkInterface } from '../../proof/evidence.ts';
import type { ConfiguredInstance } from '../summary.ts';
import type { Finding } from './finding.ts';
import type { LocateSetting } from './locate-setting.ts';

/** What is known of this machine, and of what keepalived itself sets before it needs it. */
export interface OwnAddresses {
  interfaces: readonly NetworkInterface[];
  /** As written in `static_ipaddress`: keepalived sets them when it starts. */
  staticAddresses: readonly string[];
  /** By the address as written: whether the kernel lets a program send from it. */
  canSendFrom: ReadonlyMap<string, boolean | undefined>;
  /** Whether a part of the configuration that is not read may set other addresses. */
  hasUnreadBlocks: boolean;
  /** Without it findings stand at the line of the instance. */
  locate?: LocateSetting;
}

/** @param reason a sentence */
export function describeUnseenAddresses(reason: string): Finding {
  return {
    severity: 'info',
    code: 'unicast-addresses-unseen',
    line: undefined,
    message: `Can’t tell whether the unicast addresses fit this server: ${reason}`,
    remedy: 'Try again.',
  };
}

/** The addresses that keepalived sets at its start, whoever is Active. */
export const findStaticAddresses = (nodes: readonly ConfigurationNode[]): string[] =>
  entryNames(nodes, 'static_ipaddress').map(bareAddress);

/**
 * Unicast addresses that this machine contradicts, which `keepalived -t` misses (measured): with a
 * source address that no interface has, an instance goes into FAULT at its start and serves nothing;
 * itself as a peer is no peer.
 */
export function findUnicastFindings(
  instances: readonly ConfiguredInstance[],
  machine: OwnAddresses,
): Finding[] {
  const virtual = new Set(
    instances.flatMap(({ addresses }) => addresses.map(({ address }) => canonical(address))),
  );
  const present = new Set(
    machine.interfaces.flatMap(({ addresses }) =>
      addresses.map(({ address }) => canonical(address)),
    ),
  );
  const own = new Set([...present].filter((address) => !virtual.has(address)));
  return instances.flatMap((instance) => {
    const { name, unicastPeers, unicastSourceAddress: source } = instance;
    const { locate = getConfigurationPlace } = machine;
    const about = (keyword: string, entry?: string) => ({
      ...{ instance: name, keyword, ...locate(instance, keyword, entry) },
    });
    const findings: Finding[] = [];
    if (source !== undefined && isElsewhere(source, instance, machine, own, virtual)) {
      const isRefused =
        unicastPeers.length > 0 &&
        !present.has(canonical(source)) &&
        machine.canSendFrom.get(source) === false &&
        !machine.hasUnreadBlocks;
      findings.push({
        ...about('unicast_src_ip'),
        severity: isRefused ? 'fatal' : 'warning',
        code: 'unicast-source-not-local',
        message: isRefused
          ? `The unicast_src_ip ${source} of “${name}” is no address of this server: the instance would go into FAULT and serve nothing. keepalived’s test does not say so.`
          : `The unicast_src_ip ${source} of “${name}” is no address of this server, or only a virtual one: without it the instance is in FAULT.`,
        remedy: 'Write the address that this server has on the interface.',
      });
    }
    for (const peer of unicastPeers) {
      if (!own.has(canonical(peer)) && peer !== source) continue;
      findings.push({
        ...about('unicast_peer', peer),
        severity: 'warning',
        code: 'unicast-peer-is-self',
        message: `The unicast_peer ${peer} of “${name}” is this server itself.`,
        remedy: 'Write only the addresses of the other servers.',
      });
    }
    return findings;
  });
}

/** Whether the source is neither here, nor set by keepalived, nor allowed by the kernel. */
function isElsewhere(
  source: string,
  { virtualInterface }: ConfiguredInstance,
  { staticAddresses, canSendFrom }: OwnAddresses,
  own: ReadonlySet<string>,
  virtual: ReadonlySet<string>,
): boolean {
  if (!ipaddr.isValid(source)) return false;
  const wanted = canonical(source);
  const early = [...staticAddresses, bareAddress(virtualInterface?.sourceAddress ?? '')];
  if (own.has(wanted) || early.some((address) => canonical(address) === wanted)) return false;
  // A local route, or net.ipv4.ip_nonlocal_bind; of a virtual address it may be true only now.
  return virtual.has(wanted) || canSendFrom.get(source) !== true;
}

function canonical(address: string): string {
  return ipaddr.isValid(address) ? ipaddr.parse(address).toString() : address;
}
