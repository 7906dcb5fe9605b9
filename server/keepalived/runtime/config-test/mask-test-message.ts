import { keywordsByBlock } from '../../language/config-keywords.ts';

const knownKeywords = new Set([...keywordsByBlock.values()].flat());

/**
 * A message of `keepalived -t` without what could be a password. Some messages quote a whole line
 * or a value: of a line only its keyword stays, of a value nothing. A long message is cut, so the
 * closing quotation mark may be missing (measured).
 */
export function maskTestMessage(text: string): string {
  return text
    .replace(
      /^(Unterminated quote|Unmatched quote:|String) '(.*)$/s,
      (_, words: string, line: string) => `${words} '${keywordOf(line)}…'`,
    )
    .replace(/^(Unknown keyword '(?:auth_pass|password)).+$/s, "$1…'")
    .replace(/^(\(.*\) unknown authentication type) .*$/s, "$1 '…'")
    .replace(/^(Duplicate \S+ - overwriting) .*$/s, '$1 … with …')
    .replace(/^(Block \S+ has extra parameters) .*$/s, '$1 …');
}

function keywordOf(line: string): string {
  const word = /^\s*(\S+)\s/.exec(line)?.[1] ?? '';
  return knownKeywords.has(word) ? `${word} ` : '';
}
