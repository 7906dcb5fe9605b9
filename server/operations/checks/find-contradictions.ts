import type { Appliance } from '../../appliance/appliance.ts';
import { isAddress } from '../../keepalived/addresses/addresses.ts';
import type { ConfigurationSummary } from '../../keepalived/config/questions.ts';
import type { Finding } from '../../keepalived/config/rules/finding.ts';
import { createLocator } from '../../keepalived/config/rules/locate-setting.ts';
import {
  describeNamespace,
  findNetworkNamespace,
} from '../../keepalived/config/rules/namespace-rules.ts';
import { describeProgram, findNotifyPrograms } from '../../keepalived/config/rules/notify-rules.ts';
import { findTrackFileFindings } from '../../keepalived/config/rules/track-file-rules.ts';
import {
  describeUnseenAddresses,
  findStaticAddresses,
  findUnicastFindings,
} from '../../keepalived/config/rules/unicast-rules.ts';
import type { ConfigurationContent } from '../../keepalived/language/tree.ts';

/** Where the text contradicts this machine: addresses, programs, namespaces that are not there. */
export async function findContradictions(
  appliance: Appliance,
  { children }: ConfigurationContent,
  summary: ConfigurationSummary,
): Promise<Finding[]> {
  const namespace = findNetworkNamespace(children);
  const programs = findNotifyPrograms(children);
  const [exists, unicast, looks] = await Promise.all([
    namespace?.name === undefined ? undefined : appliance.hasNetworkNamespace(namespace.name),
    // The addresses of another namespace are not those that this program sees.
    namespace === undefined ? findUnicastContradictions(appliance, children, summary) : [],
    Promise.all(programs.map(({ program }) => appliance.lookUpProgram(program))),
  ]);
  return [
    ...(namespace === undefined ? [] : describeNamespace(namespace, exists)),
    ...unicast,
    ...findTrackFileFindings(children, summary),
    ...programs.flatMap((program, index) => describeProgram(program, looks[index])),
  ];
}

async function findUnicastContradictions(
  appliance: Appliance,
  nodes: ConfigurationContent['children'],
  { instances, hasUnreadBlocks = false }: ConfigurationSummary,
): Promise<Finding[]> {
  const unicast = instances.filter(
    ({ unicastPeers, unicastSourceAddress }) =>
      unicastPeers.length > 0 || unicastSourceAddress !== undefined,
  );
  if (unicast.length === 0) return [];
  const network = await appliance.readNetwork();
  if (!network.ok) return [describeUnseenAddresses(network.reason)];
  const answers = unicast.map(async ({ unicastSourceAddress: source, interfaceName }) =>
    source !== undefined && isAddress(source)
      ? ([source, await appliance.canSendFrom(source, interfaceName)] as const)
      : undefined,
  );
  const known = (await Promise.all(answers)).filter((answer) => answer !== undefined);
  return findUnicastFindings(instances, {
    interfaces: network.interfaces,
    staticAddresses: findStaticAddresses(nodes),
    canSendFrom: new Map(known),
    hasUnreadBlocks,
    locate: createLocator(nodes),
  });
}

/** Those that keepalived may use; empty where no finding asks for them, or they are not known. */
export async function readInterfaceNames(
  appliance: Appliance,
  { children }: ConfigurationContent,
  findings: readonly Finding[],
): Promise<string[]> {
  if (!findings.some(({ code }) => code === 'interface-missing')) return [];
  // The interfaces of another namespace are not those that this program sees.
  if (findNetworkNamespace(children) !== undefined) return [];
  const network = await appliance.readNetwork();
  return network.ok ? network.interfaces.map(({ name }) => name) : [];
}
