import { z } from 'zod';
import { parseCidr } from '../../keepalived/addresses/addresses.ts';
import type { NetworkInterface, NetworkReport } from '../../keepalived/proof/evidence.ts';
import type { CommandReport, DefaultRoutes } from '../appliance.ts';
import { reportCommand } from '../commands/command-report.ts';
import { runCommand } from '../commands/run-command.ts';
import { askIp } from './ask-ip.ts';

// Never none: each network namespace has a loopback interface.
const interfacesSchema = z
  .array(
    z.object({
      ifname: z.string(),
      address: z.string().optional(),
      flags: z.array(z.string()),
      /** The interface that a virtual one stands on. */
      link: z.string().optional(),
      /** The bridge or bond that it is a part of. */
      master: z.string().optional(),
      linkinfo: z.object({ info_kind: z.string().optional() }).optional(),
      addr_info: z.array(
        z.object({
          family: z.string(),
          local: z.string().optional(),
          prefixlen: z.number(),
          label: z.string().optional(),
        }),
      ),
    }),
  )
  .min(1);

const routesSchema = z.array(
  z.object({
    dev: z.string().optional(),
    /** Of a multipath route, which then has no `dev` of its own. */
    nexthops: z.array(z.object({ dev: z.string() })).optional(),
  }),
);

/**
 * The kernel's account of its interfaces and addresses (`ip -j -d address show`). An address without a
 * local part, and other families than IPv4 and IPv6, are left out.
 */
export async function readNetwork(): Promise<NetworkReport> {
  const links = await askIp(['-d', 'address', 'show'], interfacesSchema);
  if (!links.ok) return links;
  return {
    ok: true,
    interfaces: links.value.map((link) => ({
      name: link.ifname,
      ...describeVirtual(link),
      ...describePlace(link),
      macAddress: link.address,
      up: link.flags.includes('UP'),
      carrier: link.flags.includes('LOWER_UP'),
      addresses: link.addr_info.flatMap(({ family, local, prefixlen: prefixLength, label }) =>
        local !== undefined && (family === 'inet' || family === 'inet6')
          ? [
              {
                ...{ family, address: local, prefixLength },
                ...(label !== undefined && label !== link.ifname && { label }),
              },
            ]
          : [],
      ),
    })),
  };
}

/** Of other kinds, `link` is no interface below: of a veth it is the other end. */
const kindsOnAnother = ['vlan', 'macvlan', 'ipvlan', 'macvtap', 'ipvtap'];

function describePlace({
  link: lowerName,
  linkinfo,
  master: masterName,
}: z.output<typeof interfacesSchema>[number]): Pick<
  NetworkInterface,
  'lowerName' | 'masterName' | 'isBridge'
> {
  const kind = linkinfo?.info_kind;
  const isOnAnother = kind !== undefined && kindsOnAnother.includes(kind);
  return {
    ...(isOnAnother && lowerName !== undefined ? { lowerName } : {}),
    ...(masterName === undefined ? {} : { masterName }),
    ...(kind === 'bridge' ? { isBridge: true } : {}),
  };
}

function describeVirtual({
  link: parentName,
  linkinfo,
}: z.output<typeof interfacesSchema>[number]): Pick<NetworkInterface, 'virtual'> {
  const kind = linkinfo?.info_kind;
  if (parentName === undefined || (kind !== 'macvlan' && kind !== 'ipvlan')) return {};
  return { virtual: { kind, parentName } };
}

/**
 * The interfaces through which a default route leaves, those of IPv4 first. A kernel without IPv6
 * has none for it.
 */
export async function readDefaultRoutes(): Promise<DefaultRoutes> {
  const reports = await Promise.all(
    ['-4', '-6'].map((family) => askIp([family, 'route', 'show', 'default'], routesSchema)),
  );
  const problem = reports.find((report) => !report.ok && !isWithoutIpv6.test(report.reason));
  if (problem && !problem.ok) return problem;
  const routes = reports.flatMap((report) => (report.ok ? report.value : []));
  const interfaceNames = routes.flatMap(({ dev, nexthops = [] }) => [
    ...(dev === undefined ? [] : [dev]),
    ...nexthops.map((hop) => hop.dev),
  ]);
  return { ok: true, interfaceNames };
}

const isWithoutIpv6 = /Operation not supported|Address family not supported/;

/** Takes an address off an interface, if both are words that `ip` cannot take for anything else. */
export async function removeAddress(interfaceName: string, cidr: string): Promise<CommandReport> {
  const words = ['address', 'del', cidr, 'dev', interfaceName];
  if (parseCidr(cidr).ok && /^[\w.][\w.@-]{0,14}$/.test(interfaceName)) {
    return reportCommand(await runCommand('ip', words, { timeoutMs: 5000 }));
  }
  const output = 'This is not an address on an interface.';
  return { command: ['ip', ...words].join(' '), result: 'exited', exitCode: undefined, output };
}
