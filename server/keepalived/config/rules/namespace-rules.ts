import { isUnread } from '../../language/block-reading.ts';
import { getConfigurationPlace } from '../../language/place.ts';
import type { ConfigurationPlace } from '../../language/place.ts';
import { findStatements } from '../../language/tree.ts';
import type { ConfigurationNode } from '../../language/tree.ts';
import type { Finding } from './finding.ts';

export interface NamedNamespace extends ConfigurationPlace {
  /** Undefined: a name is written that is not known here. */
  name: string | undefined;
}

/**
 * The network namespace that keepalived is to work in: `net_namespace`, of which the first counts
 * (global_parser.c). Behind a part that is not read there may be another one before it.
 */
export function findNetworkNamespace(
  nodes: readonly ConfigurationNode[],
): NamedNamespace | undefined {
  const first = findStatements(nodes, 'net_namespace').find(({ words }) => words.length > 1);
  if (first === undefined) return undefined;
  const isSure = !nodes.slice(0, nodes.indexOf(first)).some(isUnread);
  const name = first.words[1]?.text ?? '';
  return {
    name: isSure && !name.includes('$') ? name : undefined,
    ...getConfigurationPlace(first),
  };
}

/**
 * Without its network namespace keepalived ends at its start, and `keepalived -t` says nothing
 * (measured, 2.2.7).
 * @param exists undefined: that could not be told
 */
export function describeNamespace(
  { name, ...place }: NamedNamespace,
  exists: boolean | undefined,
): Finding[] {
  if (exists === true || name === undefined) return [];
  if (exists === undefined) {
    return [
      {
        ...{ severity: 'info', code: 'network-namespace-unseen', ...place },
        message: `Can’t tell whether the network namespace “${name}” exists.`,
        remedy: 'Look on the server itself: ip netns list.',
      },
    ];
  }
  return [
    {
      ...{ severity: 'fatal', endsDaemon: true, code: 'network-namespace-missing', ...place },
      message: `The network namespace “${name}” of net_namespace does not exist on this server: keepalived would end when it is started. keepalived’s test does not say so.`,
      remedy: `Create it before keepalived starts (ip netns add ${name}), or correct or remove net_namespace.`,
    },
  ];
}
