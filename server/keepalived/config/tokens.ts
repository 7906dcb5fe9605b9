/**
 * Lines, comments and words of keepalived's configuration language, each with its place.
 * The rules are those of `lib/parser.c` 2.2.7, measured with `keepalived -t`.
 */

/** keepalived reads lines in pieces of this size; the rest becomes a line of its own (measured). */
export const maximumLineBytes = 1023;

export interface Line {
  /** The line without its ending. */
  text: string;
  /** `\n`, `\r\n`, or nothing at the end of the file. */
  ending: string;
  /** Offset of its first character in the file. */
  start: number;
}

export interface Word {
  /** What keepalived reads: without quotes, with `\#` and `\!` resolved. */
  text: string;
  /** Columns in the line, 0-based, quotes included; `end` is exclusive. */
  start: number;
  end: number;
  quoted: boolean;
}

/** Splits at `\n`, as keepalived does; carriage returns before it belong to the ending. */
export function splitLines(text: string): Line[] {
  const lines: Line[] = [];
  for (let start = 0; start < text.length;) {
    const newline = text.indexOf('\n', start);
    const next = newline === -1 ? text.length : newline + 1;
    let end = newline === -1 ? text.length : newline;
    while (end > start && text[end - 1] === '\r') end -= 1;
    lines.push({ text: text.slice(start, end), ending: text.slice(end, next), start });
    start = next;
  }
  return lines;
}

export interface Content {
  /** The line without its comment and trailing blanks; columns are those of the line. */
  content: string;
  /**
   * Whether the line ends in a backslash. It continues only a `$X=` definition; elsewhere
   * keepalived glues it to the last word, even from within a comment (measured).
   */
  trailingBackslash: boolean;
  unterminatedQuote: boolean;
  /** Column of the `!` or `#` that starts the comment. */
  commentStart: number | undefined;
}

/**
 * Finds a line's content: `!` and `#` start a comment anywhere, even inside a word, unless in
 * double quotes or after a backslash.
 */
export function findContent(text: string): Content {
  const special = /[!#"\\]/g;
  let commentStart: number | undefined;
  let unterminatedQuote = false;
  let trailingBackslash = false;
  for (let match = special.exec(text); match !== null; match = special.exec(text)) {
    if (match[0] === '\\') {
      trailingBackslash = match.index === text.length - 1;
      special.lastIndex = match.index + 2;
    } else if (commentStart === undefined) {
      if (match[0] === '"') unterminatedQuote = !unterminatedQuote;
      else if (!unterminatedQuote) commentStart = match.index;
    }
  }
  let end = commentStart ?? text.length - (trailingBackslash ? 1 : 0);
  while (end > 0 && isBlank(text, end - 1)) end -= 1;
  const content = text.slice(0, end) + (trailingBackslash ? '\\' : '');
  return { content, trailingBackslash, unterminatedQuote, commentStart };
}

export interface WordScan {
  words: Word[];
  /** Column of the brace that ended the scan, or the content's length. */
  stop: number;
  /** A `"` without its partner: keepalived drops it and the rest of the line. */
  unterminatedQuote: boolean;
}

/** Reads words from `from` until a brace outside quotes or the end of the content. */
export function scanWords(content: string, from: number): WordScan {
  const piece = /[ \t\f\v\r\n]+|[{}]|"[^"]*"|[^ \t\f\v\r\n{}"]+|"/y;
  const words: Word[] = [];
  piece.lastIndex = from;
  for (let match = piece.exec(content); match !== null; match = piece.exec(content)) {
    const text = match[0];
    const start = match.index;
    if (text === '{' || text === '}') return { words, stop: start, unterminatedQuote: false };
    if (text === '"') return { words, stop: content.length, unterminatedQuote: true };
    if (text.startsWith('"')) {
      words.push({ text: text.slice(1, -1), start, end: piece.lastIndex, quoted: true });
    } else if (!/^[ \t\f\v\r\n]/.test(text)) {
      words.push({ text: unescapeComment(text), start, end: piece.lastIndex, quoted: false });
    }
  }
  return { words, stop: content.length, unterminatedQuote: false };
}

/** The first column at or after `from` that is no space or tab. */
export function skipBlanks(text: string, from: number): number {
  let column = from;
  while (column < text.length && isBlank(text, column)) column += 1;
  return column;
}

function isBlank(text: string, column: number): boolean {
  return text[column] === ' ' || text[column] === '\t';
}

function unescapeComment(word: string): string {
  return word.includes('\\')
    ? word.replace(/\\([^])/g, (pair, character: string) =>
        character === '#' || character === '!' ? character : pair,
      )
    : word;
}
