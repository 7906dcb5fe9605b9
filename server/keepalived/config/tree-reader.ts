import { Definitions } from './definitions.ts';
import { findContent, scanWords, skipBlanks, splitLines } from './tokens.ts';
import type { Line, WordScan } from './tokens.ts';
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
/** A definition may lead to itself. */
const maximumExpansionDepth = 8;

const condition = /@(\^?)([^ \t]*)[ \t]+/y;
const sequence = /~(?:SEQ|LST)/y;
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

/** Reads one text line by line, in keepalived's own order of work; used once. */
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
    const lines = splitLines(text);
    for (const [index, line] of lines.entries()) this.#readLine(line, index + 1);
    for (const { owner } of [...this.#scopes, this.#scope]) {
      if (owner === undefined) continue;
      const keyword = owner.statement.words[0].text;
      this.#report('unclosed-block', owner.block.open.line, `“${keyword} {” is never closed.`);
    }
    return { lines, children, problems: this.#problems };
  }

  #readLine(line: Line, number: number): void {
    const { content, trailingBackslash, unterminatedQuote } = findContent(line.text);
    if (unterminatedQuote) this.#reportQuote(number);
    if (this.#definitions.awaitsMoreLines) {
      if (line.text === '') this.#definitions.endDefinition();
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
      if (content[column] === '@') {
        condition.lastIndex = column;
        const match = condition.exec(content);
        if (match === null || !this.#applies(match[1] === '^', match[2])) {
          this.#addOpaque('condition', place.line, content.slice(column));
          return;
        }
        column = condition.lastIndex;
        place = { ...place, origin: 'conditional' };
        continue;
      }
      if (this.#definitions.define(content, column)) {
        this.#addOpaque('definition', place.line, content.slice(column));
        return;
      }
      sequence.lastIndex = column;
      if (sequence.test(content)) {
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
      include.lastIndex = column;
      const included = include.exec(content);
      if (included?.[1] !== undefined && included[2] !== undefined) {
        this.#add({
          kind: 'include',
          keyword: included[1],
          pattern: included[2].replace(/^[ \t]+/, ''),
          line: place.line,
        });
        return;
      }
      column = this.#readSegment(content, column, place);
      if (column >= content.length) return;
    }
  }

  /** Reads a statement up to its brace or the end, and the brace; returns where to go on. */
  #readSegment(content: string, from: number, place: Place): number {
    const scan = scanWords(content, from);
    if (scan.unterminatedQuote && place.origin !== 'damaged') this.#reportQuote(place.line);
    const [keyword, ...rest] = scan.words;
    if (keyword !== undefined) {
      this.#pending = {
        kind: 'statement',
        line: place.line,
        words: [keyword, ...rest],
        origin: originOf(scan, place),
        block: undefined,
      };
      this.#add(this.#pending);
    }
    if (content[scan.stop] === '{') this.#open(scan.stop, place);
    else if (content[scan.stop] === '}') this.#close(scan.stop, place);
    return skipBlanks(content, scan.stop + 1);
  }

  #open(column: number, { line, origin }: Place): void {
    const statement = this.#pending;
    this.#pending = undefined;
    if (statement === undefined) {
      this.#scope.strayBraces += 1;
      this.#report('stray-opening-brace', line, 'This “{” follows no keyword.');
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
      this.#scope = this.#scopes.pop() ?? this.#scope;
    }
  }

  #applies(negated: boolean, id: string | undefined): boolean {
    if (this.#configurationId === undefined) return false;
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

function originOf(scan: WordScan, place: Place): Origin {
  if (place.origin !== 'plain') return place.origin;
  if (scan.unterminatedQuote) return 'damaged';
  return scan.words.some((word) => word.text.includes('$')) ? 'substituted' : 'plain';
}
