import type { Role } from '../../../access/accounts.ts';
import type { ConfigurationFileContent } from '../../../appliance/appliance.ts';
import { maskForViewers, maskSecrets } from '../../../keepalived/secrets/mask-secrets.ts';
import type { KeptVersion, VersionRecord } from '../../../operations/versions/restore-version.ts';
import { pairLines } from '../../view/change/side-by-side.ts';
import type { SideBySideRow } from '../../view/change/side-by-side.ts';
import { compareTexts } from '../../view/change/text-difference.ts';
import type { TextDifference } from '../../view/change/text-difference.ts';
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

/**
 * Two versions of a file, or one and the file as it is.
 * @param records all versions of the file, to choose from
 * @param secretDefinitions names of definitions that other files use for secrets
 */
export function describeComparison(
  records: VersionRecord[],
  from: KeptVersion,
  to: KeptVersion | ConfigurationFileContent,
  { to: toId, layout }: CompareQuery,
  secretDefinitions: ReadonlySet<string>,
  role: Role,
): ComparisonModel {
  const mask = role === 'admin' ? maskSecrets : maskForViewers;
  const text = 'text' in to ? to.text : '';
  const difference = compareTexts(from.text, text, secretDefinitions, mask);
  const choices = (selectedId: string) =>
    records.map((record) => ({
      id: record.id,
      label: labelOf(record),
      selected: record.id === selectedId,
    }));
  return {
    path: from.record.path,
    from: choices(from.record.id),
    to: [{ id: 'now', label: nowLabel, selected: toId === 'now' }, ...choices(toId)],
    layout,
    difference,
    sides: layout === 'side' ? pairLines(difference) : undefined,
    beforeLabel: labelOf(from.record),
    afterLabel: 'record' in to ? labelOf(to.record) : nowLabel,
    problem: 'message' in to ? to.message : undefined,
  };
}

function labelOf(record: VersionRecord): string {
  const { when, who, outcome } = describeVersion(record);
  return `${when.text}, ${who}, ${outcome.word}`;
}
