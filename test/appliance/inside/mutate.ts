/** A damaged copy of a text, always the same for the same seed. */
export function mutate(text: string, seed: number): { what: string; text: string } {
  const random = createRandom(seed);
  const below = (limit: number): number => Math.floor(random() * limit);
  const lines = text.split('\n');
  const line = below(lines.length);
  const offset = below(text.length);
  const mutations: Record<string, () => string> = {
    'delete a line': () => lines.toSpliced(line, 1).join('\n'),
    'double a line': () => lines.toSpliced(line, 0, lines[line] ?? '').join('\n'),
    'swap the braces of a line': () =>
      lines
        .with(
          line,
          (lines[line] ?? '').replaceAll(/[{}]/g, (brace) => (brace === '{' ? '}' : '{')),
        )
        .join('\n'),
    'cut in the middle': () => text.slice(0, offset),
    'change a number': () => replaceNth(text, /\d+/g, below(40), () => String(below(400))),
    'insert random bytes': () =>
      text.slice(0, offset) +
      String.fromCharCode(...[1, 2, 3].map(() => below(256))) +
      text.slice(offset),
    'remove a brace': () => replaceNth(text, /[{}]/g, below(16), () => ''),
  };
  const names = Object.keys(mutations);
  const what = names[seed % names.length] ?? '';
  return { what: `${what} (${seed})`, text: mutations[what]?.() ?? text };
}

function replaceNth(text: string, pattern: RegExp, nth: number, by: () => string): string {
  let count = 0;
  return text.replaceAll(pattern, (found) => (count++ === nth ? by() : found));
}

/** mulberry32: small, and the same on every machine. */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
