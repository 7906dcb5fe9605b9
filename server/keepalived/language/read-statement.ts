import type { Block, Origin, Statement } from './nodes.ts';
import { type Word, readWords } from './tokens.ts';

/**
 * A statement whose words are read out of its line when they are first asked for. A file of 1 MiB
 * has a hundred thousand of them; to make and keep them all took three times as long as to find
 * where they stand (measured), and most questions are about some blocks only.
 */
export class ReadStatement implements Statement {
  readonly kind = 'statement';
  readonly line: number;
  readonly path: string | undefined;
  readonly origin: Origin;
  block: Block | undefined;
  readonly #content: string;
  readonly #start: number;
  readonly #end: number;
  #words: [Word, ...Word[]] | undefined;

  /**
   * @param place where its keyword stands
   * @param content the line's content, whose columns are those of the line
   * @param start where the keyword starts; there is one
   * @param end the column behind the last word
   */
  constructor(
    place: { line: number; path: string | undefined },
    origin: Origin,
    content: string,
    start: number,
    end: number,
  ) {
    this.line = place.line;
    this.path = place.path;
    this.origin = origin;
    this.#content = content;
    this.#start = start;
    this.#end = end;
  }

  get words(): [Word, ...Word[]] {
    const place = { start: this.#start, end: this.#end };
    this.#words ??= readWords(this.#content, place) as [Word, ...Word[]];
    return this.#words;
  }
}
