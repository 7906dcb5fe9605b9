/** The file that a form was made from. */
export interface FormOrigin {
  tag: string | null;
  /** What a file with this tag said, where it is kept. */
  findText: (tag: string) => Promise<string | undefined>;
}
