import { structuredPatch } from 'diff';
import type { StructuredPatchHunk } from 'diff';
import { maskSecrets } from '../../../keepalived/secrets/mask-secrets.ts';

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

const timeoutMs = 500;

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
  const patch = structuredPatch('', '', before, after, undefined, undefined, {
    context: 3,
    timeout: timeoutMs,
  });
  if (!patch) return { lines: [], added: 0, removed: 0, tooLarge: true };
  const [maskedBefore, maskedAfter] = [before, after].map((text) =>
    mask(text, secretDefinitions).split('\n'),
  );
  const lines = patch.hunks.flatMap((hunk, index) => [
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
