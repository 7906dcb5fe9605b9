/**
 * On which interfaces an instance works: one answer for every question. With `use_vmac` or
 * `use_ipvlan` it has a virtual interface of its own, with a given name or one that keepalived makes;
 * keepalived's account names it, else it is found among the kernel's links as keepalived finds it:
 * by the interface that it stands on and its MAC address (`vrrp.c`, 2.2.7).
 */
import { getPrefixLength } from '../config/addresses.ts';
import type {
  ConfiguredAddress,
  ConfiguredInstance,
  ConfiguredVirtualInterface,
} from '../config/summary.ts';
import type { NetworkInterface, NetworkReport, RuntimeInstance } from '../proof/evidence.ts';
import { normalizeAddress } from './addresses.ts';

/** An address where an instance holds it, when it does. */
export interface InstanceAddress {
  /** In its one spelling, with the prefix length. */
  cidr: string;
  /** Undefined: not known. */
  interfaceName: string | undefined;
  /** Undefined: the interface's name, which is the default. */
  label: string | undefined;
}

export interface InstanceInterfaces {
  /** The one that the file names: its networks are the instance's, and questions leave by it. */
  base: string | undefined;
  /** Its virtual one; undefined: it has none. */
  virtual: { name: string; kind: 'macvlan' | 'ipvlan' } | undefined;
  /** Where its advertisements leave and arrive. */
  wire: string | undefined;
  /** Where they can be heard now: a virtual interface is there only once keepalived has run. */
  audible: string | undefined;
  /** From which its advertisements leave, if the file says it. */
  sourceAddress: string | undefined;
  /** All that it has: by keepalived's account, else by the file. */
  addresses: InstanceAddress[];
}

/** Each argument may be missing: what is left is believed. */
export function findInstanceInterfaces({
  configured,
  running,
  network,
}: {
  configured: ConfiguredInstance | undefined;
  running: RuntimeInstance | undefined;
  network: NetworkReport | undefined;
}): InstanceInterfaces {
  const links = network?.ok ? network.interfaces : [];
  const setting = configured?.virtualInterface;
  const base = configured?.interfaceName ?? findRunningBase(running, links);
  const name = running
    ? running.virtualInterfaceName
    : setting && findVirtualName(setting, { base, configured, links });
  const found = links.find((link) => link.name === name);
  const kind = found?.virtual?.kind ?? setting?.kind ?? 'macvlan';
  const virtual = name === undefined ? undefined : { name, kind };
  const wire = virtual && setting?.transmitsByBase !== true ? virtual.name : base;
  const isWireThere = wire === base || links.some((link) => link.name === wire);
  return {
    ...{ base, virtual, wire, audible: isWireThere ? wire : base },
    sourceAddress: configured?.unicastSourceAddress ?? setting?.sourceAddress,
    addresses: running ? listRunning(running) : listConfigured(configured, virtual, links),
  };
}

/**
 * Through which interface the network is asked about an address that one of these holds. Never a
 * virtual one: a frame from a standby with the MAC address of the master would turn the switches, and
 * with them the clients, to the standby.
 */
export function findAskingInterface(
  interfaceName: string,
  { base, virtual }: Pick<InstanceInterfaces, 'base' | 'virtual'>,
  network: NetworkReport | undefined,
): string {
  if (interfaceName === virtual?.name) return base ?? interfaceName;
  const links = network?.ok ? network.interfaces : [];
  const link = links.find(({ name }) => name === interfaceName);
  return link && isVirtualRouter(link)
    ? (link.virtual?.parentName ?? interfaceName)
    : interfaceName;
}

/** Whether an interface is one that keepalived made for a virtual router (RFC 9568, 7.3). */
export function isVirtualRouter({ virtual, macAddress }: NetworkInterface): boolean {
  return virtual?.kind === 'macvlan' && /^00:00:5e:00:0[12]:/i.test(macAddress ?? '');
}

function listRunning(running: RuntimeInstance): InstanceAddress[] {
  return running.addresses.map(({ cidr, interfaceName, label }) => {
    const own = running.interfaceName === '' ? undefined : running.interfaceName;
    return place(cidr, interfaceName ?? own, label);
  });
}

function listConfigured(
  configured: ConfiguredInstance | undefined,
  virtual: InstanceInterfaces['virtual'],
  links: readonly NetworkInterface[],
): InstanceAddress[] {
  if (!configured) return [];
  return configured.addresses.map((address) =>
    place(
      `${address.address}/${getPrefixLength(address)}`,
      findHolder(address, configured, virtual, links),
      address.label,
    ),
  );
}

/**
 * On a macvlan are the addresses of the instance's own family and interface; others, and all those
 * of an ipvlan, are on the interface that the file names, or on a macvlan of their own there.
 */
function findHolder(
  address: ConfiguredAddress,
  configured: ConfiguredInstance,
  virtual: InstanceInterfaces['virtual'],
  links: readonly NetworkInterface[],
): string | undefined {
  const { interfaceName: base, addresses, virtualRouterId = 0, virtualInterface } = configured;
  const family = addresses.find(({ excluded }) => !excluded)?.family ?? address.family;
  const named = address.interfaceName ?? base;
  const isAtHome = named === base && address.family === family;
  if (isAtHome && virtual?.kind === 'macvlan') return virtual.name;
  if (address.usesVmac !== true && (isAtHome || virtualInterface?.forOtherAddresses !== true)) {
    return named;
  }
  const last = virtualRouterId.toString(16).padStart(2, '0');
  const macAddress = `00:00:5e:00:0${address.family === 'inet' ? 1 : 2}:${last}`;
  return findMacvlan(named, macAddress, links)?.name ?? named;
}

/** The one that is there, as keepalived would take it; else the one that it would make. */
function findVirtualName(
  { kind, name, namePrefix, macAddress }: ConfiguredVirtualInterface,
  {
    base,
    configured,
    links,
  }: {
    base: string | undefined;
    configured: ConfiguredInstance | undefined;
    links: readonly NetworkInterface[];
  },
): string | undefined {
  const found =
    kind === 'macvlan' && macAddress !== undefined
      ? findMacvlan(base, macAddress, links)?.name
      : undefined;
  const virtualRouterId = configured?.virtualRouterId;
  const made = virtualRouterId === undefined ? undefined : `${namePrefix}.${virtualRouterId}`;
  return found ?? name ?? made;
}

function findMacvlan(
  base: string | undefined,
  macAddress: string,
  links: readonly NetworkInterface[],
): NetworkInterface | undefined {
  // A macvlan on a macvlan stands on what that one stands on.
  const parent = links.find(({ name }) => name === base)?.virtual?.parentName ?? base;
  return links.find(
    (link) =>
      link.virtual?.kind === 'macvlan' &&
      link.virtual.parentName === parent &&
      link.macAddress?.toLowerCase() === macAddress,
  );
}

function findRunningBase(
  running: RuntimeInstance | undefined,
  links: readonly NetworkInterface[],
): string | undefined {
  if (!running) return undefined;
  const { interfaceName, virtualInterfaceName } = running;
  const link = links.find(({ name }) => name === virtualInterfaceName);
  return link?.virtual?.parentName ?? (interfaceName === '' ? undefined : interfaceName);
}

function place(
  written: string,
  interfaceName: string | undefined,
  label: string | undefined,
): InstanceAddress {
  const [address = '', prefixLength = ''] = written.split('/');
  const cidr = `${normalizeAddress(address)}/${prefixLength}`;
  return { cidr, interfaceName, label: label === interfaceName ? undefined : label };
}
