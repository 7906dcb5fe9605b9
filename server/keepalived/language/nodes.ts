import type { Word } from './tokens.ts';

/**
 * Where a piece of the tree comes from. Only `plain` text can be edited: a `conditional` one stands
 * behind `@id`, a `substituted` one contains or came out of a `$NAME`, and of a `damaged` one
 * keepalived reads something else than one sees (an open quote, a backslash at the line's end).
 */
export type Origin = 'plain' | 'conditional' | 'substituted' | 'damaged';

export interface Statement {
  kind: 'statement';
  /** The file, in an assembled configuration. */
  path?: string | undefined;
  /** 1-based line of the keyword. */
  line: number;
  /** The keyword and its arguments; never empty. Read when they are first asked for. */
  readonly words: [Word, ...Word[]];
  origin: Origin;
  /** Present if a `{` follows, on the same line or a later one. */
  block: Block | undefined;
}

export interface Brace {
  line: number;
  /** 0-based column of the brace in its line. */
  column: number;
  origin: Origin;
}

export interface Block {
  open: Brace;
  /** Absent if the file ends before it is closed. */
  close: Brace | undefined;
  children: ConfigurationNode[];
}

export interface Include {
  kind: 'include';
  keyword: string;
  /** As written: a path or a pattern, relative to the including file. */
  pattern: string;
  line: number;
  path?: string | undefined;
  /** The files that it brings stand behind it, each as far as it has content. */
  isRead: boolean;
}

/**
 * Text that is left alone: `elsewhere` is an `@id` line that does not apply to this server, a
 * `condition` one of which that is not known; definitions, `~SEQ` and `~LST`.
 */
export interface Opaque {
  kind: 'opaque';
  reason: 'condition' | 'elsewhere' | 'definition' | 'sequence';
  line: number;
  /** Its first line, from the special character to the end. */
  text: string;
  path?: string | undefined;
}

export type ConfigurationNode = Statement | Include | Opaque;

export interface TreeProblem {
  code: 'unclosed-block' | 'extra-closing-brace' | 'stray-opening-brace' | 'unterminated-quote';
  line: number;
  path?: string;
  message: string;
}

/** What a configuration says, wherever it stands. */
export interface ConfigurationContent {
  children: ConfigurationNode[];
  problems: TreeProblem[];
}

/** One file, without what it includes: what can be edited. */
export interface ConfigurationTree extends ConfigurationContent {
  /** All of it, as it was read. */
  text: string;
  /** Offsets: the lines themselves would make the tree a seventh larger (measured). */
  lineStarts: number[];
  /** With which it was read; a tree is the options to read an edited text in the same way. */
  configurationId: string | undefined;
}
