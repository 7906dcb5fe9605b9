/** One measured number, and what it must not exceed. */
export interface Figure {
  name: string;
  value: number;
  unit: 'ms' | 's' | 'MiB' | '%' | '×' | 'calls';
  /** Of design and docs; undefined: shown for comparison only. */
  budget?: number;
}

export type Measurement = () => Promise<Figure[]>;

/** The value that `share` of all values do not exceed; 0.5 is the median. */
export function percentile(values: number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  const index = Math.ceil(share * sorted.length) - 1;
  return sorted[Math.max(0, index)] ?? Number.NaN;
}

/** How long a task takes, in milliseconds: the median of some runs. */
export async function timeMs(runs: number, task: () => unknown): Promise<number> {
  const times: number[] = [];
  for (let run = 0; run < runs; run += 1) {
    const startMs = performance.now();
    await task();
    times.push(performance.now() - startMs);
  }
  return percentile(times, 0.5);
}
