/**
 * Milliseconds on the monotonic clock of the machine, which nobody sets, and which is the same for all its
 * processes: `performance.now()` counts from the begin of each.
 */
export function machineMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

export interface Clock {
  /** Never goes back; for ages. */
  monotonicMs(): number;
  /** For showing times. */
  wallMs(): number;
}
