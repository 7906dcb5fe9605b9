import { Definitions } from './definitions.ts';
import { ReadStatement } from './read-statement.ts';
import { cutLine, findContent, findLineStarts, findWordRun, skipBlanks } from './tokens.ts';
import type { WordRun } from './tokens.ts';
import type {
  Block,
  ConfigurationNode,
  ConfigurationTree,
  Opaque,
  Origin,
  Statement,
  TreeProblem,
} from './tree.ts';

/** Enough to repair a file by; a file of braces only must not fill the memory with complaints. */
const maximumProblems = 100;
/** keepalived's own go four deep; whoever walks the tree must not run out of stack. */
const maximumDepth = 64;
/** A definition may lead to itself. */
const maximumExpansionDepth = 8;

const condition = /@(\^?)([^ \t]*)[ \t]+/y;
const include = /(include[rmwba]?)[ \t\f\v\r]+(.*)$/sy;

/** Where a text that is being read stands, and how it got there. */
interface Place {
  line: number;
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

/**
 * Reads one text line by line, in keepalived's own order of work; used once. What it keeps in the
 * tree are copies of the arrays that it filled: one that has grown has room for 17, and to collect
 * so much garbage took most of the time (measured).
 */
export class TreeReader {
  readonly #configurationId: string | undefined;
  readonly #definitions: Definitions;
  readonly #problems: TreeProblem[] = [];
  readonly #scopes: Scope[] = [];
  #scope: Scope = { children: [], owner: undefined, strayBraces: 0 };
  /** The statement that a `{` would belong to. */
  #pending: Statement | undefined;

  constructor(configurationId: string | undefined) {
    this.#configurationId = configurationId;
    this.#definitions = new Definitions(configurationId);
  }

  read(text: string): ConfigurationTree {
    const { children } = this.#scope;
    const lineStarts = findLineStarts(text);
    for (let number = 1; number <= lineStarts.length; number += 1) {
      const [start = 0, next = text.length] = [lineStarts[number - 1], lineStarts[number]];
      this.#readLine(cutLine(text, start, next).text, number);
    }
    for (const { owner } of [...this.#scopes, this.#scope]) {
      if (owner === undefined) continue;
      const keyword = owner.statement.words[0].text;
      this.#report('unclosed-block', owner.block.open.line, `“${keyword} {” is never closed.`);
    }
    const configurationId = this.#configurationId;
    return { text, lineStarts, children, problems: this.#problems, configurationId };
  }

  #readLine(line: string, number: number): void {
    const { content, trailingBackslash, unterminatedQuote } = findContent(line);
    if (unterminatedQuote) this.#reportQuote(number);
    if (this.#definitions.awaitsMoreLines) {
      if (line === '') this.#definitions.endDefinition();
      else if (content !== '') this.#definitions.addLine(content.slice(skipBlanks(content, 0)));
      return;
    }
    const origin = unterminatedQuote || trailingBackslash ? 'damaged' : 'plain';
    this.#readContent(content, { line: number, origin, expansionDepth: 0 });
  }

  #readContent(content: string, at: Place): void {
    let column = skipBlanks(content, 0);
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
          this.#addOpaque(reason, place.line, content.slice(column));
          return;
        }
        column = condition.lastIndex;
        place = { ...place, origin: 'conditional' };
        continue;
      }
      if (first === '$' && this.#definitions.define(content, column)) {
        this.#addOpaque('definition', place.line, content.slice(column));
        return;
      }
      if (content.startsWith('~SEQ', column) || content.startsWith('~LST', column)) {
        this.#addOpaque('sequence', place.line, content.slice(column));
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
  #include(content: string, column: number, { line }: Place): boolean {
    include.lastIndex = column;
    const [, keyword, pattern] = include.exec(content) ?? [];
    if (keyword === undefined || pattern === undefined) return false;
    this.#add({ kind: 'include', keyword, pattern: pattern.replace(/^[ \t]+/, ''), line });
    return true;
  }

  /** Reads a statement up to its brace or the end, and the brace; returns where to go on. */
  #readSegment(content: string, from: number, place: Place): number {
    const run = findWordRun(content, from);
    const { start, end, stop } = run;
    if (run.unterminatedQuote && place.origin !== 'damaged') this.#reportQuote(place.line);
    if (start < end) {
      const origin = originOf(content, run, place);
      this.#pending = new ReadStatement(place.line, origin, content, start, end);
      this.#add(this.#pending);
    }
    if (content[stop] === '{') this.#open(stop, place);
    else if (content[stop] === '}') this.#close(stop, place);
    return skipBlanks(content, stop + 1);
  }

  #open(column: number, { line, origin }: Place): void {
    const statement = this.#pending;
    this.#pending = undefined;
    const isTooDeep = this.#scopes.length >= maximumDepth;
    if (statement === undefined || isTooDeep) {
      this.#scope.strayBraces += 1;
      const why = isTooDeep ? `is in more than ${maximumDepth} blocks` : 'follows no keyword';
      this.#report('stray-opening-brace', line, `This “{” ${why}.`);
      return;
    }
    const block = { open: { line, column, origin }, close: undefined, children: [] };
    statement.block = block;
    this.#scopes.push(this.#scope);
    this.#scope = { children: block.children, owner: { statement, block }, strayBraces: 0 };
  }

  #close(column: number, { line, origin }: Place): void {
    this.#pending = undefined;
    const { owner } = this.#scope;
    if (this.#scope.strayBraces > 0) {
      this.#scope.strayBraces -= 1;
    } else if (owner === undefined) {
      this.#report('extra-closing-brace', line, 'This “}” closes nothing.');
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

  #addOpaque(reason: Opaque['reason'], line: number, text: string): void {
    this.#add({ kind: 'opaque', reason, line, text });
  }

  #reportQuote(line: number): void {
    this.#report('unterminated-quote', line, 'A double quote has no partner on this line.');
  }

  #report(code: TreeProblem['code'], line: number, message: string): void {
    if (this.#problems.length < maximumProblems) this.#problems.push({ code, line, message });
  }
}

function originOf(content: string, run: WordRun, place: Place): Origin {
  if (place.origin !== 'plain') return place.origin;
  if (run.unterminatedQuote) return 'damaged';
  return content.slice(run.start, run.end).includes('$') ? 'substituted' : 'plain';
}
