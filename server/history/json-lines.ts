import { truncate } from 'node:fs/promises';
import type { z } from 'zod';
import { findBytes } from '../shared/bytes/find-bytes.ts';
import { readFirstLine } from '../shared/bytes/first-line.ts';
import { appendDurably, writeDurably } from '../shared/durable-file.ts';
import { parseJson } from '../shared/parse-json.ts';
import { findFormat, refuseNewerFormat, withFormat } from '../shared/state-format.ts';

export interface JsonLines<Entry> {
  entries: Entry[];
  /** Whole lines that are not what the schema says, as they are. */
  damagedLines: string[];
}

const formatLine = `${JSON.stringify(withFormat({}))}\n`;

/**
 * Reads a file of one JSON value a line, none if the file is absent. The first line names the format;
 * a file without it has format 1. What follows the last line end was never acknowledged to anyone (a
 * crash tore the append): it is cut off the file.
 * @param isWriter false: another process writes the file, and nothing is cut off
 * @throws {UserError} `state-newer`; the file then stays as it is
 */
export async function readJsonLines<Schema extends z.ZodType>(
  path: string,
  entrySchema: Schema,
  isWriter = true,
): Promise<JsonLines<z.output<Schema>>> {
  const bytes = (await findBytes(path)) ?? Buffer.alloc(0);
  const wholeLength = bytes.lastIndexOf('\n') + 1;
  const lines = bytes.toString('utf8', 0, wholeLength).split('\n');
  const format = findFormat(parseJson(lines[0] ?? ''));
  refuseNewerFormat(path, format);
  if (isWriter && wholeLength < bytes.length) await truncate(path, wholeLength);
  const result: JsonLines<z.output<Schema>> = { entries: [], damagedLines: [] };
  for (const line of format === undefined ? lines : lines.slice(1)) {
    if (line === '') continue;
    const parsed = entrySchema.safeParse(parseJson(line));
    if (parsed.success) result.entries.push(parsed.data);
    else result.damagedLines.push(line);
  }
  return result;
}

/**
 * All the entries in one append, on the disk when the promise resolves. A file of format 1 is replaced
 * by one that names its format, with what it had and the entries.
 */
export async function appendJsonLines(path: string, entries: readonly unknown[]): Promise<void> {
  const added = formatJsonLines(entries);
  const firstLine = await readFirstLine(path);
  if (firstLine === undefined) return appendDurably(path, formatLine + added);
  const format = findFormat(parseJson(firstLine));
  refuseNewerFormat(path, format);
  if (format !== undefined) return appendDurably(path, added);
  const before = (await findBytes(path)) ?? Buffer.alloc(0);
  const wholeLines = before.subarray(0, before.lastIndexOf('\n') + 1);
  await writeDurably(
    path,
    Buffer.concat([Buffer.from(formatLine), wholeLines, Buffer.from(added)]),
  );
}

/** Replaces the file at once; `damagedLines` are kept as they are, before the entries. */
export async function replaceJsonLines(path: string, lines: JsonLines<unknown>): Promise<void> {
  const damaged = lines.damagedLines.map((line) => `${line}\n`).join('');
  await writeDurably(path, formatLine + damaged + formatJsonLines(lines.entries));
}

function formatJsonLines(entries: readonly unknown[]): string {
  return entries.map((entry) => `${JSON.stringify(entry)}\n`).join('');
}
