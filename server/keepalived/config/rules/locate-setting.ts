import { getChildren } from '../../language/block-reading.ts';
import { getConfigurationPlace } from '../../language/place.ts';
import type { ConfigurationPlace } from '../../language/place.ts';
import { findStatements } from '../../language/tree.ts';
import type { ConfigurationNode, Statement } from '../../language/tree.ts';
import type { ConfiguredInstance } from '../summary.ts';

/**
 * Where an instance says a setting: of several lines the last one, which counts. The instance's own
 * place where it does not say it.
 * @param entry of a block: the line in it that begins with this word
 */
export type LocateSetting = (
  instance: Pick<ConfiguredInstance, 'name' | 'line' | 'path'>,
  keyword: string,
  entry?: string,
) => ConfigurationPlace;

/** @param nodes the whole configuration that the instances were read from */
export function createLocator(nodes: readonly ConfigurationNode[]): LocateSetting {
  const statements = findStatements(nodes, 'vrrp_instance');
  return (instance, keyword, entry) => {
    const own = statements.find(
      ({ line, path, words }) =>
        line === instance.line && path === instance.path && words[1]?.text === instance.name,
    );
    const setting = findLast(getChildren(own), keyword);
    const inner = entry === undefined ? undefined : findLast(getChildren(setting), entry);
    return getConfigurationPlace(inner ?? setting ?? instance);
  };
}

/** The last statement that begins with a word, here or in a block inside. */
function findLast(nodes: readonly ConfigurationNode[], word: string): Statement | undefined {
  return nodes
    .filter((node): node is Statement => node.kind === 'statement')
    .flatMap((node) => [node, findLast(getChildren(node), word)])
    .findLast((node) => node?.words[0].text === word);
}
