import type { Appliance } from '../../appliance/appliance.ts';
import {
  countLost,
  describeLost,
  listLostByStop,
} from '../../keepalived/addresses/lost-by-stop.ts';
import type { ProofEvidence } from '../../keepalived/proof/proof.ts';
import { readLiveConfiguration } from '../../state/live-configuration.ts';
import type { ActionOutcome } from '../outcomes.ts';

/**
 * What a stop would release, a sentence for each instance; empty for one address, which is stopped
 * at once. Several must have been read: word for word, so that no other one is released than was shown.
 * @param before a look at a running keepalived
 */
export async function findStopDangers(
  appliance: Appliance,
  before: ProofEvidence,
): Promise<{ count: number; dangers: string[] }> {
  const isTold = before.runtime?.ok === true;
  // The file is not waited for where it cannot change the answer.
  if (isTold && countLost(listLostByStop(before, undefined)) < 2) return { count: 1, dangers: [] };
  const live = await readLiveConfiguration(appliance);
  const summary = live.ok ? live.summary : undefined;
  const lost = listLostByStop(before, summary);
  const count = countLost(lost);
  return { count, dangers: count < 2 ? [] : lost.map((one) => describeLost(one, summary)) };
}

/** @returns undefined: it need not be asked */
export async function askBeforeStop(
  appliance: Appliance,
  before: ProofEvidence,
  acceptedDangers: readonly string[] = [],
): Promise<ActionOutcome | undefined> {
  const { count, dangers } = await findStopDangers(appliance, before);
  if (dangers.every((danger) => acceptedDangers.includes(danger))) return undefined;
  const what =
    before.runtime?.ok === true && before.network.ok
      ? `It serves ${count} addresses`
      : `Can’t tell now what it serves; it may be these ${count} addresses`;
  return {
    ...{ ok: false, report: undefined, needsConfirmation: true, dangers },
    sentence: `keepalived was not stopped yet. ${what}. When it stops, another server takes over an address only if it stands by for it.`,
  };
}
