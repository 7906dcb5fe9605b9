import { findPower } from '../powers/keyword-powers.ts';
import { isShownToViewers } from './shown-words.ts';
import type { SecretRange } from './url-credentials.ts';
import { isBlank, isQuote, skipSpaces } from './values.ts';

/** Has a command, but does not run it: the one whose process is tracked. */
const namesCommand = new Set(['process']);

const secretWord =
  /pass(?:wor[dt]|wd|phrase|code)?\b|\bpwd\b|\bpw\b|secret|token|credential|\bkey\b|\bpin\b|login/i;

/**
 * What a viewer is not shown of a line of a configuration, besides what is known as a secret: the
 * arguments of commands and the values of definitions, but for those of a shape that is none; what a
 * comment says behind a word for a secret. `check.sh admin hunter2` bears no sign of being one. In
 * linear time.
 */
export function findHiddenFromViewers(line: string): SecretRange[] {
  const ranges: SecretRange[] = [];
  let at = /^[ \t+-]*/.exec(line)?.[0].length ?? 0;
  const isComment = /[#!]/.test(line.charAt(at));
  if (isComment) at = skipMarks(line, at);
  // Each pass begins a statement: the line's, or one behind a brace.
  while (at < line.length) {
    const end = findStatementEnd(line, at);
    if (!isComment && /[#!]/.test(line.charAt(end))) {
      hideStatement(line, at, end, ranges);
      hideInComment(line, end, ranges);
      return ranges;
    }
    hideStatement(line, at, end, ranges);
    at = end + 1;
  }
  if (isComment) hideInComment(line, skipMarks(line, 0), ranges);
  return ranges;
}

function skipMarks(line: string, from: number): number {
  let at = from;
  while (at < line.length && ' \t#!+-'.includes(line.charAt(at))) at += 1;
  return at;
}

/** The brace or the comment's mark that ends it, or the line's end. */
function findStatementEnd(line: string, from: number): number {
  let quote = '';
  for (let at = from; at < line.length; at += 1) {
    const character = line.charAt(at);
    if (character === '\\') at += 1;
    else if (quote !== '') quote = character === quote ? '' : quote;
    else if (character === '"') quote = character;
    else if (character === '$' && line[at + 1] === '{') at += 1;
    else if (character === '}' && /\$\{\w{1,64}$/.test(line.slice(Math.max(0, at - 66), at)))
      continue;
    else if ('{}#!'.includes(character)) return at;
  }
  return line.length;
}

function hideStatement(line: string, from: number, end: number, ranges: SecretRange[]): void {
  let at = skipSpaces(line, from);
  if (line[at] === '@') at = skipSpaces(line, findWordEnd(line, at, end));
  const [definition] = /^\$\w{1,64}[ \t]*=/.exec(line.slice(at, at + 80)) ?? [];
  if (definition !== undefined) at = skipSpaces(line, at + definition.length);
  const wordEnd = findWordEnd(line, at, end);
  const word = line.slice(at, wordEnd).replaceAll('"', '');
  const isCommand = findPower(word) === 'runs' || namesCommand.has(word);
  if (isCommand) hideWords(line, wordEnd, end, ranges, true);
  else if (definition !== undefined) hideWords(line, at, end, ranges, false);
  // A command without a keyword: in a comment, or where a definition goes on.
  else if (word.startsWith('/') && word.length > 1) hideWords(line, wordEnd, end, ranges, false);
}

function findWordEnd(line: string, from: number, limit: number): number {
  let at = from;
  while (at < limit && !isBlank(line[at])) at += 1;
  return at;
}

/**
 * @param hasProgram the first word is the program, which is shown, as is an option's name before
 * its `=`
 */
function hideWords(
  line: string,
  from: number,
  end: number,
  ranges: SecretRange[],
  hasProgram: boolean,
): void {
  let previous = '';
  let isProgram = hasProgram;
  for (let at = from; at < end;) {
    if (isBlank(line[at]) || line[at] === '"') {
      at += 1;
      continue;
    }
    const { start, next, stop } = readArgument(line, at, end);
    const word = line.slice(start, stop);
    const name = /^(?:--?)?[A-Za-z][\w-]{0,60}=/.exec(word)?.[0] ?? '';
    const value = word.slice(name.length);
    if (!isProgram && !isShownToViewers(value, name === '' ? previous : name.slice(0, -1))) {
      ranges.push({ start: start + name.length, end: stop });
    }
    isProgram = false;
    previous = word;
    at = next;
  }
}

/** An argument, without the quotes that a shell would take away. */
function readArgument(line: string, at: number, end: number) {
  const mark = line[at] === '\\' && isQuote(line[at + 1]) ? line.slice(at, at + 2) : line[at];
  if (mark !== undefined && isQuote(mark.at(-1))) {
    const start = at + mark.length;
    const found = line.indexOf(mark, start);
    const stop = found === -1 || found > end ? end : found;
    return { start, stop, next: Math.min(end, stop + mark.length) };
  }
  let stop = at;
  while (stop < end && !isBlank(line[stop]) && line[stop] !== '"') stop += 1;
  return { start: at, stop, next: stop };
}

function hideInComment(line: string, from: number, ranges: SecretRange[]): void {
  const found = secretWord.exec(line.slice(from));
  if (!found) return;
  const start = skipSpaces(line, from + found.index + found[0].length);
  if (start < line.length) ranges.push({ start, end: line.length });
}
