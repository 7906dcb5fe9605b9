import { z } from 'zod';
import { UserError } from './errors.ts';
import { version } from './version.ts';

/**
 * The format of the files in the state folder that this program reads and writes.
 * 1: they name none (up to November 2026) · 2: the same content, and each file names its format.
 * Raise it when a file changes so that the program before would misread it, and read the older ones.
 */
export const stateFormat = 2;

/** What a JSON file of the state folder, or the first line of JSON lines, says of itself. */
const formatSchema = z.looseObject({ format: z.int().min(1) });

/** The format that a value names; undefined: it names none, as in format 1. */
export function findFormat(value: unknown): number | undefined {
  const parsed = formatSchema.safeParse(value);
  return parsed.success ? parsed.data.format : undefined;
}

/** Puts the format before everything else, so that it is the first thing that one reads. */
export function withFormat<Content extends object>(content: Content) {
  return { format: stateFormat, ...content };
}

/**
 * @param path of the file, for the sentence
 * @param format that it names; undefined: none
 * @throws {UserError} `state-newer`: a newer program wrote it
 */
export function refuseNewerFormat(path: string, format: number | undefined): void {
  if (format === undefined || format <= stateFormat) return;
  throw new UserError(
    'state-newer',
    `${path} has format ${format}, of a newer keepalived-wai. This one, ${version}, reads formats up to ${stateFormat} and has changed nothing. Install the newer version again, or move the state folder away and restore a backup that this version made.`,
    { statusCode: 503 },
  );
}
