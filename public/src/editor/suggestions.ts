import { findKeywordHelp } from '../../../server/keepalived/language/keywords/keyword-help.ts';
import { listKeywords } from '../../../server/keepalived/language/keywords/keyword-releases.ts';
import { findContent, findWordRun, readWords } from '../../../server/keepalived/language/tokens.ts';
import type { Word } from '../../../server/keepalived/language/tokens.ts';
import { findStatements } from '../../../server/keepalived/language/tree.ts';
import type { ConfigurationTree } from '../../../server/keepalived/language/tree.ts';
import { findEnclosingBlocks } from './enclosing-blocks.ts';
import type { Position } from './enclosing-blocks.ts';

export interface Suggestion {
  word: string;
  kind: 'keyword' | 'value' | 'name';
  help: string | undefined;
}

export interface Suggestions {
  /** Column where the word begins that would be replaced. */
  from: number;
  suggestions: Suggestion[];
}

const values: Record<string, string[]> = {
  state: ['MASTER', 'BACKUP'],
  auth_type: ['PASS', 'AH'],
  version: ['2', '3'],
  vrrp_version: ['2', '3'],
};

/** Lists of names of blocks that are defined elsewhere, by the list and the block around it. */
const nameLists: { list: string; within: string[]; defining: string[] }[] = [
  { list: 'track_script', within: ['vrrp_instance', 'vrrp_sync_group'], defining: ['vrrp_script'] },
  {
    list: 'track_file',
    within: ['vrrp_instance', 'vrrp_sync_group'],
    defining: ['track_file', 'vrrp_track_file'],
  },
  {
    list: 'track_process',
    within: ['vrrp_instance', 'vrrp_sync_group'],
    defining: ['vrrp_track_process'],
  },
  { list: 'track_bfd', within: ['vrrp_instance', 'vrrp_sync_group'], defining: ['bfd_instance'] },
  { list: 'group', within: ['vrrp_sync_group'], defining: ['vrrp_instance'] },
  { list: 'group', within: ['track_group'], defining: ['vrrp_sync_group'] },
];

/**
 * What may be written at a position: keywords of the block for this release of keepalived, values
 * of a keyword, names of blocks. Undefined in a comment, in quotes, and where anything may stand.
 * @param line the text of the position's line up to it
 */
export function suggestWords(
  tree: ConfigurationTree,
  position: Position,
  line: string,
  version: string | undefined,
): Suggestions | undefined {
  const { commentStart, unterminatedQuote } = findContent(line);
  if (commentStart !== undefined || unterminatedQuote) return undefined;
  const { before, current } = findWords(line);
  const from = current?.start ?? line.length;
  const [keyword, ...others] = before;
  if (keyword === undefined) {
    return { from, suggestions: suggestStatements(tree, position, version) };
  }
  const allowed = Object.hasOwn(values, keyword.text) ? values[keyword.text] : undefined;
  if (allowed === undefined || others.length > 0) return undefined;
  return { from, suggestions: allowed.map((word) => ({ word, kind: 'value', help: undefined })) };
}

/** The words after the last brace of a line: those that are complete, and the one at its end. */
function findWords(line: string): { before: Word[]; current: Word | undefined } {
  let run = findWordRun(line, 0);
  while (run.stop < line.length) run = findWordRun(line, run.stop + 1);
  const words = readWords(line, run);
  const last = words.at(-1);
  const current = last?.end === line.length && !last.quoted ? last : undefined;
  return { before: current === undefined ? words : words.slice(0, -1), current };
}

function suggestStatements(
  tree: ConfigurationTree,
  position: Position,
  version: string | undefined,
): Suggestion[] {
  const [block, around] = findEnclosingBlocks(tree.children, position)
    .map(({ words }) => words[0].text)
    .reverse();
  const list = nameLists.find(
    (one) => one.list === block && around !== undefined && one.within.includes(around),
  );
  if (list !== undefined) {
    return list.defining
      .flatMap((keyword) => findStatements(tree.children, keyword))
      .flatMap(({ words: [, name] }) => (name === undefined ? [] : [name.text]))
      .map((word) => ({ word, kind: 'name', help: undefined }));
  }
  return listKeywords(block ?? '', version).map((word) => ({
    word,
    kind: 'keyword',
    help: findKeywordHelp(block ?? '', word),
  }));
}
