import { type FindNext, createTextSearch } from './text-search.ts';

/** Every line that keepalived logs through a syslog has it in its tag, which some write small. */
const marker = 'eepalived';

/** A longer line is cut here; what follows of it is dropped. */
export const maxLineBytes = 16 * 1024;

/** A line's stamp, host and tag are in so much of it. */
export const stampBytes = 80;

export const lineFeed = 0x0a;

/** A line without its end, cut to `maxLineBytes`, and where in the log it begins. */
export interface FoundLine {
  offset: number;
  bytes: Buffer;
}

/** The lines of `text` that may be wanted, in order; `offset` is where the text begins. */
export type LineFinder = (text: Buffer, offset: number) => FoundLine[];

/**
 * Finds lines that may be keepalived's and contain `wanted` in upper or lower case. Whole blocks are
 * searched as bytes, so that a line that does not matter is neither cut out nor decoded; what is
 * found has still to be looked at.
 */
export function createLineFinder(wanted: string): LineFinder {
  const needle = findLongestAsciiPart(wanted);
  if (needle === '') {
    return (text, offset) => cutOut(text, offset, (from) => text.indexOf(marker, from));
  }
  const search = createTextSearch(needle);
  return (text, offset) =>
    cutOut(text, offset, search(text)).filter(({ bytes }) => bytes.includes(marker));
}

/** The same for a file that keepalived writes itself: every line is its own. */
export function createOwnLineFinder(wanted: string): LineFinder {
  const needle = findLongestAsciiPart(wanted);
  if (needle === '') return (text, offset) => cutOut(text, offset, (from) => from);
  const search = createTextSearch(needle);
  return (text, offset) => cutOut(text, offset, search(text));
}

export function limitLine(bytes: Buffer): Buffer {
  return bytes.subarray(0, maxLineBytes);
}

function cutOut(text: Buffer, offset: number, findNext: FindNext): FoundLine[] {
  const lines: FoundLine[] = [];
  let from = 0;
  for (;;) {
    const found = from >= text.length ? -1 : findNext(from);
    if (found === -1) return lines;
    const start = found === 0 ? 0 : text.lastIndexOf(lineFeed, found - 1) + 1;
    const feed = text.indexOf(lineFeed, found);
    const end = feed === -1 ? text.length : feed;
    lines.push({ offset: offset + start, bytes: limitLine(text.subarray(start, end)) });
    from = end + 1;
  }
}

/**
 * Other letters have several bytes, which do not follow each other in upper and lower case; and what
 * masks a secret (`********`, `…`), with its closing quotation mark, is not in the file.
 */
function findLongestAsciiPart(text: string): string {
  const parts = text.split(/[^\x20-\x7e]+'?|\*+"?/);
  return parts.reduce((longest, part) => (part.length > longest.length ? part : longest), '');
}
