/** How often the machine is asked when nothing happens. */
import type { Clock } from '../shared/clock.ts';

export interface Pace {
  /** Somebody reads: who rested is woken. */
  noteReader: () => void;
  /** Looks whether it is time to rest, or no longer; call it once a second. */
  tick: () => void;
  /** Somebody has read lately, and is taken to look on. */
  isLooking: () => boolean;
  isResting: () => boolean;
  /** How often keepalived, the network and the files are asked. */
  recheckEveryMs: () => number;
  /** How often the service manager is asked, by a command or two. */
  servicesEveryMs: () => number;
}

/**
 * While somebody looks, or something is wrong or unseen. A dump may take one second more, and three
 * missed rounds make a fact too old (`evidenceLifetimeMs`).
 */
const usually = { recheckEveryMs: 5_000, servicesEveryMs: 30_000 };
/** While nobody looks, and events tell what happens: keepalived logs a line for each question. */
const resting = { recheckEveryMs: 30_000, servicesEveryMs: 300_000 };
/** By then a fact is too old that was gathered while resting: one round and a half. */
export const restingLifetimeMs = 45_000;
const lookingForMs = 60_000;

/**
 * @param mayRest all that is watched can be seen, and nothing is wrong
 * @param onTurn told whether resting begins or ends
 */
export function createPace(
  clock: Clock,
  mayRest: () => boolean,
  onTurn: (isResting: boolean) => void,
): Pace {
  let lastReadMs = -Infinity;
  let isResting = false;

  const isLooking = () => clock.monotonicMs() - lastReadMs < lookingForMs;
  const turn = (rests: boolean) => {
    if (rests === isResting) return;
    isResting = rests;
    onTurn(rests);
  };
  return {
    isLooking,
    isResting: () => isResting,
    noteReader() {
      lastReadMs = clock.monotonicMs();
      turn(false);
    },
    tick() {
      turn(!isLooking() && mayRest());
    },
    recheckEveryMs: () => (isResting ? resting : usually).recheckEveryMs,
    servicesEveryMs: () => (isResting ? resting : usually).servicesEveryMs,
  };
}
