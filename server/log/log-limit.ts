/** How many lines of a kind are written in a minute; of the others only the number is. */
const linesPerMinute = 20;
const minuteMs = 60_000;
/** A kind is a message, and messages are ours; should one hold a value, they are still bounded. */
const maximumKinds = 200;
const maximumAddresses = 1000;

/** What was not written of one kind. */
export interface Withheld {
  message: string;
  count: number;
  /** From how many addresses, at least. */
  addresses: number;
}

interface Kind {
  written: number;
  withheld: number;
  addresses: Set<string>;
}

export interface LogLimit {
  /** Whether a line is to be written; else it is counted. */
  admit(message: string, remoteAddress: string | undefined): boolean;
  /** What was withheld since the last call. */
  takeWithheld(): Withheld[];
}

/**
 * Bounds what anybody can make this program write: the first lines of each kind in a minute are
 * written, the rest is summed up.
 * @param now milliseconds on the monotonic clock
 */
export function createLogLimit(now: () => number = () => performance.now()): LogLimit {
  const kinds = new Map<string, Kind>();
  let minuteEndsAtMs = now() + minuteMs;

  const beginMinute = () => {
    for (const [message, kind] of kinds) {
      kind.written = 0;
      if (kind.withheld === 0) kinds.delete(message);
    }
    minuteEndsAtMs = now() + minuteMs;
  };

  const getKind = (message: string): Kind => {
    const name = kinds.has(message) || kinds.size < maximumKinds ? message : 'other';
    const kind = kinds.get(name) ?? { written: 0, withheld: 0, addresses: new Set<string>() };
    kinds.set(name, kind);
    return kind;
  };

  return {
    admit(message, remoteAddress) {
      if (now() >= minuteEndsAtMs) beginMinute();
      const kind = getKind(message);
      if (kind.written < linesPerMinute) {
        kind.written += 1;
        return true;
      }
      kind.withheld += 1;
      const isRoom = kind.addresses.size < maximumAddresses;
      if (remoteAddress !== undefined && isRoom) kind.addresses.add(remoteAddress);
      return false;
    },
    takeWithheld() {
      const withheld: Withheld[] = [];
      for (const [message, kind] of kinds) {
        if (kind.withheld === 0) continue;
        withheld.push({ message, count: kind.withheld, addresses: kind.addresses.size });
        kind.withheld = 0;
        kind.addresses.clear();
      }
      return withheld;
    },
  };
}
