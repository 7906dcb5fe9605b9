import { getChildren, lastArguments } from '../../language/block-reading.ts';
import { getConfigurationPlace } from '../../language/place.ts';
import { findStatements } from '../../language/tree.ts';
import type { ConfigurationNode } from '../../language/tree.ts';
import type { ConfigurationSummary } from '../summary.ts';
import type { Finding } from './finding.ts';

/**
 * Files that keepalived itself fills with a number that is a FAULT: `init_file -254`, or any number
 * but 0 with the weight 0. `keepalived -t` says nothing, and whoever tracks the file serves nothing
 * (measured, 2.2.7). Without `overwrite` only where the file does not exist yet.
 */
export function findTrackFileFindings(
  nodes: readonly ConfigurationNode[],
  { instances, trackDefinitions }: Pick<ConfigurationSummary, 'instances' | 'trackDefinitions'>,
): Finding[] {
  const definitions = ['track_file', 'vrrp_track_file'].flatMap((keyword) =>
    findStatements(nodes, keyword),
  );
  return definitions.flatMap((statement) => {
    const name = statement.words[1]?.text ?? '';
    const words = lastArguments(getChildren(statement), 'init_file') ?? [];
    const value = words.map(Number).find(Number.isInteger);
    const definition = trackDefinitions.find((one) => one.kind === 'file' && one.name === name);
    if (value === undefined || definition === undefined) return [];
    const held = instances.filter(({ trackers }) =>
      trackers.some((tracker) => {
        if (tracker.kind !== 'file' || tracker.name !== name) return false;
        const { weight, isReversed } = tracker.own ?? definition;
        const change = value * weight * (isReversed ? -1 : 1);
        return weight === 0 ? value !== 0 : change <= -254;
      }),
    );
    if (held.length === 0) return [];
    const when = words.includes('overwrite')
      ? 'At each start keepalived writes'
      : 'Where the file does not exist yet, keepalived writes';
    const names = held.map((instance) => `“${instance.name}”`).join(', ');
    return [
      {
        ...{
          severity: 'warning',
          code: 'track-file-begins-in-fault',
          ...getConfigurationPlace(statement),
        },
        message: `${when} ${value} into the track_file ${name}: ${names} would be in FAULT and serve nothing until the file says otherwise.`,
        remedy: 'Write init_file 0, unless this server should start in maintenance.',
      },
    ];
  });
}
