import { sliceLine, findNextNonBlank } from '../../language/tokens.ts';
import type { Line, Word } from '../../language/tokens.ts';
import type { ConfigurationTree, Statement } from '../../language/tree.ts';

/** Replaces what stands between two offsets of the whole text. */
export interface TextEdit {
  start: number;
  end: number;
  replacement: string;
}

/** A place in a line, between two characters. */
export interface Position {
  /** 1-based. */
  line: number;
  /** 0-based. */
  column: number;
}

/** The tree's text with these changes, which must not overlap; all else stays byte for byte. */
export function applyTextEdits(tree: ConfigurationTree, changes: readonly TextEdit[]): string {
  const { text } = tree;
  const pieces: string[] = [];
  let done = 0;
  for (const { start, end, replacement } of changes.toSorted((a, b) => a.start - b.start)) {
    pieces.push(text.slice(done, start), replacement);
    done = end;
  }
  return pieces.join('') + text.slice(done);
}

export function lineAt({ text, lineStarts }: ConfigurationTree, number: number): Line {
  const start = lineStarts[number - 1];
  if (start === undefined) throw new RangeError(`line ${number} is not in this tree`);
  return sliceLine(text, start, lineStarts[number] ?? text.length);
}

export function getIndent(line: Line): string {
  return line.text.slice(0, findNextNonBlank(line.text, 0));
}

/** Replaces a word, quotes included, or the words from it to another one of the same line. */
export function replaceWords(
  tree: ConfigurationTree,
  line: number,
  { first, last = first }: { first: Word; last?: Word },
  replacement: string,
): TextEdit {
  const { start, text } = lineAt(tree, line);
  // Words may touch where one is quoted (`interface"eth0"`); the new one may not be.
  const before = first.start > 0 && !/[ \t{}]/.test(text.charAt(first.start - 1)) ? ' ' : '';
  const after = text.charAt(last.end) === '"' ? ' ' : '';
  return {
    start: start + first.start,
    end: start + last.end,
    replacement: before + replacement + after,
  };
}

/**
 * Adds lines right after a position. Where something follows in the position's own line, it moves
 * to a line of its own: two statements cannot share one.
 */
export function insertLines(
  tree: ConfigurationTree,
  after: Position,
  newLines: readonly string[],
): TextEdit {
  const line = lineAt(tree, after.line);
  const ending = dominantEnding(tree);
  const rest = line.text.slice(findNextNonBlank(line.text, after.column));
  if (rest === '' || /^[!#]/.test(rest)) {
    const next = line.start + line.text.length + line.ending.length;
    const opening = line.ending === '' ? ending : '';
    const closing = line.ending === '' ? '' : ending;
    return { start: next, end: next, replacement: opening + newLines.join(ending) + closing };
  }
  const start = line.start + after.column;
  const end = line.start + line.text.length - rest.length;
  return { start, end, replacement: ['', ...newLines, getIndent(line)].join(ending) };
}

/**
 * Removes a statement, with its block if it has one. Where nothing else shares its lines they
 * disappear whole, and its own comment with them.
 */
export function removeStatement(tree: ConfigurationTree, statement: Statement): TextEdit {
  const first = lineAt(tree, statement.line);
  const start = statement.words[0].start;
  const end = getEndPosition(statement);
  const last = lineAt(tree, end.line);
  const rest = last.text.slice(findNextNonBlank(last.text, end.column));
  if (findNextNonBlank(first.text, 0) === start && (rest === '' || /^[!#]/.test(rest))) {
    const next = last.start + last.text.length + last.ending.length;
    return { start: first.start, end: next, replacement: '' };
  }
  return { start: first.start + start, end: last.start + end.column, replacement: '' };
}

/** Right behind a statement's last word or its closing brace. */
export function getEndPosition(statement: Statement): Position {
  const close = statement.block?.close;
  if (close !== undefined) return { line: close.line, column: close.column + 1 };
  const lastWord = statement.words.at(-1) ?? statement.words[0];
  return { line: statement.line, column: lastWord.end };
}

function dominantEnding({ text, lineStarts }: ConfigurationTree): string {
  const crlf = text.split('\r\n').length - 1;
  return crlf * 2 > lineStarts.length ? '\r\n' : '\n';
}
