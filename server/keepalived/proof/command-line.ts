/**
 * The value of an option on keepalived's command line, as getopt_long(3) reads it: `-i VALUE`,
 * `-iVALUE`, `--config-id VALUE`, `--config-id=VALUE`. Undefined if it is not there.
 */
export function findOption(
  words: readonly string[],
  { short, long }: { short: string; long: string },
): string | undefined {
  for (const [index, word] of words.entries()) {
    if (word === short || word === long) return words[index + 1];
    if (word.startsWith(`${long}=`)) return word.slice(long.length + 1);
    if (word.startsWith(short) && !word.startsWith('--')) return word.slice(short.length);
  }
  return undefined;
}
