/** How old a fact may be, on the monotonic clock: the wall clock may be set back. */
import type { Observed } from '../proof/evidence.ts';

/**
 * How long a fact may be believed. The slow re-check runs every 5 s and a dump may take one more,
 * so three missed rounds make a fact too old.
 */
export const evidenceLifetimeMs = 15_000;

/** The value, unless it is too old to be believed. */
export function fresh<Value>(
  fact: Observed<Value> | undefined,
  nowMs: number,
  lifetimeMs = evidenceLifetimeMs,
): Value | undefined {
  return fact && nowMs - fact.atMs <= lifetimeMs ? fact.value : undefined;
}

/** Why `fresh` gave nothing. */
export function describeStaleness(fact: Observed<unknown> | undefined, nowMs: number): string {
  if (!fact) return 'not asked yet';
  return `last seen ${Math.round((nowMs - fact.atMs) / 1000)} s ago, too old to be believed`;
}

/** The age of the oldest of these facts; undefined: there is none. */
export function oldestAge(
  facts: (Observed<unknown> | undefined)[],
  nowMs: number,
): number | undefined {
  const times = facts.flatMap((fact) => (fact ? [fact.atMs] : []));
  return times.length === 0 ? undefined : Math.max(0, nowMs - Math.min(...times));
}
