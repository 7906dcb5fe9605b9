import { setTimeout as sleep } from 'node:timers/promises';
import type { Appliance } from '../../appliance/appliance.ts';
import { getAddress, isHeld } from '../../keepalived/addresses/address-places.ts';
import type { HeldAddress } from '../../keepalived/addresses/address-places.ts';

const pollMs = 40;

export interface AwaitedMovement {
  /** Where it is when this server has it; the same number elsewhere does not count. */
  place: HeldAddress;
  /** Through which the network is asked for it. */
  askingInterface: string;
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
  /** Why it is not known who else has it: the last question without an answer, a sentence. */
  unseenReason?: string;
}

/**
 * Follows an address until it has moved as awaited, or the time is over: on this machine by the
 * kernel's own list, on others by asking the network for it again and again.
 */
export async function measureMovement(
  appliance: Pick<Appliance, 'readNetwork' | 'askForAddress'>,
  { place, askingInterface, direction, withinMs, beganAtMs, wasHere }: AwaitedMovement,
): Promise<Movement> {
  const address = getAddress(place);
  const elapsed = () => performance.now() - beganAtMs;
  let macAddress: string | undefined;
  let lastHereMs = wasHere ? 0 : undefined;
  let lastElsewhereMs: number | undefined;
  let leftAfterMs: number | undefined;
  let unseen: { unseenReason?: string } = {};
  while (elapsed() < withinMs) {
    const askedMs = elapsed();
    // What has left is not looked for here again: each question takes its time.
    const mayBeHere = direction === 'take' || leftAfterMs === undefined;
    const network = mayBeHere ? await appliance.readNetwork() : undefined;
    if (network?.ok === false) {
      unseen = { unseenReason: network.reason };
    } else if (network && isHeld(place, network)) {
      if (direction === 'take') {
        const awayAtMostMs =
          lastElsewhereMs === undefined ? undefined : elapsed() - lastElsewhereMs;
        return { movedAfterMs: elapsed(), macAddress, awayAtMostMs };
      }
      lastHereMs = askedMs;
    } else {
      leftAfterMs ??= elapsed();
      const answer = await appliance.askForAddress(askingInterface, address);
      unseen = answer.kind === 'unseen' ? { unseenReason: answer.reason } : {};
      if (answer.kind === 'answered') {
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
  return { movedAfterMs, macAddress, awayAtMostMs: undefined, ...unseen };
}
