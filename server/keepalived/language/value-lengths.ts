/** Of any name of an interface; Linux allows 15. */
export const longestInterfaceName = 64;
/** Of a URL that is asked regularly. */
export const longestUrl = 2048;
/** Of an address with its prefix length and, in the settings, its options. */
export const longestAddress = 200;

/** Why a value is too long to be looked at any further; undefined: it is not. */
export function judgeLength(value: string, longest: number): string | undefined {
  return value.length > longest
    ? `Write at most ${longest} characters; these are ${value.length}.`
    : undefined;
}
