import type { VersionComparison } from '../../../agent/handlers/configurations.ts';
import type { TextDifference } from '../../../keepalived/secrets/text-difference.ts';
import type { VersionRecord } from '../../../operations/versions/restore-version.ts';
import { pairLines } from '../../view/change/side-by-side.ts';
import type { SideBySideRow } from '../../view/change/side-by-side.ts';
import type { CompareQuery } from './query-schema.ts';
import { describeVersion } from './version-words.ts';

export interface ComparisonModel {
  path: string;
  from: Choice[];
  to: Choice[];
  layout: CompareQuery['layout'];
  difference: TextDifference;
  /** undefined: one below the other is asked for. */
  sides: SideBySideRow[] | undefined;
  /** The headings of the two sides. */
  beforeLabel: string;
  afterLabel: string;
  /** Why the file of now is not what is compared with. */
  problem: string | undefined;
}

interface Choice {
  id: string;
  label: string;
  selected: boolean;
}

const nowLabel = 'The file now';

/** Two versions of a file, or one and the file as it is. */
export function describeComparison(
  { records, from, to, difference, problem }: VersionComparison,
  { to: toId, layout }: CompareQuery,
): ComparisonModel {
  const choices = (selectedId: string) =>
    records.map((record) => ({
      id: record.id,
      label: labelOf(record),
      selected: record.id === selectedId,
    }));
  return {
    path: from.path,
    from: choices(from.id),
    to: [{ id: 'now', label: nowLabel, selected: toId === 'now' }, ...choices(toId)],
    layout,
    difference,
    sides: layout === 'side' ? pairLines(difference) : undefined,
    beforeLabel: labelOf(from),
    afterLabel: to ? labelOf(to) : nowLabel,
    problem,
  };
}

function labelOf(record: VersionRecord): string {
  const { when, who, outcome } = describeVersion(record);
  return `${when.text}, ${who}, ${outcome.word}`;
}
