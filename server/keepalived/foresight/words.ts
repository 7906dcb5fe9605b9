/** `a`, `a and b`, `a, b and c`. */
export function joinWords(words: readonly string[]): string {
  const last = words.at(-1) ?? 'no virtual IP';
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} and ${last}`;
}

/** A time that was computed, not measured: `about 3.6 s`. */
export function aboutSeconds(durationMs: number): string {
  return `about ${(durationMs / 1_000).toFixed(1)} s`;
}
