/** The words of a line of `iptables-save`: only `"…"` quotes, and in it `\` protects one character. */
export function splitShellWords(line: string): string[] {
  return [...line.matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/g)].map(([, quoted, bare = '']) =>
    quoted === undefined ? bare : quoted.replaceAll(/\\(.)/g, '$1'),
  );
}
