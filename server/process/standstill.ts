/** Of keepalived, the network and the files, each is looked at every 30 s at least (`state/pace.ts`). */
const limitMs = 120_000;

/**
 * Whether the state keeper has stopped looking: a witness that never answers holds all later
 * questions up, and the page would know nothing for ever.
 * @param lookedAtMs monotonic, as `nowMs`: since then all was looked at
 * @returns a sentence; undefined: it looks
 */
export function findStandstill(lookedAtMs: number, nowMs: number): string | undefined {
  const silentMs = nowMs - lookedAtMs;
  if (silentMs <= limitMs) return undefined;
  const seconds = Math.round(silentMs / 1000);
  return `keepalived, the network or the files were not looked at for ${seconds} s`;
}
