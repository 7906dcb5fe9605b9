import { getChildren, getEntries, entryNames, hasUnreadParts } from '../language/block-reading.ts';
import { getConfigurationPlace } from '../language/place.ts';
import { findStatements } from '../language/tree.ts';
import type { ConfigurationNode, Statement } from '../language/tree.ts';
import type { ConfiguredInstance, ConfiguredSyncGroup, ConfiguredTracking } from './summary.ts';
import { readTrackers } from './tracking-questions.ts';

/** What one `vrrp_sync_group` says. */
export function summarizeSyncGroup(statement: Statement): ConfiguredSyncGroup {
  const nodes = getChildren(statement);
  const keywords = nodes.flatMap((node) => (node.kind === 'statement' ? node.words[0].text : []));
  return {
    name: statement.words[1]?.text ?? '',
    ...getConfigurationPlace(statement),
    instanceNames: findMembers(statement),
    // `global_tracking` is its old name.
    usesMemberWeights: ['sync_group_tracking_weight', 'global_tracking'].some((keyword) =>
      keywords.includes(keyword),
    ),
    ...readTracking(nodes),
    ...(hasUnreadParts(nodes) ? { hasUnreadParts: true } : {}),
  };
}

/**
 * The instances that a `vrrp_sync_group` names: every word of its first `group` block, also of
 * several on one line; keepalived skips a second block (`vrrp_parser.c` 2.2.7).
 */
export function findMembers(statement: Statement): string[] {
  const blocks = findStatements(getChildren(statement), 'group').slice(0, 1);
  return getEntries(blocks, 'group').flatMap(({ words }) => words.map(({ text }) => text));
}

/** What the tracking blocks of an instance or a sync group name. */
export function readTracking(nodes: readonly ConfigurationNode[]): ConfiguredTracking {
  const kinds = ['track_script', 'track_interface', 'track_file', 'track_process', 'track_bfd'];
  return {
    trackers: readTrackers(nodes),
    trackedScripts: entryNames(nodes, 'track_script'),
    trackedInterfaces: entryNames(nodes, 'track_interface'),
    tracked: kinds.flatMap((kind) =>
      getEntries(nodes, kind).map(({ words }) =>
        [kind, ...words.map(({ text }) => text)].join(' '),
      ),
    ),
  };
}

/** The sync group of each instance: the first that names it (`vrrp_sync.c` 2.2.7). */
export function indexByMember(
  groups: readonly ConfiguredSyncGroup[],
): Map<string, ConfiguredSyncGroup> {
  return new Map(
    groups
      .toReversed()
      .flatMap((group) => group.instanceNames.map((name): [string, typeof group] => [name, group])),
  );
}

/** What a sync group tracks counts for each of its members (measured, 2.2.7). */
export function withGroupTracking(
  instance: ConfiguredInstance,
  group: ConfiguredSyncGroup | undefined,
): ConfiguredInstance {
  if (!group) return instance;
  const join = (own: string[], more: string[]) => [...new Set([...own, ...more])];
  return {
    ...instance,
    syncGroupName: group.name,
    trackedScripts: join(instance.trackedScripts, group.trackedScripts),
    trackedInterfaces: join(instance.trackedInterfaces, group.trackedInterfaces),
    tracked: join(instance.tracked, group.tracked),
    ...(group.hasUnreadParts === true ? { hasUnreadTracking: true } : {}),
  };
}
