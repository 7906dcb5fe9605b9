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
 * One address is stopped at once. Several are named first, with their instances, and must have been
 * read: word for word, so that no other one is given up than was shown.
 * @param before a look at a running keepalived
 * @returns undefined: it need not be asked
 */
export async function askBeforeStop(
  appliance: Appliance,
  before: ProofEvidence,
  acceptedDangers: readonly string[] = [],
): Promise<ActionOutcome | undefined> {
  const isTold = before.runtime?.ok === true;
  // The file is not waited for where it cannot change the answer.
  if (isTold && countLost(listLostByStop(before, undefined)) < 2) return undefined;
  const live = await readLiveConfiguration(appliance);
  const summary = live.ok ? live.summary : undefined;
  const lost = listLostByStop(before, summary);
  const count = countLost(lost);
  if (count < 2) return undefined;
  const dangers = lost.map((one) => describeLost(one, summary));
  if (dangers.every((danger) => acceptedDangers.includes(danger))) return undefined;
  const what =
    isTold && before.network.ok
      ? `It serves ${count} addresses`
      : `Can’t tell now what it serves; it may be these ${count} addresses`;
  return {
    ...{ ok: false, report: undefined, needsConfirmation: true, dangers },
    sentence: `keepalived was not stopped yet. ${what}. When it stops, another server takes over an address only if it stands by for it.`,
  };
}
