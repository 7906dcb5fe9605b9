/**
 * Escapes what hides, moves or colours text, or would begin a line: the characters below U+0020 but the
 * newline at the end, DEL and C1 (which holds the one-byte ANSI introducer), line separators,
 * bidirectional controls. Within a JSON string, the only place where they can stand in JSON of ours, the
 * escape means the same.
 * @param line one line, with its newline or without
 */
export function escapeInvisible(line: string): string {
  return line.replace(
    /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu,
    (character, at: number) =>
      character === '\n' && at === line.length - 1
        ? character
        : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
