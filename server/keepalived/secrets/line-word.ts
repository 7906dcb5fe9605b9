/** A word of a line, and what matters of what stands before it. */
export interface LineWord {
  line: string;
  start: number;
  end: number;
  text: string;
  /** Only blanks, a brace, a condition, a comment's mark or a difference's sign stand before it. */
  isFirst: boolean;
  /** The word before it. */
  previous: string;
  /** The program that was called before it on this line, if its options are known. */
  program: string | undefined;
}
