import { findWordSecret } from './argument-secrets.ts';
import type { LineWord } from './line-word.ts';
import { findProgramWithSecrets } from './secret-options.ts';
import { findStatementSecret } from './statement-secrets.ts';
import { findUrlCredentials } from './url-credentials.ts';
import type { SecretRange } from './url-credentials.ts';
import { isBlank } from './values.ts';

/**
 * Where the secrets of one line stand: values of keepalived's keywords, credentials in URLs and in
 * the arguments of programs. In linear time: what was found is not looked at again.
 * @param line without blanks at its end
 * @param isSecretDefinition whether a `$NAME` is used where a secret stands
 */
export function findLineSecrets(
  line: string,
  isSecretDefinition: (name: string) => boolean,
): SecretRange[] {
  const ranges: SecretRange[] = [];
  let [previous, isFirst, at]: [string, boolean, number] = ['', true, 0];
  let program: string | undefined;
  while (at < line.length) {
    if (isSeparator(line, at)) {
      if (!isBlank(line[at])) isFirst = isFirst || line[at] === '{' || line[at] === '}';
      at += 1;
      continue;
    }
    const word = readWord(line, at, { isFirst, previous, program });
    const found = findStatementSecret(word, isSecretDefinition) ?? findWordSecret(word);
    ranges.push(...found);
    if (word.text.includes('@') || word.text.includes('://')) {
      ranges.push(...findUrlCredentials(word.text, word.start));
    }
    program = findProgramWithSecrets(word.text) ?? program;
    isFirst &&= /^(?:[#!+-]+|@\S*)$/.test(word.text);
    previous = word.text;
    at = Math.max(word.end, found.at(-1)?.end ?? 0);
  }
  return ranges;
}

function readWord(
  line: string,
  start: number,
  before: Pick<LineWord, 'isFirst' | 'previous' | 'program'>,
): LineWord {
  let end = start + 1;
  while (end < line.length && !isSeparator(line, end)) end += 1;
  const { isFirst, previous, program } = before;
  return { line, start, end, text: line.slice(start, end), isFirst, previous, program };
}

/** Braces part statements; those of `${NAME}` do not. */
function isSeparator(line: string, at: number): boolean {
  // By codes, as in tokens.ts: a regular expression for each character took half of the time.
  switch (line.charCodeAt(at)) {
    case 0x7b:
      return line[at - 1] !== '$';
    case 0x7d:
      return !isReferenceEnd(line, at);
    case 0x20:
    case 0x22:
    case 0x27:
    case 0x60:
    case 0xa0:
      return true;
    default:
      return line.charCodeAt(at) <= 0x1f;
  }
}

const longestName = 64;

function isReferenceEnd(line: string, at: number): boolean {
  let start = at - 1;
  while (start > at - longestName && /\w/.test(line.charAt(start))) start -= 1;
  return line[start] === '{' && line[start - 1] === '$';
}
