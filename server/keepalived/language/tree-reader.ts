import { Definitions } from './definitions.ts';
import type {
  Block,
  ConfigurationNode,
  ConfigurationTree,
  Opaque,
  Origin,
  Statement,
  TreeProblem,
} from './nodes.ts';
import { ReadStatement } from './read-statement.ts';
import { sliceLine, findContent, findLineStarts, findWordRun, findNextNonBlank } from './tokens.ts';
import type { WordRun } from './tokens.ts';

/** Enough to repair a file by; a file of braces only must not fill the memory with complaints. */
const maximumProblems = 100;
/** keepalived's own go four deep; whoever walks the tree must not run out of stack. */
const maximumDepth = 64;
/** A definition may lead to itself. */
const maximumExpansionDepth = 8;
/** A file may include itself, and each of its copies again. */
const maximumIncludeDepth = 16;
const maximumIncludedFiles = 1024;

const condition = /@(\^?)([^ \t]*)[ \t]+/y;
const include = /(include[rmwba]?)[ \t\f\v\r]+(.*)$/sy;

/** Where a text that is being read stands, and how it got there. */
interface Place {
  line: number;
  path: string | undefined;
  origin: Origin;
  expansionDepth: number;
}

interface Scope {
  children: ConfigurationNode[];
  /** Absent at the top level. */
  owner: { statement: Statement; block: Block } | undefined;
  /** Open braces that belong to no statement. */
  strayBraces: number;
}

/** A file that an include brings. */
export interface IncludedText {
  path: string;
  text: string;
}

/** The files of an include in keepalived's order; undefined: they are not known. */
export type FindIncluded = (
  includingPath: string,
  pattern: string,
) => readonly IncludedText[] | undefined;

/**
 * Reads one text line by line, in keepalived's own order of work; used once. What it keeps in the
 * tree are copies of the arrays that it filled: one that has grown has room for 17, and to collect
 * so much garbage took most of the time (measured).
 */
export class TreeReader {
  readonly #configurationId: string | undefined;
  readonly #definitions: Definitions;
  readonly #findIncluded: FindIncluded;
  readonly #problems: TreeProblem[] = [];
  readonly #scopes: Scope[] = [];
  #scope: Scope = { children: [], owner: undefined, strayBraces: 0 };
  /** The statement that a `{` would belong to. */
  #pending: Statement | undefined;
  /** The files that the line has included. */
  #included: readonly IncludedText[] = [];
  #includeDepth = 0;
  #includedFiles = 0;

  constructor(configurationId: string | undefined, findIncluded: FindIncluded = () => undefined) {
    this.#configurationId = configurationId;
    this.#definitions = new Definitions(configurationId);
    this.#findIncluded = findIncluded;
  }

  /** @param path of the file; undefined: it stands alone, and no include of it is read */
  read(text: string, path?: string): ConfigurationTree {
    const { children } = this.#scope;
    const lineStarts = this.#readLines(text, path);
    for (const { owner } of [...this.#scopes, this.#scope]) {
      if (owner === undefined) continue;
      const { words, path: file } = owner.statement;
      const place = { line: owner.block.open.line, path: file };
      this.#report('unclosed-block', place, `“${words[0].text} {” is never closed.`);
    }
    const configurationId = this.#configurationId;
    return { text, lineStarts, children, problems: this.#problems, configurationId };
  }

  #readLines(text: string, path: string | undefined): number[] {
    const lineStarts = findLineStarts(text);
    for (let number = 1; number <= lineStarts.length; number += 1) {
      const [start = 0, next = text.length] = [lineStarts[number - 1], lineStarts[number]];
      this.#readLine(sliceLine(text, start, next).text, { line: number, path });
      if (this.#included.length > 0) this.#readIncluded();
    }
    return lineStarts;
  }

  /** As keepalived does: it goes on in a file when the line that includes it is done. */
  #readIncluded(): void {
    const files = this.#included;
    this.#included = [];
    this.#includeDepth += 1;
    for (const { text, path } of files) this.#readLines(text, path);
    this.#includeDepth -= 1;
  }

  #readLine(line: string, at: Pick<Place, 'line' | 'path'>): void {
    const { content, trailingBackslash, unterminatedQuote } = findContent(line);
    if (unterminatedQuote) this.#reportQuote(at);
    if (this.#definitions.awaitsMoreLines) {
      if (line === '') this.#definitions.endDefinition();
      else if (content !== '')
        this.#definitions.addLine(content.slice(findNextNonBlank(content, 0)));
      return;
    }
    const origin = unterminatedQuote || trailingBackslash ? 'damaged' : 'plain';
    this.#readContent(content, { line: at.line, path: at.path, origin, expansionDepth: 0 });
  }

  #readContent(content: string, at: Place): void {
    let column = findNextNonBlank(content, 0);
    let place = at;
    let mayExpand = at.expansionDepth < maximumExpansionDepth && content.includes('$');
    for (;;) {
      const first = content[column];
      if (first === '@') {
        condition.lastIndex = column;
        const match = condition.exec(content);
        const applies = match === null ? undefined : this.#applies(match[1] === '^', match[2]);
        if (applies !== true) {
          const reason = applies === false ? 'elsewhere' : 'condition';
          this.#addOpaque(reason, place, content.slice(column));
          return;
        }
        column = condition.lastIndex;
        place = { ...place, origin: 'conditional' };
        continue;
      }
      if (first === '$' && this.#definitions.define(content, column)) {
        this.#addOpaque('definition', place, content.slice(column));
        return;
      }
      if (content.startsWith('~SEQ', column) || content.startsWith('~LST', column)) {
        this.#addOpaque('sequence', place, content.slice(column));
        return;
      }
      if (mayExpand) {
        mayExpand = false;
        const lines = this.#definitions.expand(content.slice(column));
        if (lines !== undefined) {
          const expansionDepth = place.expansionDepth + 1;
          for (const line of lines) {
            this.#readContent(line, { ...place, origin: 'substituted', expansionDepth });
          }
          return;
        }
      }
      if (content.startsWith('include', column) && this.#include(content, column, place)) return;
      column = this.#readSegment(content, column, place);
      if (column >= content.length) return;
    }
  }

  /** Takes an include; false if there is none. */
  #include(content: string, column: number, { line, path }: Place): boolean {
    include.lastIndex = column;
    const [, keyword, written] = include.exec(content) ?? [];
    if (keyword === undefined || written === undefined) return false;
    const pattern = written.replace(/^[ \t]+/, '');
    const files = path === undefined ? undefined : this.#findFiles(path, pattern);
    // Of several that one definition brings, keepalived reads the last one first.
    if (files) this.#included = [...files, ...this.#included];
    this.#add({ kind: 'include', keyword, pattern, line, path, isRead: files !== undefined });
    return true;
  }

  #findFiles(path: string, pattern: string): readonly IncludedText[] | undefined {
    if (this.#includeDepth >= maximumIncludeDepth) return undefined;
    const files = this.#findIncluded(path, pattern);
    if (!files || this.#includedFiles + files.length > maximumIncludedFiles) return undefined;
    this.#includedFiles += files.length;
    return files;
  }

  /** Reads a statement up to its brace or the end, and the brace; returns where to go on. */
  #readSegment(content: string, from: number, place: Place): number {
    const run = findWordRun(content, from);
    const { start, end, stop } = run;
    if (run.unterminatedQuote && place.origin !== 'damaged') this.#reportQuote(place);
    if (start < end) {
      const origin = originOf(content, run, place);
      this.#pending = new ReadStatement(place, origin, content, start, end);
      this.#add(this.#pending);
    }
    if (content[stop] === '{') this.#open(stop, place);
    else if (content[stop] === '}') this.#close(stop, place);
    return findNextNonBlank(content, stop + 1);
  }

  #open(column: number, place: Place): void {
    const { line, origin } = place;
    const statement = this.#pending;
    this.#pending = undefined;
    const isTooDeep = this.#scopes.length >= maximumDepth;
    if (statement === undefined || isTooDeep) {
      this.#scope.strayBraces += 1;
      const why = isTooDeep ? `is in more than ${maximumDepth} blocks` : 'follows no keyword';
      this.#report('stray-opening-brace', place, `This “{” ${why}.`);
      return;
    }
    const block = { open: { line, column, origin }, close: undefined, children: [] };
    statement.block = block;
    this.#scopes.push(this.#scope);
    this.#scope = { children: block.children, owner: { statement, block }, strayBraces: 0 };
  }

  #close(column: number, place: Place): void {
    const { line, origin } = place;
    this.#pending = undefined;
    const { owner } = this.#scope;
    if (this.#scope.strayBraces > 0) {
      this.#scope.strayBraces -= 1;
    } else if (owner === undefined) {
      this.#report('extra-closing-brace', place, 'This “}” closes nothing.');
    } else {
      owner.block.close = { line, column, origin };
      owner.block.children = this.#scope.children.slice();
      this.#scope = this.#scopes.pop() ?? this.#scope;
    }
  }

  /** Undefined: that is not known. */
  #applies(negated: boolean, id: string | undefined): boolean | undefined {
    if (this.#configurationId === undefined) return undefined;
    return (id === this.#configurationId) !== negated;
  }

  #add(node: ConfigurationNode): void {
    this.#scope.children.push(node);
  }

  #addOpaque(reason: Opaque['reason'], { line, path }: Place, text: string): void {
    this.#add({ kind: 'opaque', reason, line, path, text });
  }

  #reportQuote(place: Pick<Place, 'line' | 'path'>): void {
    this.#report('unterminated-quote', place, 'A double quote has no partner on this line.');
  }

  #report(
    code: TreeProblem['code'],
    { line, path }: Pick<Place, 'line' | 'path'>,
    message: string,
  ): void {
    if (this.#problems.length >= maximumProblems) return;
    this.#problems.push({ code, line, message, ...(path === undefined ? {} : { path }) });
  }
}

function originOf(content: string, run: WordRun, place: Place): Origin {
  if (place.origin !== 'plain') return place.origin;
  if (run.unterminatedQuote) return 'damaged';
  return content.slice(run.start, run.end).includes('$') ? 'substituted' : 'plain';
}
