export interface Clock {
  /** Never goes back; for ages. */
  monotonicMs(): number;
  /** For showing times. */
  wallMs(): number;
}
