import { setTimeout as sleep } from 'node:timers/promises';
import type { Appliance } from '../../appliance/appliance.ts';
import type { Notices } from '../../history/notices.ts';
import { getAddress, isHeld, listPlaces } from '../../keepalived/addresses/address-places.ts';
import type { AddressEvidence, HeldAddress } from '../../keepalived/addresses/address-places.ts';
import type { ForeseenMovement } from '../../keepalived/foresight/foresight-result.ts';
import { joinWords } from '../../keepalived/foresight/words.ts';
import type { NetworkReport, RuntimeInstance } from '../../keepalived/proof/evidence.ts';
import type { ProofEvidence } from '../../keepalived/proof/proof.ts';
import type { ApplyOutcome } from '../outcomes.ts';

export interface WatchDependencies {
  appliance: Pick<Appliance, 'readNetwork' | 'readRuntime'>;
  notices: Pick<Notices, 'add'>;
}

const accountUseMs = 1_000;

export interface WatchLimits {
  /** From the save on: an election takes less, with the usual intervals. */
  lastsMs?: number;
  pollMs?: number;
  /** Whether something else was begun, whose doing a movement may be. */
  isOver?: () => boolean;
}

/**
 * Watches the addresses for a while after a configuration became live, and leaves a notice of one
 * that moves although that was not foreseen. A movement is one that both witnesses tell, of an
 * address that keepalived had before the save and still has; the first of them ends the watch.
 */
export async function watchUnforeseen(
  { appliance, notices }: WatchDependencies,
  outcome: ApplyOutcome,
  { lastsMs = 10_000, pollMs = 250, isOver = () => false }: WatchLimits = {},
): Promise<void> {
  if (outcome.kind !== 'live' || !outcome.foreseen?.baseline) return;
  const { movements, savedAtMs, baseline } = outcome.foreseen;
  const { before, userName } = baseline;
  if (!before.network.ok || !before.runtime?.ok) return;
  const findMoved = createFindMoved(appliance, before, outcome.seen?.sighting);
  while (!isOver() && performance.now() - savedAtMs < lastsMs) {
    const moved = await findMoved();
    const unforeseen = moved.filter((one) => !isForeseen(one, movements));
    if (unforeseen.length > 0 && !isOver()) {
      const savedAt = new Date(Date.now() - (performance.now() - savedAtMs));
      await notices.add('info', describe(unforeseen, savedAt, userName));
      return;
    }
    await sleep(pollMs, undefined, { ref: false });
  }
}

interface Moved {
  direction: ForeseenMovement['direction'];
  address: string;
  isPeerHeard: boolean;
}

/**
 * keepalived is asked only where the kernel says that something is not as it was. Its account is used
 * again as long as the kernel says the same: for good where both agree, else for a second, for the
 * kernel may have been faster.
 * @param proved the last look of the proof, which asked keepalived already
 */
function createFindMoved(
  appliance: WatchDependencies['appliance'],
  before: AddressEvidence,
  proved: ProofEvidence | undefined,
): () => Promise<Moved[]> {
  const known = before.runtime?.ok ? before.runtime.instances : [];
  const places = known.flatMap(listPlaces);
  const describePlaces = (network: NetworkReport): string =>
    places.map((place) => isHeld(place, network)).join();
  let account =
    proved?.runtime?.ok && proved.network.ok
      ? { runtime: proved.runtime, held: describePlaces(proved.network), atMs: performance.now() }
      : undefined;
  let isAgreed = false;
  return async () => {
    const network = await appliance.readNetwork();
    const isChanged = (place: HeldAddress): boolean =>
      isHeld(place, network) !== isHeld(place, before.network);
    if (!network.ok || !places.some(isChanged)) return [];
    const held = describePlaces(network);
    const isYoung = account !== undefined && performance.now() - account.atMs < accountUseMs;
    if (account?.held !== held || !(isAgreed || isYoung)) {
      const atMs = performance.now();
      const runtime = await appliance.readRuntime();
      account = runtime.ok ? { runtime, held, atMs } : undefined;
    }
    if (!account) return [];
    const { instances } = account.runtime;
    const changed = known.flatMap((old) => {
      const now = instances.find(({ name }) => name === old.name);
      const still = now ? new Set(listPlaces(now).map(getAddress)) : new Set();
      return listPlaces(old)
        .filter((place) => still.has(getAddress(place)) && isChanged(place))
        .map((place) => judge(place, old, now, isHeld(place, network)));
    });
    isAgreed = changed.every((moved) => moved.length > 0);
    return changed.flat();
  };
}

/** @param isHere by the kernel's word; keepalived's states have to say the same */
function judge(
  place: HeldAddress,
  old: RuntimeInstance,
  now: RuntimeInstance | undefined,
  isHere: boolean,
): Moved[] {
  const wasMaster = old.state === 'MASTER';
  if (now === undefined || wasMaster === isHere || (now.state === 'MASTER') !== isHere) return [];
  const isPeerHeard = now.state === 'BACKUP' && now.masterPriority !== undefined;
  return [{ direction: isHere ? 'take' : 'lose', address: getAddress(place), isPeerHeard }];
}

function isForeseen(
  { direction, address }: Moved,
  movements: readonly ForeseenMovement[],
): boolean {
  return movements.some((one) => one.direction === direction && one.addresses.includes(address));
}

function describe(moved: readonly Moved[], savedAt: Date, userName: string): string {
  const time = [savedAt.getHours(), savedAt.getMinutes()].map((part) => `${part}`.padStart(2, '0'));
  const kinds: [(one: Moved) => boolean, string][] = [
    [({ direction }) => direction === 'take', 'moved to this server'],
    [
      ({ direction, isPeerHeard }) => direction === 'lose' && isPeerHeard,
      'moved to another server',
    ],
    [
      ({ direction, isPeerHeard }) => direction === 'lose' && !isPeerHeard,
      'left this server, which hears no other server that serves it',
    ],
  ];
  const words = kinds.flatMap(([isKind, what]) => {
    const addresses = [...new Set(moved.filter(isKind).map(({ address }) => address))];
    return addresses.length === 0 ? [] : [`${joinWords(addresses)} ${what}`];
  });
  return `After the save at ${time.join(':')} by ${userName}, ${words.join(' and ')}. The preview did not predict this. The Keepalived Log shows what happened.`;
}
