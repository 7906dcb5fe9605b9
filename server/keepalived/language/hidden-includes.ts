import { Definitions } from './definitions.ts';
import {
  findContent,
  findWordRun,
  maximumLineBytes,
  findNextNonBlank,
  splitLines,
} from './tokens.ts';

/** An include that keepalived finds only in what a line becomes. */
export interface HiddenInclude {
  /** The file, and the 1-based line in it. */
  path: string | undefined;
  line: number;
  /** The line as it is written, shortened. */
  text: string;
  /** Only on a server with another configuration ID: here keepalived skips the line. */
  isElsewhere?: true;
}

const include = /^include[rmwba]?\s/;
const condition = /^@(\^?)([^ \t]*)[ \t]+/;
const sequence = /^~(SEQ|LST)\((.*)\)\s*(\S.*)$/;
const maximumDepth = 8;
const maximumShown = 80;
const maximumCombinations = 64;

/**
 * Finds the includes that do not stand at the beginning of their line: behind `@id`, a definition,
 * `~SEQ`, `~LST` or a brace. keepalived's parent follows them while it reads the files, but also
 * leaves the line in the copy that it makes for its child processes; they follow it once more, into a
 * file that stands in the copy already, and crash (2.2.0 to 2.4.3 by their source, lib/parser.c;
 * measured with 2.2.7: a segmentation fault, respawned for ever). A line whose `@id` does not apply is
 * skipped by both (measured, 2.2.7: start and reload go well), but crashes the server that it is for.
 * @param files in the order in which keepalived reads them
 * @param configurationId what `@id` is compared with; undefined: any may apply
 */
export function findHiddenIncludes(
  files: readonly { path?: string; text: string }[],
  configurationId: string | undefined,
): HiddenInclude[] {
  if (!files.some(({ text }) => /include|[$~]/.test(text))) return [];
  const here = findForServer(files, configurationId);
  if (configurationId === undefined || !files.some(({ text }) => text.includes('@'))) return here;
  const isHere = new Set(here.map(namePlace));
  const anywhere = findForServer(files, undefined);
  const elsewhere = anywhere.filter((one) => !isHere.has(namePlace(one)));
  return [...here, ...elsewhere.map((one): HiddenInclude => ({ ...one, isElsewhere: true }))];
}

const namePlace = ({ path, line }: HiddenInclude): string => JSON.stringify([path, line]);

function findForServer(
  files: readonly { path?: string; text: string }[],
  configurationId: string | undefined,
): HiddenInclude[] {
  const definitions = new Definitions(configurationId);
  const found = new Map<string, HiddenInclude>();
  // Twice, for a definition may stand in a file that is read before this one, but listed behind it.
  for (let round = 0; round < 2; round += 1) {
    for (const { path, text } of files) {
      splitLines(text).forEach(({ text: written }, index) => {
        for (const piece of cutAsRead(written)) {
          const { content } = findContent(piece);
          const bare = content.slice(findNextNonBlank(content, 0));
          if (definitions.awaitsMoreLines) {
            if (written === '') definitions.endDefinition();
            else if (bare !== '') definitions.addLine(bare);
          } else if (!include.test(bare) && becomesInclude(bare, definitions, configurationId)) {
            const place = { path, line: index + 1, text: bare.slice(0, maximumShown) };
            found.set(namePlace(place), place);
          }
        }
      });
    }
  }
  return [...found.values()];
}

/** keepalived reads a long line in pieces, each as a line of its own. */
function cutAsRead(line: string): string[] {
  if (line.length <= maximumLineBytes) return [line];
  const count = Math.ceil(line.length / maximumLineBytes);
  return Array.from({ length: count }, (_, index) =>
    line.slice(index * maximumLineBytes, (index + 1) * maximumLineBytes),
  );
}

/** Whether this line, or what follows a brace in it, is or becomes one. */
function becomesInclude(
  written: string,
  definitions: Definitions,
  configurationId: string | undefined,
  depth = 0,
): boolean {
  if (depth > maximumDepth) return false;
  const again = (text: string): boolean =>
    becomesInclude(text, definitions, configurationId, depth + 1);
  for (let content = written; content !== '';) {
    const conditional = condition.exec(content);
    if (conditional) {
      const [whole, negated, id] = conditional;
      const isHere =
        configurationId === undefined || (id === configurationId) !== (negated === '^');
      if (!isHere) return false;
      content = content.slice(whole.length);
      continue;
    }
    if (content.startsWith('$') && definitions.define(content, 0)) return false;
    if (content.startsWith('~')) return expandSequence(content).some(again);
    const expanded = content.includes('$') ? definitions.expand(content) : undefined;
    if (expanded) return expanded.some((line) => again(line.slice(findNextNonBlank(line, 0))));
    if (include.test(content)) return true;
    const { stop } = findWordRun(content, 0);
    content = content.slice(findNextNonBlank(content, stop + 1));
  }
  return false;
}

/** What the line behind a `~LST` becomes for each of its values; a `~SEQ` has numbers only. */
function expandSequence(content: string): string[] {
  const [, kind, inner = '', body] = sequence.exec(content) ?? [];
  if (body === undefined) return [];
  const values = kind === 'SEQ' ? [] : (inner.match(/[^\s,{}()]+/g) ?? []);
  const first = /^\S*/.exec(body)?.[0] ?? '';
  const variables = first.match(/\$(?:\{\w+\}|\w+)/g) ?? [];
  let lines = [body];
  for (const variable of variables) {
    lines = lines
      .flatMap((line) => values.map((value) => line.replace(variable, () => value)))
      .slice(0, maximumCombinations);
  }
  return lines;
}
