/**
 * 1.3 says `VRRP_Instance(VI_1) Entering …` and `(VI_1): invalid ttl …` where later releases say
 * `(VI_1) …`: the catalogue knows the later form only.
 */
export function modernizePrefix(message: string): string {
  return message
    .replace(/^VRRP_Instance(?=\()/, '')
    .replace(/^(\((?!Line )[^()]*\)):(?= )/, '$1')
    .replace(/^(VRRP_Group\([^()]*\)):(?= )/, '$1');
}

const laterWords: Readonly<Record<string, string>> = {
  UP: 'up',
  DOWN: 'down',
  'timed out': 'timed_out',
};

/** What is asked by its word has one word only. */
export function useLaterWords(
  values: Readonly<Record<string, string | undefined>>,
): Record<string, string | undefined> {
  const { what } = values;
  return what === undefined ? { ...values } : { ...values, what: laterWords[what] ?? what };
}
