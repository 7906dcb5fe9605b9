import { findContent } from './tokens.ts';

/** keepalived's own line buffer: a substitution that would exceed it is not made. */
const maximumLineLength = 1023;
const maximumPasses = 16;
/** Definitions multiply text; a file may not make this program do so without end. */
const expansionBudget = 4 * 1024 * 1024;

const definitionStart = /\$([A-Za-z_][A-Za-z0-9_]*)=[ \t]*/y;
// A bare `$NAME` needs one of these ends; `${NAME}` may stand anywhere.
const reference = /\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*)(?=[ \t,)]|$))/g;

interface Definition {
  lines: string[];
  multiLine: boolean;
}

/** The `$NAME=value` definitions met so far, and what references to them stand for. */
export class Definitions {
  readonly #byName = new Map<string, Definition>();
  /** The multi-line definition that the coming lines still belong to. */
  #open: Definition | undefined;
  #budget = expansionBudget;

  constructor(configurationId: string | undefined) {
    this.#byName.set('_HASH', { lines: ['#'], multiLine: false });
    this.#byName.set('_BANG', { lines: ['!'], multiLine: false });
    if (configurationId !== undefined) {
      this.#byName.set('_INSTANCE', { lines: [configurationId], multiLine: false });
    }
  }

  get awaitsMoreLines(): boolean {
    return this.#open !== undefined;
  }

  /** Takes a definition at `column` of a line's content; false if there is none. */
  define(content: string, column: number): boolean {
    definitionStart.lastIndex = column;
    const name = definitionStart.exec(content)?.[1];
    if (name === undefined) return false;
    const value = content.slice(definitionStart.lastIndex);
    const definition = { lines: [], multiLine: value.endsWith('\\') };
    this.#byName.set(name, definition);
    this.#open = definition;
    this.addLine(value);
    return true;
  }

  /** Adds a line to the open definition, which ends with the first line that does not continue. */
  addLine(content: string): void {
    const continues = content.endsWith('\\');
    const text = continues ? content.slice(0, -1).trimEnd() : content;
    if (text !== '') this.#open?.lines.push(text);
    if (!continues) this.endDefinition();
  }

  endDefinition(): void {
    this.#open = undefined;
  }

  /**
   * The lines that `text` becomes when its references are replaced, each without a comment;
   * undefined if nothing in it is known. A multi-line definition counts only at the end of the text.
   */
  expand(text: string): string[] | undefined {
    let current = text;
    let following: string[] = [];
    let changed = false;
    for (let pass = 0; pass < maximumPasses && current.length <= maximumLineLength; pass += 1) {
      const replaced = current.replace(reference, (whole, braced, bare, offset: number) => {
        const definition = this.#byName.get(String(braced ?? bare));
        if (definition === undefined) return whole;
        if (definition.multiLine) {
          const isLast = offset + whole.length === current.length;
          if (!isLast || !this.#spend(definition.lines.join('\n').length)) return whole;
          following = [...definition.lines.slice(1), ...following];
        }
        return definition.lines[0] ?? '';
      });
      if (replaced === current || replaced.length > maximumLineLength) break;
      if (!this.#spend(replaced.length)) break;
      changed = true;
      current = replaced;
    }
    if (!changed) return undefined;
    return [current, ...following].map((line) => findContent(line).content);
  }

  #spend(characters: number): boolean {
    this.#budget -= characters;
    return this.#budget >= 0;
  }
}
