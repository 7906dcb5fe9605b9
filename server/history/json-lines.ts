import { truncate } from 'node:fs/promises';
import type { z } from 'zod';
import { appendDurably, writeDurably } from '../shared/durable-file.ts';
import { findBytes } from '../shared/find-bytes.ts';

export interface JsonLines<Entry> {
  entries: Entry[];
  /** Whole lines that are not what the schema says, as they are. */
  damagedLines: string[];
}

/**
 * Reads a file of one JSON value a line, none if the file is absent. What follows the last line
 * end was never acknowledged to anyone (a crash tore the append): it is cut off the file.
 */
export async function readJsonLines<Schema extends z.ZodType>(
  path: string,
  entrySchema: Schema,
): Promise<JsonLines<z.output<Schema>>> {
  const bytes = await readAndCutTornLine(path);
  const result: JsonLines<z.output<Schema>> = { entries: [], damagedLines: [] };
  for (const line of bytes.toString('utf8').split('\n')) {
    if (line === '') continue;
    const parsed = entrySchema.safeParse(parseJson(line));
    if (parsed.success) result.entries.push(parsed.data);
    else result.damagedLines.push(line);
  }
  return result;
}

/** All the entries in one append, on the disk when the promise resolves. */
export async function appendJsonLines(path: string, entries: readonly unknown[]): Promise<void> {
  await appendDurably(path, formatJsonLines(entries));
}

/** Replaces the file at once; `damagedLines` are kept as they are, before the entries. */
export async function replaceJsonLines(path: string, lines: JsonLines<unknown>): Promise<void> {
  const damaged = lines.damagedLines.map((line) => `${line}\n`).join('');
  await writeDurably(path, damaged + formatJsonLines(lines.entries));
}

function formatJsonLines(entries: readonly unknown[]): string {
  return entries.map((entry) => `${JSON.stringify(entry)}\n`).join('');
}

async function readAndCutTornLine(path: string): Promise<Buffer> {
  const bytes = (await findBytes(path)) ?? Buffer.alloc(0);
  const wholeLength = bytes.lastIndexOf('\n') + 1;
  if (wholeLength < bytes.length) await truncate(path, wholeLength);
  return bytes.subarray(0, wholeLength);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
