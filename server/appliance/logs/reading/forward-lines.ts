import { type FoundLine, type LineFinder, limitLine, lineFeed } from './find-lines.ts';

export interface LineBatch {
  lines: FoundLine[];
  /** Up to here every whole line was looked at. */
  end: number;
  /** Whether the only line of this batch has no end (yet); the last batch may be so. */
  unfinished: boolean;
}

/**
 * The lines that `find` finds, oldest first, those of one chunk at a time.
 * @param offset where the first chunk begins: the start of a line
 */
export async function* readLinesForwards(
  chunks: AsyncIterable<Buffer>,
  offset: number,
  find: LineFinder,
): AsyncGenerator<LineBatch, void, undefined> {
  let position = offset;
  let lineStart = offset;
  /** The start of a line that is not finished, as much as is shown of it. */
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    const firstFeed = chunk.indexOf(lineFeed);
    if (firstFeed === -1) {
      rest = Buffer.from(limitLine(Buffer.concat([rest, limitLine(chunk)])));
      position += chunk.length;
      continue;
    }
    const afterFirst = firstFeed + 1;
    const lastFrom = chunk.lastIndexOf(lineFeed) + 1;
    const lines = [
      ...find(Buffer.concat([rest, chunk.subarray(0, afterFirst)]), lineStart),
      ...find(chunk.subarray(afterFirst, lastFrom), position + afterFirst),
    ];
    lineStart = position + lastFrom;
    rest = Buffer.from(limitLine(chunk.subarray(lastFrom)));
    position += chunk.length;
    yield { lines, end: lineStart, unfinished: false };
  }
  if (rest.length > 0) yield { lines: find(rest, lineStart), end: lineStart, unfinished: true };
}
