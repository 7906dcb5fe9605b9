import type { RuntimeInstance } from '../proof/evidence.ts';
import type { LastingState } from '../transitions/transition.ts';

/**
 * Since when an instance has been in its state: what was recorded of its last change, and what
 * keepalived's accounts claimed since, without a change of state between. At a reload keepalived
 * sets its own time again, though nothing changes (measured, 2.2.7), so an account alone does not know.
 */
export interface StateStart {
  state: LastingState;
  /** Wall clock, ms, oldest first; the newest holds. */
  claimsMs: readonly number[];
}

/** So far from the line that tells of a reload, in either direction: a log may write whole seconds. */
const reloadToleranceMs = 2_000;
/** A reload may be told of only after the account. */
const keptClaims = 3;

/**
 * The begin with one more claim.
 * @param known undefined, or of another state: the claim is the first
 */
export function addStartClaim(
  known: StateStart | undefined,
  { state, atMs }: { state: LastingState; atMs: number },
): StateStart {
  if (known?.state !== state) return { state, claimsMs: [atMs] };
  const newestMs = known.claimsMs.at(-1) ?? -Infinity;
  return atMs > newestMs ? { state, claimsMs: [...known.claimsMs, atMs] } : known;
}

/**
 * The begin without the claims that only a reload explains; of what there is nothing else to say
 * the first claim stays.
 * @param reloadsMs wall clock, ms: when keepalived told of reloads
 */
export function ignoreReloads(begin: StateStart, reloadsMs: readonly number[]): StateStart {
  const isReload = (atMs: number) =>
    reloadsMs.some((reloadMs) => Math.abs(atMs - reloadMs) < reloadToleranceMs);
  const claimsMs = begin.claimsMs.filter((atMs, index) => index === 0 || !isReload(atMs));
  return { ...begin, claimsMs: claimsMs.slice(-keptClaims) };
}

/** When an instance changed its state last; where nothing is recorded of this state, as keepalived says. */
export function lastTransition(
  { state, lastTransitionAtMs }: Pick<RuntimeInstance, 'state' | 'lastTransitionAtMs'>,
  begin: StateStart | undefined,
): number | undefined {
  return begin?.state === state ? begin.claimsMs.at(-1) : lastTransitionAtMs;
}
