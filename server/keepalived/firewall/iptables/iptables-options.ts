/** An option of `iptables` with what stands behind it. */
export interface Option {
  /** The match that it belongs to; empty: it is one of iptables' own. */
  module: string;
  name: string;
  negated: boolean;
  values: string[];
}

/** Options with a text of somebody's own behind them, which may look like an option. */
const withText = new Set([
  ...['--comment', '--log-prefix', '--nflog-prefix', '--prefix', '--string', '--hex-string'],
  ...['--name', '--ulog-prefix', '--selctx', '--bytecode', '--hashlimit-name'],
]);

/** @param words of a rule, behind `-A CHAIN`. */
export function listOptions(words: readonly string[]): Option[] {
  const options: Option[] = [];
  let module = '';
  let negated = false;
  for (const [at, word] of words.entries()) {
    const isText = withText.has(words[at - 1] ?? '') && !withText.has(words[at - 2] ?? '');
    if (word === '!' && !isText) {
      negated = true;
    } else if (/^--?[a-z]/.test(word) && !isText) {
      if (word === '-m') module = words[at + 1] ?? '';
      options.push({ module, name: word, negated, values: [] });
      negated = false;
    } else {
      options.at(-1)?.values.push(word);
    }
  }
  return options;
}
