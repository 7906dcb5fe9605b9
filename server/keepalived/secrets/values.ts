import type { SecretRange } from './url-credentials.ts';

export const isBlank = (character: string | undefined): boolean =>
  character === ' ' || character === '\t';

export const isQuote = (character: string | undefined): boolean =>
  character === '"' || character === "'" || character === '`';

export function skipSpaces(line: string, from: number): number {
  let at = from;
  while (isBlank(line[at])) at += 1;
  return at;
}

/** The quotation mark that stands before a column, with its backslash; empty: none. */
export function quoteBefore(line: string, column: number): string {
  const mark = line[column - 1];
  if (mark === undefined || !isQuote(mark)) return '';
  return line[column - 2] === '\\' ? `\\${mark}` : mark;
}

/**
 * The value that a program is given at a column: what is in its quotes, or the word. A quote that
 * is never closed goes to the line's end.
 * @param enclosing the quote that ends a value without one of its own; empty: a blank ends it
 */
export function readValue(line: string, at: number, enclosing = ''): SecretRange {
  const first = line.charAt(at);
  const mark = first === '\\' ? line.slice(at, at + 2) : first;
  if (isQuote(mark.at(-1))) {
    const start = at + mark.length;
    return { start, end: findClosing(line, mark, start) };
  }
  if (enclosing !== '') return { start: at, end: findClosing(line, enclosing, at) };
  let end = at;
  while (end < line.length && !/[\s"]/.test(line.charAt(end))) end += 1;
  if (line[end] === '"' && line[end - 1] === '\\' && end - 1 > at) end -= 1;
  return { start: at, end };
}

function findClosing(line: string, mark: string, from: number): number {
  for (let at = from; ;) {
    const found = line.indexOf(mark, at);
    if (found === -1) return line.length;
    if (mark.length === 2 || line[found - 1] !== '\\') return found;
    at = found + 1;
  }
}

/**
 * The value of one of keepalived's own keywords, up to the comment, the brace or the line's end:
 * keepalived takes the first word, but who wrote several meant them all, and who wrote `#` in or
 * before it did not mean a comment.
 * @param from the column behind the keyword, which may be quoted, and then needs no blank before the
 * value's quote (measured, 2.2.7)
 */
export function readKeywordValue(line: string, from: number): SecretRange | undefined {
  const behind = line[from] === '"' && isBlank(line[from + 1]) ? from + 1 : from;
  if (!isBlank(line[behind]) && line[behind] !== '"') return undefined;
  const start = skipSpaces(line, behind);
  const limit = line.length;
  let end = start;
  while (end < limit) {
    const character = line.charAt(end);
    if (character === '"') {
      const close = line.indexOf('"', end + 1);
      end = close === -1 ? limit : close + 1;
    } else if (isBlank(character)) {
      const next = skipSpaces(line, end);
      if ('#!{}'.includes(line.charAt(next))) break;
      end = next;
    } else if (character === '$' && line[end + 1] === '{') {
      const close = line.indexOf('}', end);
      end = close === -1 ? limit : close + 1;
    } else if (character === '{' || character === '}') break;
    else end += 1;
  }
  return end > start ? { start, end } : undefined;
}
