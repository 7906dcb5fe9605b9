/** The `track_file` by which a server steps down on purpose, as the configuration has it. */
import { findMembers, summarizeSyncGroup } from '../config/sync-group-questions.ts';
import { getChildren, getEntries, lastArguments, lastValue } from '../language/block-reading.ts';
import { findStatements } from '../language/tree.ts';
import type { ConfigurationNode, Statement } from '../language/tree.ts';

export interface MaintenanceFile {
  /** Of the `track_file` block. */
  name: string;
  path: string;
  /** Whether its number is added to the priority; else any but 0 is a FAULT. */
  addsToPriority: boolean;
  /** Every instance that its number moves, those of their sync groups included. */
  instanceNames: string[];
}

/** Both names of the block are in use (keepalived.conf(5): the second is deprecated). */
const keywords = ['track_file', 'vrrp_track_file'] as const;

/**
 * The maintenance file that an instance or its sync group tracks: ours, or one that an administrator
 * made for the same purpose and called so. Others are left alone, for a program may write them.
 * @param nodes the top level of the assembled configuration
 */
export function findMaintenanceFile(
  nodes: readonly ConfigurationNode[],
  instanceName: string,
): MaintenanceFile | undefined {
  const trackers = listTrackers(nodes);
  for (const { instanceNames, entry } of trackers) {
    if (!instanceNames.includes(instanceName)) continue;
    const [name, ...options] = entry.words.map(({ text }) => text);
    const block = findTrackFile(nodes, name ?? '');
    if (name === undefined || !block) continue;
    const path = lastValue(getChildren(block), 'file') ?? '';
    const weight = readWeight(getChildren(block), options);
    if (!/maint/i.test(`${name} ${path}`) || !path.startsWith('/')) continue;
    if (weight === undefined || isOverwritten(block)) continue;
    const using = trackers.filter((tracker) => tracker.entry.words[0].text === name);
    const moved = using.flatMap((tracker) => tracker.instanceNames);
    return {
      name,
      path,
      addsToPriority: weight === 1 && !using.some((tracker) => isWeightIgnored(nodes, tracker)),
      instanceNames: [...new Set(moved.flatMap((one) => membersWith(nodes, one)))],
    };
  }
  return undefined;
}

/** The block that defines a tracked file. */
export function findTrackFile(
  nodes: readonly ConfigurationNode[],
  name: string,
): Statement | undefined {
  return keywords
    .flatMap((keyword) => findStatements(nodes, keyword))
    .find(({ words }) => words[1]?.text === name);
}

/** An instance and those of its sync group: they change state together. */
export function membersWith(nodes: readonly ConfigurationNode[], instanceName: string): string[] {
  const group = findStatements(nodes, 'vrrp_sync_group')
    .map(findMembers)
    .find((names) => names.includes(instanceName));
  return group ?? [instanceName];
}

interface Tracker {
  /** Whose block it is: of an instance, or of a sync group. */
  isGroup: boolean;
  instanceNames: string[];
  /** `maint`, or `maint weight 2`. */
  entry: Statement;
}

function listTrackers(nodes: readonly ConfigurationNode[]): Tracker[] {
  const instances = findStatements(nodes, 'vrrp_instance').map((statement) => ({
    statement,
    isGroup: false,
    instanceNames: [statement.words[1]?.text ?? ''],
  }));
  const groups = findStatements(nodes, 'vrrp_sync_group').map((statement) => ({
    statement,
    isGroup: true,
    instanceNames: findMembers(statement),
  }));
  return [...instances, ...groups].flatMap(({ statement, ...tracker }) =>
    getEntries(getChildren(statement), 'track_file').map((entry) => ({ ...tracker, entry })),
  );
}

/**
 * Of a file that a member itself tracks: in a sync group without `sync_group_tracking_weight`, where
 * any number but 0 is a FAULT then. What the group tracks keeps its weight (measured, 2.2.7).
 */
function isWeightIgnored(
  nodes: readonly ConfigurationNode[],
  { isGroup, instanceNames }: Tracker,
): boolean {
  if (isGroup) return false;
  const group = findStatements(nodes, 'vrrp_sync_group')
    .map(summarizeSyncGroup)
    .find((one) => instanceNames.some((name) => one.instanceNames.includes(name)));
  return group !== undefined && !group.usesMemberWeights;
}

/** 1, the default, or 0; undefined for any other, and for `reverse`: their arithmetic is not ours. */
function readWeight(nodes: readonly ConfigurationNode[], options: string[]): 0 | 1 | undefined {
  const [own, ...more] = options[0] === 'weight' ? options.slice(1) : [];
  const [shared = '1', ...others] = lastArguments(nodes, 'weight') ?? [];
  if (more.length + others.length > 0) return undefined;
  const weight = Number(own ?? shared);
  return weight === 0 || weight === 1 ? weight : undefined;
}

/** It would end a maintenance at each reload. */
function isOverwritten(block: Statement): boolean {
  return lastArguments(getChildren(block), 'init_file')?.includes('overwrite') ?? false;
}
