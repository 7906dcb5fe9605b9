import type { ConfigurationNode, ConfigurationTree, Statement } from './nodes.ts';
import { TreeReader } from './tree-reader.ts';

export type * from './nodes.ts';

export interface ParseOptions {
  /**
   * What `@id` lines are compared with: keepalived's `-i`, by default the short host name. Without
   * it no conditional line applies, not even an `@^id` one: nothing is claimed that is not known.
   */
  configurationId?: string | undefined;
}

/**
 * Reads any text into a tree, in linear time and without ever throwing: what keepalived would
 * stumble over is in `problems`, and every node has its place in the text.
 */
export function parseConfiguration(text: string, options: ParseOptions = {}): ConfigurationTree {
  return new TreeReader(options.configurationId).read(text);
}

/** The statements among `nodes` with this keyword. */
export function findStatements(nodes: readonly ConfigurationNode[], keyword: string): Statement[] {
  return nodes.filter(
    (node): node is Statement => node.kind === 'statement' && node.words[0].text === keyword,
  );
}
