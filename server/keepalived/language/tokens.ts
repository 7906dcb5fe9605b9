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
  /** What keepalived reads: without quotes. */
  text: string;
  /** Columns in the line, 0-based, quotes included; `end` is exclusive. */
  start: number;
  end: number;
  quoted: boolean;
}

/** Where each line starts: keepalived splits at `\n`. */
export function findLineStarts(text: string): number[] {
  const starts: number[] = [];
  for (let start = 0; start < text.length;) {
    starts.push(start);
    const newline = text.indexOf('\n', start);
    start = newline === -1 ? text.length : newline + 1;
  }
  return starts;
}

/** The line from `start` to the next line; carriage returns before its `\n` belong to the ending. */
export function sliceLine(text: string, start: number, next: number): Line {
  let end = next;
  if (end > start && text.charCodeAt(end - 1) === codes.lineFeed) end -= 1;
  while (end > start && text.charCodeAt(end - 1) === codes.carriageReturn) end -= 1;
  return { text: text.slice(start, end), ending: text.slice(end, next), start };
}

export function splitLines(text: string): Line[] {
  return findLineStarts(text).map((start, index, starts) =>
    sliceLine(text, start, starts[index + 1] ?? text.length),
  );
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
  /** Column of the `!` or `#` that starts the comment, or of the backslash before it. */
  commentStart: number | undefined;
  /** That mark has a backslash before it. */
  hasEscapedMark: boolean;
}

/**
 * Finds a line's content: `!` and `#` start a comment anywhere, even inside a word, unless in double
 * quotes. A backslash saves one from keepalived's main process only: its copy of the file, which its
 * VRRP process reads, has the mark without the backslash (since 2.2.0; measured, 2.2.7).
 */
export function findContent(text: string): Content {
  let commentStart: number | undefined;
  let unterminatedQuote = false;
  let trailingBackslash = false;
  let hasEscapedMark = false;
  for (let column = 0; column < text.length; column += 1) {
    const code = text.charCodeAt(column);
    if (code === codes.backslash) {
      trailingBackslash = column === text.length - 1;
      const isMark = isCommentMark(text.charCodeAt(column + 1));
      if (isMark && !unterminatedQuote && commentStart === undefined) {
        commentStart = column;
        hasEscapedMark = true;
      }
      column += 1;
    } else if (commentStart === undefined) {
      if (code === codes.quote) unterminatedQuote = !unterminatedQuote;
      else if (!unterminatedQuote && isCommentMark(code)) commentStart = column;
    }
  }
  let end = commentStart ?? text.length - (trailingBackslash ? 1 : 0);
  while (end > 0 && isBlank(text.charCodeAt(end - 1))) end -= 1;
  const content = trailingBackslash ? `${text.slice(0, end)}\\` : text.slice(0, end);
  return { content, trailingBackslash, unterminatedQuote, commentStart, hasEscapedMark };
}

export interface WordRun {
  /** Column of the first word, and the one behind the last; `start` is `end` if there is none. */
  start: number;
  end: number;
  /** Column of the brace that ended the run, or the content's length. */
  stop: number;
  /** A `"` without its partner: keepalived drops it and the rest of the line. */
  unterminatedQuote: boolean;
}

/** Finds where the words from `from` to a brace outside quotes or the end of the content stand. */
export function findWordRun(content: string, from: number): WordRun {
  const start = skipSpaces(content, from);
  let column = start;
  for (; column < content.length; column += 1) {
    const code = content.charCodeAt(column);
    if (isBrace(code)) break;
    if (code !== codes.quote) continue;
    const close = content.indexOf('"', column + 1);
    if (close === -1) {
      return { start, end: column, stop: content.length, unterminatedQuote: true };
    }
    column = close;
  }
  return { start, end: column, stop: column, unterminatedQuote: false };
}

/** Reads the words of a run. */
export function readWords(content: string, { start, end }: Pick<WordRun, 'start' | 'end'>): Word[] {
  const words: Word[] = [];
  for (let from = start; from < end;) {
    const word = readWord(content, from);
    words.push(word);
    from = skipSpaces(content, word.end);
  }
  return words;
}

function readWord(content: string, start: number): Word {
  const quoted = content.charCodeAt(start) === codes.quote;
  const end = quoted ? content.indexOf('"', start + 1) + 1 : findWordEnd(content, start);
  const text = quoted ? content.slice(start + 1, end - 1) : content.slice(start, end);
  return { text, start, end, quoted };
}

/** The first column at or after `from` that is no space or tab. */
export function findNextNonBlank(text: string, from: number): number {
  let column = from;
  while (column < text.length && isBlank(text.charCodeAt(column))) column += 1;
  return column;
}

// Characters are told apart by their codes: regular expressions make an object for every match.
const codes = {
  tab: 0x09,
  lineFeed: 0x0a,
  carriageReturn: 0x0d,
  space: 0x20,
  exclamation: 0x21,
  quote: 0x22,
  hash: 0x23,
  backslash: 0x5c,
  openingBrace: 0x7b,
  closingBrace: 0x7d,
} as const;

function isBlank(code: number): boolean {
  return code === codes.space || code === codes.tab;
}

/** As `isspace` of C has it. */
function isSpace(code: number): boolean {
  return code === codes.space || (code >= codes.tab && code <= codes.carriageReturn);
}

function isBrace(code: number): boolean {
  return code === codes.openingBrace || code === codes.closingBrace;
}

function isCommentMark(code: number): boolean {
  return code === codes.exclamation || code === codes.hash;
}

function skipSpaces(content: string, from: number): number {
  let column = from;
  while (column < content.length && isSpace(content.charCodeAt(column))) column += 1;
  return column;
}

function findWordEnd(content: string, from: number): number {
  for (let column = from; column < content.length; column += 1) {
    const code = content.charCodeAt(column);
    if (isSpace(code) || isBrace(code) || code === codes.quote) return column;
  }
  return content.length;
}
