import { listInWords } from '../words.ts';

/** Virtual IPs in words, also where there is none. */
export const joinWords = (words: readonly string[]): string =>
  words.length === 0 ? 'no virtual IP' : listInWords(words);

/** A time that was computed, not measured: `about 3.6 s`. */
export function formatApproximateSeconds(durationMs: number): string {
  return `about ${(durationMs / 1_000).toFixed(1)} s`;
}

/** Why a priority is not known. */
export function describeCauses(causes: readonly string[]): string {
  const names = [...new Set(causes)];
  return names.length === 0
    ? 'a part of the configuration that may change the priority cannot be read here'
    : `the priority depends on ${joinWords(names)}, whose result is not known yet`;
}
