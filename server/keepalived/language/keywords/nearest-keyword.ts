import { keywordsByBlock } from './config-keywords.ts';
import { findNearestWord } from './edit-distance.ts';

/** A shorter word begins too many keywords. */
const leastBeginning = 4;

/**
 * The known keyword that a misspelt one most likely means: at most two letters wrong, missing,
 * too many or swapped (one in a short word), else one that begins with it; undefined if there is
 * none.
 * @param block where the word stands; its own keywords come before those of other blocks
 */
export function findNearestKeyword(word: string, block?: string): string | undefined {
  const all = [...keywordsByBlock.values()].flat();
  const ofBlock = block === undefined ? [] : (keywordsByBlock.get(block) ?? []);
  const mostEdits = word.length <= 5 ? 1 : 2;
  return (
    findNearestWord(word, ofBlock, mostEdits) ??
    findLonger(word, ofBlock) ??
    findNearestWord(word, all, mostEdits) ??
    findLonger(word, all)
  );
}

function findLonger(beginning: string, keywords: readonly string[]): string | undefined {
  if (beginning.length < leastBeginning) return undefined;
  return keywords.find((keyword) => keyword.startsWith(beginning));
}
