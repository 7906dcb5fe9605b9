/** `a`, `a and b`, `a, b and c`. */
export function joinWords(words: readonly string[]): string {
  const last = words.at(-1) ?? 'no virtual IP';
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} and ${last}`;
}

/** A time that was computed, not measured: `about 3.6 s`. */
export function aboutSeconds(durationMs: number): string {
  return `about ${(durationMs / 1_000).toFixed(1)} s`;
}

/** Why a priority is not known. */
export function describeCauses(causes: readonly string[]): string {
  const names = [...new Set(causes)];
  return names.length === 0
    ? 'a part of the configuration that may change the priority cannot be read here'
    : `the priority hangs on ${joinWords(names)}, and what that gives is not known yet`;
}
