import { keywordsByBlock } from '../../../server/keepalived/language/keywords/config-keywords.ts';
import {
  findContent,
  findWordRun,
  readWords,
  findNextNonBlank,
} from '../../../server/keepalived/language/tokens.ts';
import type { Word } from '../../../server/keepalived/language/tokens.ts';

/** A piece of a line that is shown in a colour of its own. Columns are 0-based, `end` exclusive. */
export interface Mark {
  kind:
    'keyword' | 'string' | 'number' | 'address' | 'variable' | 'condition' | 'brace' | 'comment';
  start: number;
  end: number;
}

/** What the lines before say of the next one. */
export interface LineState {
  /** How many blocks are open. */
  depth: number;
  /** A `$NAME= \` that goes on. */
  inDefinition: boolean;
}

export const startState: LineState = { depth: 0, inDefinition: false };

const knownKeywords = new Set([...keywordsByBlock.values()].flat());
const prefix = /@\^?\S*\s+|~(?:SEQ|LST)\([^)]*\)/y;
const definition = /\$[A-Za-z_]\w*=/y;
const include = /(include[rmwba]?)[ \t]+(\S.*)$/y;

/** The marks of one line, in their order, and the state for the next. */
export function markLine(text: string, state: LineState): { marks: Mark[]; next: LineState } {
  const { content, commentStart, trailingBackslash } = findContent(text);
  const comments: Mark[] =
    commentStart === undefined ? [] : [{ kind: 'comment', start: commentStart, end: text.length }];
  const start = findNextNonBlank(content, 0);
  if (state.inDefinition) {
    // keepalived ends it at a line that is empty, not at one that only has a comment.
    const inDefinition = text !== '' && (content === '' || trailingBackslash);
    const marks = readWords(content, findWordRun(content, 0)).flatMap(markValue);
    return { marks: [...marks, ...comments], next: { ...state, inDefinition } };
  }
  const marks: Mark[] = [];
  let column = start;
  for (let end = matchEnd(prefix, content, column); end !== undefined;) {
    marks.push({ kind: 'condition', start: column, end });
    column = findNextNonBlank(content, end);
    end = matchEnd(prefix, content, column);
  }
  const nameEnd = matchEnd(definition, content, column);
  if (nameEnd !== undefined) {
    marks.push({ kind: 'variable', start: column, end: nameEnd });
    const next = { ...state, inDefinition: trailingBackslash };
    marks.push(...readWords(content, findWordRun(content, nameEnd)).flatMap(markValue));
    return { marks: [...marks, ...comments], next };
  }
  const depth = markStatements(content, column, state.depth, marks);
  return { marks: [...marks, ...comments], next: { depth, inDefinition: false } };
}

/** Adds the marks from a column to the end of the content; returns how many blocks are open then. */
function markStatements(content: string, from: number, openBlocks: number, marks: Mark[]): number {
  include.lastIndex = from;
  const included = include.exec(content);
  if (included?.[1] !== undefined) {
    const pathStart = content.length - (included[2]?.length ?? 0);
    marks.push({ kind: 'keyword', start: from, end: from + included[1].length });
    marks.push({ kind: 'string', start: pathStart, end: content.length });
    return openBlocks;
  }
  let depth = openBlocks;
  for (let column = from; column < content.length;) {
    const run = findWordRun(content, column);
    const [keyword, ...values] = readWords(content, run);
    if (keyword !== undefined) {
      const isKeyword = !keyword.quoted && knownKeywords.has(keyword.text);
      marks.push(
        ...(isKeyword ? [{ kind: 'keyword' as const, ...placeOf(keyword) }] : markValue(keyword)),
      );
      marks.push(...values.flatMap(markValue));
    }
    const brace = content[run.stop];
    if (brace === '{' || brace === '}') {
      marks.push({ kind: 'brace', start: run.stop, end: run.stop + 1 });
    }
    if (brace === '{') depth += 1;
    if (brace === '}') depth = Math.max(0, depth - 1);
    column = run.stop + 1;
  }
  return depth;
}

function markValue(word: Word): Mark[] {
  const kind = kindOf(word);
  return kind === undefined ? [] : [{ kind, ...placeOf(word) }];
}

function kindOf({ text, quoted }: Word): Mark['kind'] | undefined {
  if (quoted) return 'string';
  if (text.includes('$')) return 'variable';
  if (/^[+-]?\d+(\.\d+)?$/.test(text)) return 'number';
  if (/^\d+(\.\d+){3}(\/\d+)?$|^[0-9a-f]*:[0-9a-f:.]*(\/\d+)?$/i.test(text)) return 'address';
  return undefined;
}

function placeOf({ start, end }: Word): { start: number; end: number } {
  return { start, end };
}

function matchEnd(pattern: RegExp, content: string, column: number): number | undefined {
  pattern.lastIndex = column;
  return pattern.test(content) ? pattern.lastIndex : undefined;
}
