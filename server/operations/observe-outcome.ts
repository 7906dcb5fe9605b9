import { setTimeout as sleep } from 'node:timers/promises';
import type { Appliance } from '../appliance/appliance.ts';
import { normalizeAddress } from '../keepalived/addresses.ts';
import type { NetworkReport } from '../keepalived/evidence.ts';
import type { ForeseenMovement } from '../keepalived/foresight/foresight-result.ts';
import { judgeMovement } from '../keepalived/foresight/observations.ts';
import type { Observation } from '../keepalived/foresight/observations.ts';

const pollMs = 100;
const graceMs = 2_000;
/** No browser is kept waiting longer; what takes more is seen on the status page. */
const longestWaitMs = 15_000;

/**
 * Waits for what was foreseen to move, and says what became of it. Returns at once where nothing
 * was, else after the foreseen time and 2 s at the latest.
 * @param reloadedAtMs when keepalived was told to load the change (`performance.now()`)
 */
export async function observeMovements(
  appliance: Pick<Appliance, 'readNetwork' | 'readRuntime'>,
  movements: readonly ForeseenMovement[],
  reloadedAtMs: number,
): Promise<Observation[]> {
  const awaited = movements.filter(({ withinMs }) => withinMs + graceMs <= longestWaitMs);
  if (awaited.length === 0) return [];
  const seenAfterMs = new Map<ForeseenMovement, number>();
  for (;;) {
    const network = await appliance.readNetwork();
    const elapsedMs = performance.now() - reloadedAtMs;
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
