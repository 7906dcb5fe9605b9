/** How many strangers are dealt with at a time, and in a second: each costs some arithmetic and a place. */
import type { Clock } from '../../shared/clock.ts';
import { createTokenBucket } from '../wire/token-bucket.ts';
import type { TokenBucket } from '../wire/token-bucket.ts';

export const mostStrangers = 8;
/** So that one address, such as one that pretends to be the other server, leaves room for others. */
const mostOfOneAddress = 4;
const perSecond = { all: 20, ofOneAddress: 5 };
const mostAtOnce = { all: 40, ofOneAddress: 20 };
const mostAddresses = 1_000;

export interface Admission {
  /** @returns to be called once it is known who it is, or it is gone; undefined: not now */
  admit(address: string): (() => void) | undefined;
}

export function createAdmission(clock: Pick<Clock, 'monotonicMs'>): Admission {
  const all = createTokenBucket(perSecond.all, mostAtOnce.all, clock);
  const addresses = new Map<string, { bucket: TokenBucket; strangers: number }>();
  let strangers = 0;

  const find = (address: string) => {
    const known = addresses.get(address);
    if (known) return known;
    if (addresses.size >= mostAddresses) {
      for (const [name, { bucket, strangers: there }] of addresses) {
        if (there === 0 && bucket.isFull()) addresses.delete(name);
      }
    }
    if (addresses.size >= mostAddresses) return undefined;
    const bucket = createTokenBucket(perSecond.ofOneAddress, mostAtOnce.ofOneAddress, clock);
    const made = { bucket, strangers: 0 };
    addresses.set(address, made);
    return made;
  };

  return {
    admit(address) {
      const one = find(address);
      if (!one || strangers >= mostStrangers || one.strangers >= mostOfOneAddress) return undefined;
      if (!one.bucket.take() || !all.take()) return undefined;
      strangers += 1;
      one.strangers += 1;
      let isOver = false;
      return () => {
        if (isOver) return;
        isOver = true;
        strangers -= 1;
        one.strangers -= 1;
      };
    },
  };
}
