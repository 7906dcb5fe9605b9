import { setTimeout as sleep } from 'node:timers/promises';
import type { Appliance } from '../appliance/appliance.ts';
import { normalizeAddress } from '../keepalived/addresses.ts';

const pollMs = 40;

export interface AwaitedMovement {
  address: string;
  /** Where it is when this server has it. */
  interfaceName: string;
  direction: 'lose' | 'take';
  withinMs: number;
  /** When it was asked to move (`performance.now()`). */
  beganAtMs: number;
  /** Whether this server had it then. */
  wasHere: boolean;
}

/** What was seen of an address from this server; times in ms from the beginning. */
export interface Movement {
  /**
   * When the other server answered for it, or this one had it; where nobody answered, when it had left
   * this server. undefined: it did not.
   */
  movedAfterMs: number | undefined;
  /** The other machine that answered for it last. */
  macAddress: string | undefined;
  /**
   * From the last moment at which somebody was seen to have it to the first at which the next one
   * was; undefined: one of the two was not seen.
   */
  awayAtMostMs: number | undefined;
}

/**
 * Follows an address until it has moved as awaited, or the time is over: on this machine by the
 * kernel's own list, on others by asking the network for it again and again.
 */
export async function measureMovement(
  appliance: Pick<Appliance, 'readNetwork' | 'askForAddress'>,
  { address, interfaceName, direction, withinMs, beganAtMs, wasHere }: AwaitedMovement,
): Promise<Movement> {
  const elapsed = () => performance.now() - beganAtMs;
  let macAddress: string | undefined;
  let lastHereMs = wasHere ? 0 : undefined;
  let lastElsewhereMs: number | undefined;
  let leftAfterMs: number | undefined;
  while (elapsed() < withinMs) {
    const askedMs = elapsed();
    // What has left is not looked for here again: each question takes its time.
    const mayBeHere = direction === 'take' || leftAfterMs === undefined;
    if (mayBeHere && (await isHeld(appliance, address))) {
      if (direction === 'take') {
        const awayAtMostMs =
          lastElsewhereMs === undefined ? undefined : elapsed() - lastElsewhereMs;
        return { movedAfterMs: elapsed(), macAddress, awayAtMostMs };
      }
      lastHereMs = askedMs;
    } else {
      leftAfterMs ??= elapsed();
      const answer = await appliance.askForAddress(interfaceName, address);
      if (answer.answered) {
        macAddress = answer.macAddress;
        lastElsewhereMs = askedMs;
        if (direction === 'lose') {
          const awayAtMostMs = lastHereMs === undefined ? undefined : elapsed() - lastHereMs;
          return { movedAfterMs: elapsed(), macAddress, awayAtMostMs };
        }
      }
    }
    await sleep(pollMs);
  }
  const movedAfterMs = direction === 'lose' ? leftAfterMs : undefined;
  return { movedAfterMs, macAddress, awayAtMostMs: undefined };
}

async function isHeld(appliance: Pick<Appliance, 'readNetwork'>, wanted: string): Promise<boolean> {
  const report = await appliance.readNetwork();
  if (!report.ok) return false;
  return report.interfaces.some(({ addresses }) =>
    addresses.some(({ address }) => normalizeAddress(address) === normalizeAddress(wanted)),
  );
}
