import { createHash } from 'node:crypto';
import { type LogFile, isDamage, readAt, readText } from './log-files.ts';

/** So many bytes beside a place are remembered to know it again; a line's stamp and tag are in them. */
const markBytes = 64;
/** How long the packed files are searched for a place. */
const searchTimeMs = 3000;

/**
 * A place between two lines of a log. It is known again by the text beside it, so it outlives that
 * its file is renamed, copied and truncated, or packed.
 */
interface LogPlace {
  ino: number;
  offset: number;
  /** Length of the text that is remembered: of that after the place, or, negative, before it. */
  span: number;
  hash: string;
}

/** @param line the line that begins at the offset. */
export function createPlaceBefore(line: Buffer, offset: number, file: LogFile): string {
  const mark = line.subarray(0, markBytes);
  return writePlace({ ino: file.ino, offset, span: mark.length, hash: hash(mark) });
}

/** The place behind all that is in the (unpacked) file up to `offset`. */
export async function createPlaceAfter(file: LogFile, offset: number): Promise<string> {
  const mark = await readAt(file.handle, offset - markBytes, offset);
  return writePlace({ ino: file.ino, offset, span: -mark.length, hash: hash(mark) });
}

export interface FoundPlace {
  /** Of the file. */
  index: number;
  offset: number;
}

/**
 * Finds the place that a cursor names.
 * @returns undefined if it was not made here, or what it names is gone
 */
export async function findPlace(
  files: readonly LogFile[],
  cursor: string,
): Promise<FoundPlace | undefined> {
  const place = readPlace(cursor);
  if (!place) return undefined;
  const candidates = [...files.entries()].sort(
    ([, one], [, other]) => rank(one, place) - rank(other, place),
  );
  const deadlineMs = performance.now() + searchTimeMs;
  for (const [index, file] of candidates) {
    if (await isIn(file, place, deadlineMs)) return { index, offset: place.offset };
  }
  return undefined;
}

/** Which file a cursor was made in, if that is still the log's first one: its text is gone. */
export function isCursorOf(file: LogFile, cursor: string): boolean {
  return readPlace(cursor)?.ino === file.ino;
}

/** Where to look first: a packed file must be unpacked for it. */
function rank({ ino, isPacked }: LogFile, place: LogPlace): number {
  return ino === place.ino ? 0 : isPacked ? 2 : 1;
}

async function isIn(file: LogFile, place: LogPlace, deadlineMs: number): Promise<boolean> {
  const { offset, span } = place;
  // Nothing is remembered only of an empty file.
  if (span === 0) return !file.isPacked && file.ino === place.ino;
  const [from, to] = [Math.min(offset, offset + span), Math.max(offset, offset + span)];
  if (from < 0 || performance.now() > deadlineMs) return false;
  const found = await readText(file, from, to - from, deadlineMs).catch((error: unknown) => {
    if (isDamage(error)) return undefined;
    throw error;
  });
  return found !== undefined && hash(found) === place.hash;
}

function hash(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 16);
}

function writePlace({ ino, offset, span, hash: mark }: LogPlace): string {
  return Buffer.from([ino, offset, span, mark].join('.')).toString('base64url');
}

function readPlace(cursor: string): LogPlace | undefined {
  const text = Buffer.from(cursor, 'base64url').toString('latin1');
  const parts = /^(\d{1,20})\.(\d{1,15})\.(-?\d{1,2})\.([\da-f]{16})$/.exec(text);
  const [, ino, offset, span, mark = ''] = parts ?? [];
  if (!parts || Math.abs(Number(span)) > markBytes) return undefined;
  return { ino: Number(ino), offset: Number(offset), span: Number(span), hash: mark };
}
