import { parseConfiguration } from '../language/tree.ts';
import { summarizeConfiguration } from './questions.ts';

/** `$NAME=value` definitions met so far; they hold across included files. */
export type IncludeDefinitions = Map<string, string>;

/** Lines beyond this may be cut by keepalived, and the rest read as a line of its own. */
const maxLineBytes = 1000;

/**
 * The patterns of all include lines that keepalived may see in `text`, for whatever `-i` it runs
 * with, also those that only substitution brings forth: `@id include x`, `$D=/etc` in an earlier
 * file with `include $D/x` here. Errs towards too many: it decides what keepalived must not be
 * started on. A pattern that still contains `$` could not be resolved.
 *
 * @param definitions those of the including files; those of `text` are added.
 */
export function findIncludePatterns(text: string, definitions: IncludeDefinitions): string[] {
  // Most files, and a check runs at every pause in typing: nothing can become an include here.
  if (!/include|\$/.test(text)) return [];
  const expanded = text
    .split(/[\r\n]+/)
    .flatMap((line) => expandLine(line, definitions))
    .join('\n');
  const plain = listPatterns(text).filter((pattern) => !pattern.includes('$'));
  return [...new Set([...plain, ...listPatterns(expanded)])];
}

/**
 * Whether the include lines of two texts lead to the same files, whatever else they say. Errs towards
 * no: then the files are followed again.
 */
export function haveSameIncludes(one: string, other: string): boolean {
  if (one === other) return true;
  return describeIncludes(one) === describeIncludes(other);
}

/** What `findIncludePatterns` makes of a text: its patterns, and every line that a definition is in. */
function describeIncludes(text: string): string {
  if (!/include|\$/.test(text)) return '';
  const definitions: IncludeDefinitions = new Map();
  const patterns = findIncludePatterns(text, definitions);
  const lines = text.split(/[\r\n]+/).filter((line) => /include|\$/.test(line));
  return JSON.stringify([patterns, [...definitions], lines]);
}

function listPatterns(text: string): string[] {
  return summarizeConfiguration(parseConfiguration(text)).includes.map(({ pattern }) => pattern);
}

/** Leaves nothing that the reader would set aside: conditions, definitions, sequences, their bodies. */
function expandLine(line: string, definitions: IncludeDefinitions): string[] {
  const bare = line
    .trim()
    .replace(/^(?:@\S*\s+)+/, '')
    .replace(/^~(?:SEQ|LST)\([^)]*\)\s*/, '')
    .replace(/\s*\\$/, '');
  const definition = /^\$([A-Za-z_]\w*)=(.*)$/.exec(bare);
  const value = substitute(definition?.[2] ?? bare, definitions);
  if (definition?.[1] !== undefined) definitions.set(definition[1], value);
  if (Buffer.byteLength(value) <= maxLineBytes) return [value];
  // Wherever the cut is, an include after it is seen as the start of a line.
  return [value, ...value.split(/(?=include)/).slice(1)];
}

function substitute(value: string, definitions: IncludeDefinitions): string {
  return value.replace(
    /\$(?:\{(\w+)\}|(\w+))/g,
    (whole, braced: string | undefined, bare: string | undefined) =>
      definitions.get(braced ?? bare ?? '') ?? whole,
  );
}
