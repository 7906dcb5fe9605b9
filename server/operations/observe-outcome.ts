import { setTimeout as sleep } from 'node:timers/promises';
import type { Appliance } from '../appliance/appliance.ts';
import { normalizeAddress } from '../keepalived/addresses.ts';
import type { NetworkReport } from '../keepalived/evidence.ts';
import type { ForeseenMovement } from '../keepalived/foresight/foresight-result.ts';
import { judgeMovement } from '../keepalived/foresight/observations.ts';
import type { Observation } from '../keepalived/foresight/observations.ts';
import type { ApplyOutcome } from './outcomes.ts';

const pollMs = 100;
const graceMs = 2_000;
/** No browser is kept waiting longer; what takes more is seen on the status page. */
const longestWaitMs = 15_000;

/** Notes with an outcome what was foreseen to move, for `observeOutcome`. */
export function expectMovements(
  outcome: ApplyOutcome,
  movements: ForeseenMovement[],
  savedAtMs: number,
): ApplyOutcome {
  return outcome.kind === 'live' ? { ...outcome, foreseen: { movements, savedAtMs } } : outcome;
}

/** Adds to a configuration that became live what became of its foreseen movements. */
export async function observeOutcome(
  appliance: Pick<Appliance, 'readNetwork' | 'readRuntime'>,
  outcome: ApplyOutcome,
): Promise<ApplyOutcome> {
  if (outcome.kind !== 'live' || !outcome.foreseen) return outcome;
  const { movements, savedAtMs } = outcome.foreseen;
  return { ...outcome, observations: await observeMovements(appliance, movements, savedAtMs) };
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
): Promise<Observation[]> {
  const awaited = movements.filter(({ withinMs }) => withinMs + graceMs <= longestWaitMs);
  if (awaited.length === 0) return [];
  const seenAfterMs = new Map<ForeseenMovement, number>();
  for (;;) {
    const network = await appliance.readNetwork();
    const elapsedMs = performance.now() - savedAtMs;
    const pending = awaited.filter((movement) => !seenAfterMs.has(movement));
    for (const movement of pending) {
      if (hasMoved(movement, network)) seenAfterMs.set(movement, elapsedMs);
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

function hasMoved({ direction, addresses }: ForeseenMovement, network: NetworkReport): boolean {
  if (!network.ok) return false;
  const held = new Set(
    network.interfaces.flatMap((one) =>
      one.addresses.map(({ address }) => normalizeAddress(address)),
    ),
  );
  return direction === 'take'
    ? addresses.every((address) => held.has(address))
    : !addresses.some((address) => held.has(address));
}
