import { keywordsByBlock } from './config-keywords.ts';

/** A shorter word begins too many keywords. */
const leastBeginning = 4;

/**
 * The known keyword that a misspelt one most likely means: at most two letters wrong, missing,
 * too many or swapped (one in a short word), else one that begins with it; undefined if there is
 * none.
 */
export function findNearestKeyword(word: string): string | undefined {
  let nearest: string | undefined;
  let nearestDistance = word.length <= 5 ? 2 : 3;
  for (const keywords of keywordsByBlock.values()) {
    for (const keyword of keywords) {
      if (Math.abs(keyword.length - word.length) >= nearestDistance) continue;
      const distance = editDistance(word.toLowerCase(), keyword.toLowerCase());
      if (distance < nearestDistance) {
        nearest = keyword;
        nearestDistance = distance;
      }
    }
  }
  return nearest ?? findLonger(word);
}

function findLonger(beginning: string): string | undefined {
  if (beginning.length < leastBeginning) return undefined;
  return [...keywordsByBlock.values()].flat().find((keyword) => keyword.startsWith(beginning));
}

/** Optimal string alignment distance: like Levenshtein's, with two swapped letters as one edit. */
function editDistance(one: string, other: string): number {
  const rows = [Array.from({ length: other.length + 1 }, (_, column) => column)];
  const at = (row: number, column: number) => rows[row]?.[column] ?? Infinity;
  for (let row = 1; row <= one.length; row += 1) {
    const distances = [row];
    rows.push(distances);
    for (let column = 1; column <= other.length; column += 1) {
      const differs = one[row - 1] !== other[column - 1];
      const swapped = one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1];
      distances.push(
        Math.min(
          at(row - 1, column) + 1,
          at(row, column - 1) + 1,
          at(row - 1, column - 1) + (differs ? 1 : 0),
          swapped ? at(row - 2, column - 2) + 1 : Infinity,
        ),
      );
    }
  }
  return at(one.length, other.length);
}
