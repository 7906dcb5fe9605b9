import { structuredPatch } from 'diff';
import type { StructuredPatchHunk } from 'diff';
import { maskSecrets } from './mask-secrets.ts';

export interface DifferenceLine {
  kind: 'added' | 'removed' | 'same' | 'gap';
  /** The sign that stands before the line: colour is never the only signal. */
  sign: '+' | '-' | ' ' | '⋯';
  /** The line with its secrets masked. */
  text: string;
}

export interface TextDifference {
  lines: DifferenceLine[];
  added: number;
  removed: number;
  /** The texts differ so much that a line by line comparison would take too long. */
  tooLarge: boolean;
}

/**
 * No other request is answered during it, and the time grows with the square of what differs: 0.15 s
 * for so many added and removed lines (measured, 1 MiB). No time limit: on a busy machine it would
 * hide what is shown on a quiet one.
 */
const mostEdits = 1000;

/** So many lines are shown as removed and added where texts have less in common. */
const mostWholeLines = 10_000;

/** Of both texts: to part more of them takes longer than the limit already (measured). */
const mostLines = 80_000;

/**
 * The unified difference of two configuration texts, three lines of context around each change.
 * Secrets are masked after comparing, so that a changed password is seen to change, but not what it is.
 * @param secretDefinitions names of definitions that other files use for secrets
 * @param mask what masks them, for who reads it
 */
export function compareTexts(
  before: string,
  after: string,
  secretDefinitions?: ReadonlySet<string>,
  mask = maskSecrets,
): TextDifference {
  const hunks = findHunks(before, after);
  if (!hunks) return { lines: [], added: 0, removed: 0, tooLarge: true };
  const [maskedBefore, maskedAfter] = [before, after].map((text) =>
    mask(text, secretDefinitions).split('\n'),
  );
  const lines = hunks.flatMap((hunk, index) => [
    ...(index === 0 && hunk.oldStart <= 1 ? [] : [gap(`line ${hunk.newStart}`)]),
    ...readHunk(hunk, maskedBefore ?? [], maskedAfter ?? []),
  ]);
  return {
    lines,
    added: lines.filter(({ kind }) => kind === 'added').length,
    removed: lines.filter(({ kind }) => kind === 'removed').length,
    tooLarge: false,
  };
}

/** undefined: it would take too long, or be too much to show. */
function findHunks(before: string, after: string): StructuredPatchHunk[] | undefined {
  const lineCount = countLines(before) + countLines(after);
  if (lineCount > mostLines) return undefined;
  const patch = structuredPatch('', '', before, after, undefined, undefined, {
    context: 3,
    maxEditLength: mostEdits,
  });
  if (patch) return patch.hunks;
  return lineCount > mostWholeLines ? undefined : [replaceAllLines(before, after)];
}

function replaceAllLines(before: string, after: string): StructuredPatchHunk {
  const [removed, added] = [before, after].map((text) => {
    const lines = text.split('\n');
    return lines.at(-1) === '' ? lines.slice(0, -1) : lines;
  });
  return {
    ...{ oldStart: 1, oldLines: removed?.length ?? 0, newStart: 1, newLines: added?.length ?? 0 },
    lines: [
      ...(removed ?? []).map((line) => `-${line}`),
      ...(added ?? []).map((line) => `+${line}`),
    ],
  };
}

function countLines(text: string): number {
  let count = 1;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) count += 1;
  return count;
}

function gap(text: string): DifferenceLine {
  return { kind: 'gap', sign: '⋯', text };
}

/**
 * The lines of a hunk, taken from the masked texts: a password in a definition is recognised by its
 * use, which may be far outside of the hunk.
 */
function readHunk(
  { lines, oldStart, newStart }: StructuredPatchHunk,
  maskedBefore: string[],
  maskedAfter: string[],
): DifferenceLine[] {
  let oldIndex = oldStart - 1;
  let newIndex = newStart - 1;
  return lines.map((line) => {
    switch (line.charAt(0)) {
      case '+':
        return { kind: 'added', sign: '+', text: maskedAfter[newIndex++] ?? '' };
      case '-':
        return { kind: 'removed', sign: '-', text: maskedBefore[oldIndex++] ?? '' };
      case ' ':
        oldIndex++;
        return { kind: 'same', sign: ' ', text: maskedAfter[newIndex++] ?? '' };
      default:
        return gap('no newline at the end');
    }
  });
}
