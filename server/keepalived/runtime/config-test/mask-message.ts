import { keywordsByBlock } from '../../language/keywords/config-keywords.ts';
import { maskDumpedArguments } from '../../secrets/dumped-commands.ts';
import { maskSecrets } from '../../secrets/mask-secrets.ts';

const knownKeywords = new Set([...keywordsByBlock.values()].flat());

/**
 * What keepalived printed or logged, without what could be a secret: with `--dump-conf` it logs its
 * whole configuration, passwords in clear (until 2.3), and some complaints about a line quote it, as
 * those of `-t` do (measured, 2.2.7). The place `(FILE: Line 3)` before it stays as it is.
 */
export function maskMessage(message: string): string {
  const place = /^\((?:.+: )?Line \d+\) /s.exec(message)?.[0] ?? '';
  const text = maskDumpedArguments(maskSecrets(message.slice(place.length)));
  return place + maskTestMessage(text);
}

/**
 * A message of `keepalived -t` without what could be a password. Some messages quote a whole line
 * or a value: of a line only its keyword stays, of a value nothing. A long message is cut, so the
 * closing quotation mark may be missing (measured).
 */
function maskTestMessage(text: string): string {
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
