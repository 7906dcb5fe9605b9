import type { PairTiming } from './pair.ts';

export const pairTiming: PairTiming = {
  beatMs: 2_000,
  unheardMs: 5_000,
  silenceMs: 8_000,
  firstRetryMs: 250,
  longestRetryMs: 5_000,
  offerAfterMs: 1_000,
  authenticateMs: 5_000,
  dialMs: 5_000,
  newPairMs: 10_000,
  renewKeyMs: 365 * 24 * 60 * 60_000,
};
