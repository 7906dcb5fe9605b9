import type { Appliance } from '../../appliance/appliance.ts';
import {
  countLost,
  describeLost,
  listLostByStop,
} from '../../keepalived/addresses/lost-by-stop.ts';
import { foreseeStop } from '../../keepalived/foresight/stop-with-pair.ts';
import type { PairSummary } from '../../keepalived/pair/pair-summary.ts';
import type { ProofEvidence } from '../../keepalived/proof/proof.ts';
import { readLiveConfiguration } from '../../state/live-configuration.ts';
import type { ActionOutcome } from '../outcomes.ts';

/**
 * What a stop would release, a sentence for each instance; empty for one address, which is stopped
 * at once. Several must have been read: word for word, so that no other one is released than was shown.
 * In a pair each address that no other server is ready for is a danger of its own.
 * @param before a look at a running keepalived
 * @param pair undefined: this server is not paired
 */
export async function findStopDangers(
  appliance: Appliance,
  before: ProofEvidence,
  pair: PairSummary | undefined,
): Promise<{ count: number; dangers: string[]; unready: string[] }> {
  const { count, dangers, addresses } = await findReleased(appliance, before);
  const unready = foreseeStop(addresses, pair).flatMap(({ danger }) => danger ?? []);
  return { count, dangers: [...dangers, ...unready], unready };
}

async function findReleased(appliance: Appliance, before: ProofEvidence) {
  const isTold = before.runtime?.ok === true;
  const served = listLostByStop(before, undefined);
  // The file is not waited for where it cannot change the answer.
  if (isTold && countLost(served) < 2) {
    return { count: 1, dangers: [], addresses: served.flatMap(({ addresses }) => addresses) };
  }
  const live = await readLiveConfiguration(appliance);
  const summary = live.ok ? live.summary : undefined;
  const lost = listLostByStop(before, summary);
  const count = countLost(lost);
  return {
    count,
    dangers: count < 2 ? [] : lost.map((one) => describeLost(one, summary)),
    addresses: [...new Set(lost.flatMap(({ addresses }) => addresses))],
  };
}

/** @returns undefined: it need not be asked */
export async function askBeforeStop(
  appliance: Appliance,
  before: ProofEvidence,
  pair: PairSummary | undefined,
  acceptedDangers: readonly string[] = [],
): Promise<ActionOutcome | undefined> {
  const { count, dangers, unready } = await findStopDangers(appliance, before, pair);
  if (dangers.every((danger) => acceptedDangers.includes(danger))) return undefined;
  const what =
    before.runtime?.ok === true && before.network.ok
      ? `It serves ${countWords(count)}`
      : `Can’t tell now what it serves; it may be ${count < 2 ? 'this' : 'these'} ${countWords(count)}`;
  const after =
    unready.length > 0
      ? 'Read what the other server of the pair does not take over'
      : 'When it stops, another server takes over an address only if it stands by for it';
  return {
    ...{ ok: false, report: undefined, needsConfirmation: true, dangers },
    sentence: `keepalived was not stopped yet. ${what}. ${after}.`,
  };
}

const countWords = (count: number): string => (count < 2 ? '1 address' : `${count} addresses`);
