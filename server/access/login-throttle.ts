/** Who tries a password, and from where. */
export interface SignInAttempt {
  accountName: string;
  /** An IP address, or `unix`. */
  address: string;
  /**
   * What only somebody has who has signed in to this account before: the id of the browser, or that
   * of the session. undefined: a stranger, as far as can be told.
   */
  knownPlace?: string | undefined;
}

export interface LoginThrottle {
  /**
   * Asks for an attempt. 0 grants it, and counts it as failed until `succeed` says otherwise, so
   * that parallel attempts cannot slip through; else how many seconds to wait, rounded up.
   */
  attempt(attempt: SignInAttempt): number;
  succeed(attempt: SignInAttempt): void;
}

interface Failures {
  count: number;
  lastAtMs: number;
}

const freeAttempts = 3;
const forgetAfterMs = 15 * 60_000;
const maximumTracked = 10_000;
/** An account's wait stays short: its owner may sign in from a browser that is new. */
const maximumAccountWaitMs = 4_000;
const maximumAddressWaitMs = 60_000;
const maximumPlaceWaitMs = 60_000;

/**
 * Slows down guessing: after three failures the next attempt waits 1, 2, 4 … seconds, by account
 * (at most 4 s) and by address (at most 60 s). Who comes from a known place has a count of its own
 * (at most 60 s) instead: strangers cannot keep the owner out, however many they are and even if all
 * come from one address, that of a proxy. Nothing is ever locked for good, and memory is bounded: whoever
 * has failed least is forgotten first, so that a flood of invented names erases nobody's count.
 * @param now milliseconds on the monotonic clock
 */
export function createLoginThrottle(now: () => number = () => performance.now()): LoginThrottle {
  const accounts = createFailureTable(maximumAccountWaitMs, now);
  const addresses = createFailureTable(maximumAddressWaitMs, now);
  const places = createFailureTable(maximumPlaceWaitMs, now);
  /** The counts that an attempt adds to. */
  const findCounts = ({ accountName, address, knownPlace }: SignInAttempt) =>
    knownPlace === undefined
      ? [
          { table: accounts, key: accountName },
          { table: addresses, key: networkOf(address) },
        ]
      : [{ table: places, key: JSON.stringify([knownPlace, accountName]) }];
  return {
    attempt(attempt) {
      const counts = findCounts(attempt);
      const waitMs = Math.max(...counts.map(({ table, key }) => table.waitMs(key)));
      if (waitMs > 0) return Math.ceil(waitMs / 1000);
      for (const { table, key } of counts) table.fail(key);
      return 0;
    },
    succeed(attempt) {
      for (const { table, key } of findCounts(attempt)) table.forget(key);
    },
  };
}

function createFailureTable(maximumWaitMs: number, now: () => number) {
  const failures = new Map<string, Failures>();
  const find = (key: string) => {
    const entry = failures.get(key);
    return entry && now() - entry.lastAtMs < forgetAfterMs ? entry : undefined;
  };
  /**
   * Who has failed often stays: to push them out takes more failures of each of all the others than
   * they have themselves, which takes longer than to wait. Of equals, the oldest goes.
   */
  const forgetLeast = () => {
    let least: { key: string; count: number } | undefined;
    for (const key of failures.keys()) {
      const count = find(key)?.count ?? 0;
      if (count < (least?.count ?? Infinity)) least = { key, count };
    }
    if (least) failures.delete(least.key);
  };
  return {
    waitMs(key: string): number {
      const entry = find(key);
      if (!entry || entry.count < freeAttempts) return 0;
      const waitMs = Math.min(1000 * 2 ** (entry.count - freeAttempts), maximumWaitMs);
      return Math.max(0, entry.lastAtMs + waitMs - now());
    },
    fail(key: string): void {
      const count = (find(key)?.count ?? 0) + 1;
      failures.delete(key);
      if (failures.size >= maximumTracked) forgetLeast();
      failures.set(key, { count, lastAtMs: now() });
    },
    forget(key: string): void {
      failures.delete(key);
    },
  };
}

/** An IPv6 user owns a whole /64: it counts as one address. */
function networkOf(address: string): string {
  if (!address.includes(':') || address.includes('.')) return address;
  const [head = '', tail] = address.split('::');
  const groups = head.split(':').filter((group) => group !== '');
  if (tail !== undefined) {
    const tailGroups = tail.split(':').filter((group) => group !== '');
    groups.push(...Array<string>(8 - groups.length - tailGroups.length).fill('0'), ...tailGroups);
  }
  return groups.slice(0, 4).join(':');
}
