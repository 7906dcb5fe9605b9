/** In one block of text: where the wanted text is next, from a position on; -1 if it is nowhere. */
export type FindNext = (from: number) => number;

/**
 * Searches blocks of bytes for a text in upper or lower case.
 * @param wanted printable ASCII, not empty
 */
export function createTextSearch(wanted: string): (block: Buffer) => FindNext {
  // A literal, so it cannot run away; far faster than to search in lower case (measured).
  const pattern = new RegExp(wanted.replaceAll(/[^\w ]/g, '\\$&'), 'gi');
  const anchor = findAnchor(wanted);
  return (block) => {
    const findByPattern = createPatternSearch(block, pattern, wanted.length);
    return anchor ? createAnchorSearch(block, wanted, anchor, findByPattern) : findByPattern;
  };
}

/** What of a text is the same in upper and lower case, and so can be looked for as bytes. */
interface Anchor {
  bytes: Buffer;
  /** Where in the text it is. */
  offset: number;
}

function findAnchor(wanted: string): Anchor | undefined {
  let longest: RegExpExecArray | undefined;
  for (const part of wanted.matchAll(/[^a-z]{2,}/gi)) {
    if (part[0].length > (longest?.[0].length ?? 0)) longest = part;
  }
  return longest && { bytes: Buffer.from(longest[0]), offset: longest.index };
}

/** With more false finds than one in so many bytes, bytes are no faster than the pattern. */
const bytesForMiss = 4096;

/** A third of the pattern's time where the anchor is rare (measured); else the pattern goes on. */
function createAnchorSearch(
  block: Buffer,
  wanted: string,
  { bytes, offset }: Anchor,
  findByPattern: FindNext,
): FindNext {
  const lowerCase = wanted.toLowerCase();
  let missesLeft = Math.ceil(block.length / bytesForMiss);
  return (from) => {
    let position = from;
    while (missesLeft > 0) {
      const found = block.indexOf(bytes, position + offset);
      if (found === -1) return -1;
      const start = found - offset;
      const text = block.toString('latin1', start, start + wanted.length);
      if (text.toLowerCase() === lowerCase) return start;
      position = start + 1;
      missesLeft -= 1;
    }
    return findByPattern(position);
  };
}

/** So much is a string at a time: larger ones are made at a third of the speed (measured). */
const windowBytes = 64 * 1024;

function createPatternSearch(block: Buffer, pattern: RegExp, length: number): FindNext {
  let start = 0;
  let characters = '';
  return (from) => {
    for (let position = from; position < block.length; position = start + windowBytes) {
      if (characters === '' || position >= start + windowBytes) {
        start = position;
        // As latin1 a byte is a character, so a place in the one is that in the other.
        characters = block.toString('latin1', start, start + windowBytes + length - 1);
      }
      pattern.lastIndex = position - start;
      const found = pattern.exec(characters);
      if (found) return start + found.index;
    }
    return -1;
  };
}
