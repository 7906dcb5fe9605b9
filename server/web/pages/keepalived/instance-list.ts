import type { Alarm, KeepalivedStatus } from '../../../keepalived/status/status.ts';
import type { Elapsed } from '../../view/time-words.ts';
import { describeFound } from './headline.ts';
import type { Headline } from './headline.ts';
import { describeTable } from './status-table.ts';
import type { StatusTable } from './status-table.ts';
import { needsAttention } from './summary.ts';
import { describeWatching } from './watching.ts';
import type { WatchedSection } from './watching.ts';

/** So many instances are shown whole, each with its table; of more there is a list. */
export const maxShownInFull = 3;

/** One instance of many: a line that opens. */
export interface ListedInstance<Line extends Headline> {
  headline: Line;
  addresses: string;
  /** The values of the filters that show it. */
  filters: string;
  /** Those that the headline does not say. */
  alarms: (Alarm & { found: Elapsed | undefined })[];
  table: StatusTable;
  watched: WatchedSection;
}

export interface InstanceFilter {
  value: string;
  label: string;
  count: number;
  /** Before anybody has chosen. */
  isDefault: boolean;
}

export interface InstanceList<Line extends Headline> {
  instances: ListedInstance<Line>[];
  filters: InstanceFilter[];
}

/** Values of the filters: `public/css/page.css` has a rule for each. */
const attention = 'attention';
const words = ['Active', 'Standby', 'Stopped'] as const;

/**
 * The list of many instances, with the filters by which it is cut down; what needs nobody is folded.
 * @param headlines one for each instance, the worst first
 */
export function describeInstanceList<Line extends Headline>(
  status: KeepalivedStatus,
  headlines: readonly Line[],
  wallMs: number,
): InstanceList<Line> {
  const byName = new Map(status.instances.map((instance) => [instance.name, instance]));
  const instances = headlines.flatMap((headline): ListedInstance<Line>[] => {
    const instance = byName.get(headline.instanceName);
    const [watched] = instance ? describeWatching([instance], wallMs) : [];
    if (!instance || !watched) return [];
    return [
      {
        headline,
        addresses: instance.addresses.map(({ cidr }) => cidr).join(', '),
        filters: needsAttention(headline) ? attention : headline.word.toLowerCase(),
        alarms: instance.alarms
          .filter((alarm) => alarm !== headline.told)
          .map((alarm) => ({ ...alarm, found: describeFound(alarm, wallMs) })),
        table: describeTable(status, instance, wallMs),
        watched,
      },
    ];
  });
  const count = (value: string) => instances.filter(({ filters }) => filters === value).length;
  const ofWords = words
    .map((word) => ({ value: word.toLowerCase(), label: word, isDefault: false }))
    .map((filter) => ({ ...filter, count: count(filter.value) }));
  return {
    instances,
    filters: [
      { value: attention, label: 'Need attention', count: count(attention), isDefault: true },
      ...ofWords.filter((filter) => filter.count > 0),
      { value: 'all', label: 'All', count: instances.length, isDefault: false },
    ],
  };
}
