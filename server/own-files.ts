import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

/**
 * All files below a folder of this program, by their path from there. Read once, at the start: the
 * web serves from memory, as it may not read what root alone reads, and an upgrade under way changes
 * nothing of what runs.
 */
export function readOwnFiles(folder: string): ReadonlyMap<string, Buffer> {
  const entries = readdirSync(folder, { withFileTypes: true, recursive: true });
  const paths = entries
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
    .map((entry) => join(entry.parentPath, entry.name));
  return new Map(paths.map((path) => [relative(folder, path), readFileSync(path)]));
}
