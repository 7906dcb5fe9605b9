import {
  getChildren,
  getEntries,
  isUnread,
  lastArguments,
  lastValue,
} from '../language/block-reading.ts';
import { findStatements } from '../language/tree.ts';
import type { ConfigurationNode, Statement } from '../language/tree.ts';
import type {
  ConfiguredTrackDefinition,
  ConfiguredTracker,
  ConfiguredTracking,
  ConfiguredTrackWeight,
  TrackedKind,
} from './summary.ts';

const kinds: readonly TrackedKind[] = ['script', 'interface', 'file', 'process', 'bfd'];

/** What the tracking blocks of an instance or a sync group name, each with the weight it has there. */
export function readTrackers(nodes: readonly ConfigurationNode[]): ConfiguredTracker[] {
  return kinds.flatMap((kind) =>
    getEntries(nodes, `track_${kind}`).map(({ words }) => {
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
      const inside = getChildren(statement);
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

const definitions = new Map([
  ['vrrp_script', 'script'],
  ['track_file', 'file'],
  ['vrrp_track_file', 'file'],
  ['vrrp_track_process', 'process'],
] as const);

/** What of an instance or a sync group keepalived really tracks. */
export type DefinedFilter = <Tracking extends ConfiguredTracking>(
  tracking: Tracking,
  statement: Statement,
) => Tracking;

/**
 * Scripts, files and processes have to be defined above the block that tracks them: keepalived ignores
 * a name that it does not know yet, with one line in its log, and the instance goes on untracked
 * (`vrrp_track.c` 2.2.7, measured). Behind a part that is not read every name may be defined.
 * @param nodes the top level of a configuration
 */
export function createDefinedFilter(nodes: readonly ConfigurationNode[]): DefinedFilter {
  const definedAt = new Map<string, number>();
  const unreadAt = nodes.findIndex(isUnread);
  const positions = new Map(nodes.map((node, index) => [node, index]));
  nodes.forEach((node, index) => {
    if (node.kind !== 'statement') return;
    const [keyword, name] = node.words.map(({ text }) => text);
    const kind = definitions.get(keyword as Parameters<typeof definitions.get>[0]);
    if (kind === undefined || name === undefined || lacksCommand(node)) return;
    const key = `${kind} ${name}`;
    if (!definedAt.has(key)) definedAt.set(key, index);
  });
  return (tracking, statement) => {
    const position = positions.get(statement) ?? nodes.length;
    if (unreadAt !== -1 && unreadAt < position) return tracking;
    const isDefined = (kind: string, name: string): boolean =>
      ![...definitions.values()].some((one) => one === kind) ||
      name.includes('$') ||
      (definedAt.get(`${kind} ${name}`) ?? Infinity) < position;
    return {
      ...tracking,
      trackers: tracking.trackers.filter(({ kind, name }) => isDefined(kind, name)),
      trackedScripts: tracking.trackedScripts.filter((name) => isDefined('script', name)),
      tracked: tracking.tracked.filter((written) => {
        const [keyword = '', name = ''] = written.split(' ');
        return isDefined(keyword.replace('track_', ''), name);
      }),
    };
  };
}

/** keepalived removes a script that has nothing to run. */
function lacksCommand(definition: Statement): boolean {
  const inside = getChildren(definition);
  return (
    definition.words[0].text === 'vrrp_script' &&
    !inside.some(isUnread) &&
    findStatements(inside, 'script').every(({ words }) => words.length < 2)
  );
}
