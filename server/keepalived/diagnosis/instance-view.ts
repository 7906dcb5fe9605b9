import { findInstanceInterfaces } from '../addresses/instance-interfaces.ts';
import type { InstanceInterfaces } from '../addresses/instance-interfaces.ts';
import type { ConfiguredInstance, ConfiguredScript } from '../config/summary.ts';
import type { FirewallReport } from '../firewall/firewall-report.ts';
import { listVrrpPackets } from '../firewall/packet.ts';
import type { PacketDirection, VrrpPacket } from '../firewall/packet.ts';
import type { RuntimeInstance, VrrpState } from '../proof/evidence.ts';
import type { LogLine } from '../runtime/log/log-lines.ts';
import type { ArpMessage } from '../wire/decoded-frame.ts';
import { getAdvertisedSettings } from './advertised-settings.ts';
import type { AdvertisedSettings } from './advertised-settings.ts';
import { proposeFreeVrids } from './clusters.ts';
import type { DiagnosisInput } from './input.ts';
import { createOwnTest, createSenderSorter } from './sort-senders.ts';
import type { SortedSenders } from './sort-senders.ts';

/** One of our instances as the checks see it: what it is set to, and who else speaks of it. */
export interface InstanceView extends AdvertisedSettings, SortedSenders {
  interfaces: InstanceInterfaces;
  /** Undefined if keepalived does not run or says nothing. */
  state: VrrpState | undefined;
  /** Since when, and when it was asked; wall clock, milliseconds since the epoch. */
  stateSinceMs: number | undefined;
  stateAtMs: number;
  /** Why nothing can be said about what is on the wire, as the end of a sentence. */
  obstacle: string | undefined;
  /** From when to when was listened. */
  fromMs: number;
  toMs: number;
  freeVirtualRouterIds: number[];
  arp: readonly ArpMessage[];
  network: DiagnosisInput['network'];
  firewall: FirewallReport | undefined;
  /** The advertisements that are to come in and to go out. */
  packets: Record<PacketDirection, VrrpPacket[]>;
  log: readonly LogLine[];
  configured: ConfiguredInstance;
  /** In the order in which the instance tracks them. */
  scripts: readonly ConfiguredScript[];
  /** Of what was asked of the machine beside listening. */
  asked: Pick<
    DiagnosisInput,
    | 'configuration'
    | 'tracking'
    | 'addressProbes'
    | 'addressesAskedAtMs'
    | 'kernelSettings'
    | 'healthchecks'
    | 'scriptRuns'
    | 'scriptObstacles'
    | 'hasProcessConnector'
  >;
}

/** One view for each configured instance, in the file's order. */
export function createInstanceViews(input: DiagnosisInput): InstanceView[] {
  const { configuration, runtime, heard } = input;
  const common: SharedInput = {
    sortSenders: heard && createSenderSorter(heard, createOwnTest(input)),
    freeVirtualRouterIds: proposeFreeVrids(heard?.advertisements ?? [], configuration.instances),
  };
  return configuration.instances.map((configured) => {
    const running = runtime?.ok
      ? runtime.instances.find(({ name }) => name === configured.name)
      : undefined;
    return createView(configured, running, input, common);
  });
}

/** What costs as much as was heard, and is the same for every instance. */
interface SharedInput {
  sortSenders: ReturnType<typeof createSenderSorter> | undefined;
  freeVirtualRouterIds: number[];
}

function createView(
  configured: ConfiguredInstance,
  running: RuntimeInstance | undefined,
  input: DiagnosisInput,
  { sortSenders, freeVirtualRouterIds }: SharedInput,
): InstanceView {
  const { heard, network, log } = input;
  const interfaces = findInstanceInterfaces({ configured, running, network });
  const { wire, base, audible } = interfaces;
  // A virtual interface that comes or goes meanwhile: on the one below all of it is heard, too.
  const hearing =
    [wire, base].find((name) => heard?.interfaceNames.includes(name ?? '')) ?? audible;
  const settings = getAdvertisedSettings(configured, running, hearing);
  const obstacle = findObstacle(settings, input);
  const senders =
    sortSenders && obstacle === undefined
      ? sortSenders(settings)
      : { own: undefined, peers: [], foreigners: [], misnumbered: [] };
  const filtered = { ...configured, interfaces, version: settings.version };
  const sources = senders.peers.map(({ source }) => source);
  return {
    ...settings,
    interfaces,
    state: running?.state,
    stateSinceMs: running?.lastTransitionAtMs,
    // Asked after the listening ended, it may be compared with nothing later than that end.
    stateAtMs: Math.min(input.runtimeAtMs, heard?.toMs ?? input.runtimeAtMs),
    obstacle,
    fromMs: heard?.fromMs ?? 0,
    toMs: heard?.toMs ?? 0,
    ...senders,
    freeVirtualRouterIds,
    arp: heard?.arp ?? [],
    network,
    firewall: input.firewall,
    packets: {
      in: listVrrpPackets(filtered, 'in', network, sources),
      out: listVrrpPackets(filtered, 'out', network),
    },
    log,
    configured,
    scripts: configured.trackedScripts.flatMap(
      (name) => input.configuration.scripts.find((script) => script.name === name) ?? [],
    ),
    asked: input,
  };
}

function findObstacle(
  settings: AdvertisedSettings,
  { heard, network }: DiagnosisInput,
): string | undefined {
  const { interfaceName, virtualRouterId } = settings;
  if (virtualRouterId === undefined) return 'the instance has no virtual router ID';
  if (!heard) return 'nobody has listened on the network yet';
  if (interfaceName !== undefined && !heard.interfaceNames.includes(interfaceName)) {
    return `nobody has listened on ${interfaceName}`;
  }
  if (!network?.ok) return 'this server’s own addresses are not known';
  return undefined;
}
