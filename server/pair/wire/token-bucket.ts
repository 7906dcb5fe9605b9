import type { Clock } from '../../shared/clock.ts';

export interface TokenBucket {
  /** @returns whether there was one */
  take(): boolean;
  isFull(): boolean;
}

/** @param most in one moment, after some rest */
export function createTokenBucket(
  perSecond: number,
  most: number,
  clock: Pick<Clock, 'monotonicMs'>,
): TokenBucket {
  let tokens = most;
  let countedAtMs = clock.monotonicMs();
  const count = () => {
    const nowMs = clock.monotonicMs();
    tokens = Math.min(most, tokens + ((nowMs - countedAtMs) / 1000) * perSecond);
    countedAtMs = nowMs;
  };
  return {
    take() {
      count();
      if (tokens < 1) return false;
      tokens -= 1;
      return true;
    },
    isFull() {
      count();
      return tokens === most;
    },
  };
}
