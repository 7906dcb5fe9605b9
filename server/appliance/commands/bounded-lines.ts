const lineFeed = 0x0a;

/** So much of a line is kept; the rest of it is dropped. An entry of the journal is far shorter. */
const longestLineBytes = 256 * 1024;

/**
 * The lines of what a command prints, each cut to a limit, so that one without an end fills no memory
 * (readline keeps all of it). In linear time, however small the chunks are.
 */
export async function* readBoundedLines(
  chunks: AsyncIterable<Buffer>,
  limitBytes = longestLineBytes,
): AsyncGenerator<string> {
  let parts: Buffer[] = [];
  let keptBytes = 0;
  const keep = (part: Buffer): void => {
    const kept = part.subarray(0, limitBytes - keptBytes);
    if (kept.length > 0) parts.push(kept);
    keptBytes += kept.length;
  };
  const takeLine = (): string => {
    const line = Buffer.concat(parts).toString();
    parts = [];
    keptBytes = 0;
    return line.endsWith('\r') ? line.slice(0, -1) : line;
  };
  for await (const chunk of chunks) {
    let from = 0;
    for (let at = chunk.indexOf(lineFeed); at !== -1; at = chunk.indexOf(lineFeed, from)) {
      keep(chunk.subarray(from, at));
      yield takeLine();
      from = at + 1;
    }
    keep(chunk.subarray(from));
  }
  if (keptBytes > 0) yield takeLine();
}
