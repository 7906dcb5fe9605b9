import type { FailoverRecord, SplitBrainRecord } from './failover-records.ts';

/** A time in which two servers were active, as far as it was noticed here. */
export interface SplitBrain extends Pick<SplitBrainRecord, 'instance' | 'code'> {
  /** Wall clock, ms: when it was noticed first; it may have begun before. */
  fromMs: number;
  /** When it was noticed last. Undefined: it lasts, or its end is not known. */
  toMs: number | undefined;
  /** unknown: nobody watched when it ended. */
  end: 'lasts' | 'known' | 'unknown';
  sentence: string | undefined;
}

/**
 * The split brains that the records tell of, newest first.
 * @param records in the order in which they were written
 */
export function findSplitBrains(records: readonly FailoverRecord[]): SplitBrain[] {
  const found: SplitBrain[] = [];
  for (const record of records) {
    if (record.kind === 'gap') {
      for (const one of found) if (one.end === 'lasts') one.end = 'unknown';
    }
    if (record.kind !== 'split-brain') continue;
    const { atMs, instance, code, phase, sentence } = record;
    if (phase === 'begin') {
      found.push({ instance, code, fromMs: atMs, toMs: undefined, end: 'lasts', sentence });
      continue;
    }
    const open = found.findLast(
      (one) => one.end === 'lasts' && one.instance === instance && one.code === code,
    );
    // A clock that was set back ends nothing before it began.
    if (open) Object.assign(open, { toMs: Math.max(atMs, open.fromMs), end: 'known' });
  }
  return found.toSorted((one, other) => other.fromMs - one.fromMs);
}
