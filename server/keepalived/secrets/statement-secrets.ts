import type { LineWord } from './line-word.ts';
import { isSecretName } from './secret-names.ts';
import type { SecretRange } from './url-credentials.ts';
import { isBlank, readKeywordValue, skipSpaces } from './values.ts';

/**
 * The secret of a statement of keepalived's own that begins with this word: `auth_pass`, a key of
 * `auth_hmac` (2.4), the pass phrase of `SSL`, what `UDP_CHECK` sends; the definition of a `$NAME`
 * that is used for one; a password in a dump. From the keyword handlers of 2.2.7, 2.3.4 and 2.4.3.
 * @returns undefined: it begins none
 */
export function findStatementSecret(
  word: LineWord,
  isSecretDefinition: (name: string) => boolean,
): SecretRange[] | undefined {
  const mark = /^[-+#!]/.test(word.text) ? markLength(word) : 0;
  const text = word.text.slice(mark);
  const range =
    (text.startsWith('$') ? findDefinition(word, text, mark, isSecretDefinition) : undefined) ??
    findKeywordValue(word, text) ??
    findDumped(word, text);
  return range && [range];
}

/** Of a comment's mark, or of a difference's sign. */
function markLength({ text, start }: LineWord): number {
  const sign = start === 0 ? /^[-+ ]?/.exec(text)?.[0].length : 0;
  return /^[#!]+/.exec(text)?.[0].length ?? sign ?? 0;
}

function findKeywordValue({ line, end, ...word }: LineWord, text: string): SecretRange | undefined {
  const keyword = keywordOf(text);
  const isFirst = word.isFirst || /^\$\w+=/.test(text);
  switch (keyword) {
    case undefined:
      return undefined;
    case 'auth_pass':
      return word.previous === 'Truncating' ? undefined : readKeywordValue(line, end);
    case 'key':
      return isFirst ? readKey(line, end) : undefined;
    default: {
      const next = line[skipSpaces(line, end)];
      return isFirst && next !== '=' && next !== ':' ? readKeywordValue(line, end) : undefined;
    }
  }
}

/** Behind a `$NAME=` or whatever else parts words, too. */
function keywordOf(text: string): string | undefined {
  if (!/(?:pass|password|key|payload|reply)$/.test(text.slice(-8))) return undefined;
  return /(?:^|\W)(auth_pass|password|key|payload|require_reply)$/.exec(text.slice(-14))?.[1];
}

/** `key ID VALUE` of `auth_hmac`; `key FILE` of `SSL` is none, and neither is `key 1 file:/path`. */
function readKey(line: string, from: number): SecretRange | undefined {
  const id = /^"?[ \t]+(?:"[^"]*"|[^\s"{}]+|\$\{\w+\})(?=[ \t])/.exec(line.slice(from, from + 80));
  const range = id === null ? undefined : readKeywordValue(line, from + id[0].length);
  const start = range?.start ?? 0;
  return line.startsWith('file:', start) || /[#!]/.test(line.charAt(start)) ? undefined : range;
}

/** The whole value of `$NAME=`. */
function findDefinition(
  { line, start }: LineWord,
  text: string,
  mark: number,
  isSecretDefinition: (name: string) => boolean,
): SecretRange | undefined {
  const name = /^\$(\w+)/.exec(text)?.[1] ?? '';
  const equals = skipSpaces(line, start + mark + 1 + name.length);
  if (name === '' || line[equals] !== '=') return undefined;
  if (!isSecretDefinition(name) && !isSecretName(name)) return undefined;
  return toLineEnd(line, equals + 1);
}

/** `Password = …` of a dump, also where it was logged; `SSL password:…`, `Password : …` of 2.4. */
function findDumped({ line, end }: LineWord, text: string): SecretRange | undefined {
  const [, colon, sticky] = /^password(?:(:)(.*))?$/is.exec(text) ?? [];
  if (colon !== undefined) return toLineEnd(line, end - (sticky?.length ?? 0));
  if (!/^password$/i.test(text) || !isBlank(line[end])) return undefined;
  const sign = skipSpaces(line, end);
  return line[sign] === '=' || line[sign] === ':' ? toLineEnd(line, sign + 1) : undefined;
}

function toLineEnd(line: string, from: number): SecretRange | undefined {
  const start = skipSpaces(line, from);
  return line.length > start ? { start, end: line.length } : undefined;
}
