import type {
  DifferenceLine,
  TextDifference,
} from '../../../keepalived/secrets/text-difference.ts';

/** A row of a comparison side by side: what was, and what stands in its place. */
export interface SideBySideRow {
  before: DifferenceLine | undefined;
  after: DifferenceLine | undefined;
}

/** Pairs the lines of a unified difference: a removed line stands beside the one that replaced it. */
export function pairLines({ lines }: Pick<TextDifference, 'lines'>): SideBySideRow[] {
  const rows: SideBySideRow[] = [];
  /** The first row of the current run of changes whose other side is still free. */
  let free = 0;
  for (const line of lines) {
    if (line.kind === 'removed') rows.push({ before: line, after: undefined });
    else if (line.kind === 'added') {
      const partner = rows[free];
      if (partner) partner.after = line;
      else rows.push({ before: undefined, after: line });
      free += 1;
    } else {
      rows.push({ before: line, after: line });
      free = rows.length;
    }
  }
  return rows;
}
