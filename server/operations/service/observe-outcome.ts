import { setTimeout as sleep } from 'node:timers/promises';
import type { Appliance } from '../../appliance/appliance.ts';
import { getAddress, isHeld, listPlaces } from '../../keepalived/addresses/address-places.ts';
import { normalizeAddress } from '../../keepalived/addresses/addresses.ts';
import type { ForeseenMovement } from '../../keepalived/foresight/foresight-result.ts';
import { judgeMovement } from '../../keepalived/foresight/movement-result.ts';
import type { MovementResult } from '../../keepalived/foresight/movement-result.ts';
import type { NetworkReport, RuntimeReport } from '../../keepalived/proof/evidence.ts';
import type { ApplyOutcome } from '../outcomes.ts';

const pollMs = 100;
const graceMs = 2_000;
/** No browser is kept waiting longer; what takes more is seen on the status page. */
const longestWaitMs = 15_000;

type LiveForeseen = NonNullable<Extract<ApplyOutcome, { kind: 'live' }>['foreseen']>;

/** Notes with an outcome what was foreseen to move, for `observeOutcome`. */
export function expectMovements(outcome: ApplyOutcome, foreseen: LiveForeseen): ApplyOutcome {
  return outcome.kind === 'live' ? { ...outcome, foreseen } : outcome;
}

/** Adds to a configuration that became live what became of its foreseen movements. */
export async function observeOutcome(
  appliance: Pick<Appliance, 'readNetwork' | 'readRuntime'>,
  outcome: ApplyOutcome,
): Promise<ApplyOutcome> {
  if (outcome.kind !== 'live' || !outcome.foreseen) return outcome;
  const { movements, savedAtMs } = outcome.foreseen;
  const observed = await observeMovements(appliance, movements, savedAtMs);
  return { ...outcome, observations: [...(outcome.observations ?? []), ...observed] };
}

/**
 * Waits for what was foreseen to move, and says what became of it. Returns at once where nothing
 * was, else after the foreseen time and 2 s at the latest.
 * @param savedAtMs when the change was saved (`performance.now()`)
 */
async function observeMovements(
  appliance: Pick<Appliance, 'readNetwork' | 'readRuntime'>,
  movements: readonly ForeseenMovement[],
  savedAtMs: number,
): Promise<MovementResult[]> {
  const awaited = movements.filter(({ withinMs }) => withinMs + graceMs <= longestWaitMs);
  if (awaited.length === 0) return [];
  const seenAfterMs = new Map<ForeseenMovement, number>();
  const account = await appliance.readRuntime();
  for (;;) {
    const network = await appliance.readNetwork();
    const elapsedMs = performance.now() - savedAtMs;
    const pending = awaited.filter((movement) => !seenAfterMs.has(movement));
    for (const movement of pending) {
      if (hasMoved(movement, account, network)) seenAfterMs.set(movement, elapsedMs);
    }
    if (!pending.some((one) => !seenAfterMs.has(one) && elapsedMs < one.withinMs + graceMs)) break;
    await sleep(pollMs);
  }
  const runtime = await appliance.readRuntime();
  return awaited.map((movement) =>
    judgeMovement(movement, {
      seenAfterMs: seenAfterMs.get(movement),
      waitedMs: movement.withinMs + graceMs,
      instance: runtime.ok
        ? runtime.instances.find(({ name }) => name === movement.instanceName)
        : undefined,
    }),
  );
}

/** The same number where keepalived does not put it (on `lo`, for LVS) never moves, and does not count. */
function hasMoved(
  { direction, addresses, instanceName }: ForeseenMovement,
  account: RuntimeReport,
  network: NetworkReport,
): boolean {
  if (!network.ok) return false;
  const instance = account.ok
    ? account.instances.find(({ name }) => name === instanceName)
    : undefined;
  const places = instance ? listPlaces(instance) : [];
  const isHere = (address: string): boolean => {
    const known = places.filter((place) => getAddress(place) === address);
    return known.length > 0
      ? known.some((place) => isHeld(place, network))
      : isAnywhere(address, network);
  };
  return direction === 'take' ? addresses.every(isHere) : !addresses.some(isHere);
}

/** Where keepalived does not tell on which interface. */
function isAnywhere(wanted: string, network: NetworkReport & { ok: true }): boolean {
  return network.interfaces
    .filter(({ name }) => name !== 'lo')
    .some((one) => one.addresses.some(({ address }) => normalizeAddress(address) === wanted));
}
