/** Who held the addresses, over time: from records to stretches, from stretches to a picture. */
import type { FailoverRecord } from '../../../state/state-keeper.ts';

/** here: this server had all addresses · elsewhere: it had not · unknown: nobody watched. */
export type Holder = 'here' | 'elsewhere' | 'unknown';

export interface Stretch {
  fromMs: number;
  toMs: number;
  holder: Holder;
}

const holders = { Yes: 'here', No: 'elsewhere', Unknown: 'unknown' } as const;

/**
 * The stretches between two moments, without holes: what no record tells of, and every gap in the
 * watching, is unknown.
 * @param records in the order in which they were written
 */
export function findStretches(
  records: readonly FailoverRecord[],
  instance: string,
  fromMs: number,
  toMs: number,
): Stretch[] {
  const stretches: Stretch[] = [];
  let holder: Holder = 'unknown';
  let sinceMs = fromMs;
  const change = (atMs: number, next: Holder) => {
    // A clock that was set back leaves no stretch that runs backwards.
    const untilMs = Math.min(Math.max(atMs, sinceMs), toMs);
    const last = stretches.at(-1);
    if (untilMs > sinceMs) {
      if (last?.holder === holder) last.toMs = untilMs;
      else stretches.push({ fromMs: sinceMs, toMs: untilMs, holder });
    }
    sinceMs = untilMs;
    holder = next;
  };
  for (const record of records) {
    if (record.kind === 'gap') {
      if (record.fromMs !== undefined) change(record.fromMs, 'unknown');
      change(record.atMs, 'unknown');
    }
    if (record.kind === 'serving' && record.instance === instance) {
      change(record.atMs, holders[record.serving]);
    }
  }
  change(toMs, 'unknown');
  return stretches;
}

/** How much of the time each had the addresses, in per cent. */
export function measureShares(stretches: readonly Stretch[]): Record<Holder, number> {
  const shares = { here: 0, elsewhere: 0, unknown: 0 };
  for (const { fromMs, toMs, holder } of stretches) shares[holder] += toMs - fromMs;
  const wholeMs = shares.here + shares.elsewhere + shares.unknown || 1;
  return {
    here: (shares.here / wholeMs) * 100,
    elsewhere: (shares.elsewhere / wholeMs) * 100,
    unknown: (shares.unknown / wholeMs) * 100,
  };
}

/** A rectangle of the picture, which is `width` units wide. */
export interface Bar {
  x: number;
  width: number;
  holder: Holder;
}

/** A failover of a second must be seen in a month, too. */
const narrowestBar = 1.5;

/** The stretches as rectangles side by side; one that had to be widened shifts the next. */
export function drawBars(stretches: readonly Stretch[], width: number): Bar[] {
  const [first] = stretches;
  const last = stretches.at(-1);
  if (!first || !last) return [];
  const scale = width / (last.toMs - first.fromMs);
  let drawnTo = 0;
  return stretches.map(({ fromMs, toMs, holder }) => {
    const x = Math.min(Math.max((fromMs - first.fromMs) * scale, drawnTo), width - narrowestBar);
    drawnTo = Math.max((toMs - first.fromMs) * scale, x + narrowestBar);
    return { x: round(x), width: round(drawnTo - x), holder };
  });
}

export type Span = Pick<Stretch, 'fromMs' | 'toMs'>;

/** Spans of time in the same picture; a moment is wide enough to be seen. */
export function drawMarks(
  spans: readonly Span[],
  fromMs: number,
  toMs: number,
  width: number,
): Pick<Bar, 'x' | 'width'>[] {
  const scale = width / (toMs - fromMs);
  return spans.map((span) => {
    const wide = Math.max((span.toMs - span.fromMs) * scale, 2 * narrowestBar);
    const x = Math.min(Math.max((span.fromMs - fromMs) * scale, 0), width - wide);
    return { x: round(x), width: round(wide) };
  });
}

const round = (units: number): number => Math.round(units * 100) / 100;
