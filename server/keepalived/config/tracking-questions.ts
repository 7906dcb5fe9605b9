import { childrenOf, entriesOf, lastArguments, lastValue } from '../language/block-reading.ts';
import { findStatements } from '../language/tree.ts';
import type { ConfigurationNode } from '../language/tree.ts';
import type {
  ConfiguredTrackDefinition,
  ConfiguredTracker,
  ConfiguredTrackWeight,
  TrackedKind,
} from './summary.ts';

const kinds: readonly TrackedKind[] = ['script', 'interface', 'file', 'process', 'bfd'];

/** What the tracking blocks of an instance or a sync group name, each with the weight it has there. */
export function readTrackers(nodes: readonly ConfigurationNode[]): ConfiguredTracker[] {
  return kinds.flatMap((kind) =>
    entriesOf(nodes, `track_${kind}`).map(({ words }) => {
      const [name = '', ...options] = words.map(({ text }) => text);
      const index = options.indexOf('weight');
      const weight = index === -1 ? undefined : readWeight(options.slice(index + 1));
      return { kind, name, ...(weight === undefined ? {} : { own: weight }) };
    }),
  );
}

/** The weights that the definitions of tracked files and processes have by themselves. */
export function readTrackDefinitions(
  nodes: readonly ConfigurationNode[],
): ConfiguredTrackDefinition[] {
  const blocks = [
    { kind: 'file', keyword: 'track_file', weight: 1 },
    { kind: 'file', keyword: 'vrrp_track_file', weight: 1 },
    { kind: 'process', keyword: 'vrrp_track_process', weight: 0 },
  ] as const;
  return blocks.flatMap(({ kind, keyword, weight }) =>
    findStatements(nodes, keyword).map((statement) => {
      const inside = childrenOf(statement);
      const path = lastValue(inside, 'file');
      return {
        kind,
        name: statement.words[1]?.text ?? '',
        ...(readOwnWeight(inside) ?? { weight, isReversed: false }),
        ...(kind === 'file' && path !== undefined ? { path } : {}),
        ...(findStatements(inside, 'init_file').length > 0 ? { isInitialized: true } : {}),
      };
    }),
  );
}

/** The `weight` of a definition; undefined: it has none. */
export function readOwnWeight(
  nodes: readonly ConfigurationNode[],
): ConfiguredTrackWeight | undefined {
  const words = lastArguments(nodes, 'weight');
  return words && readWeight(words);
}

/** `N [reverse]`; keepalived takes 253 for 254 (`vrrp_track.c` 2.2.7). */
function readWeight([text = '', option]: readonly string[]): ConfiguredTrackWeight | undefined {
  const weight = Number(text);
  if (!/^[+-]?\d+$/.test(text) || Math.abs(weight) > 254) return undefined;
  return { weight: Math.max(-253, Math.min(253, weight)), isReversed: option === 'reverse' };
}
