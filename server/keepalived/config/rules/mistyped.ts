import { keywordsByBlock } from '../../language/keywords/config-keywords.ts';
import { findNearestKeyword } from '../../language/keywords/nearest-keyword.ts';
import type { ConfigurationNode, Statement } from '../../language/tree.ts';
import type { FindingCode } from './finding-codes.ts';
import type { Finding } from './finding.ts';
import { findStatementOf } from './place-in-tree.ts';

interface Mistyped {
  finding: Finding;
  statement: Statement;
  around: Statement[];
  /** What it most likely means. */
  keyword: string;
}

/** What is said to be missing, by the code of the finding that says so. */
const missing = new Map<FindingCode, string>([
  ['interface-missing', 'interface'],
  ['no-interface', 'interface'],
  ['virtual-router-id-missing', 'virtual_router_id'],
  ['virtual-address-missing', 'virtual_ipaddress'],
  ['password-missing', 'auth_pass'],
]);

/**
 * A mistyped keyword is one finding, not several that contradict each other: what is said to be
 * missing stands there, with a mistyped name; and of a block with a mistyped name keepalived reads
 * the content as if it stood outside, and its end as that of the block around it (measured, 2.2.7).
 * @param nodes the configuration that was checked
 * @param mainPath its file: findings in it carry no path
 */
export function joinMistyped(
  findings: readonly Finding[],
  nodes: readonly ConfigurationNode[],
  mainPath: string | undefined,
): Finding[] {
  const mistyped = findings.flatMap((finding) => readMistyped(finding, nodes, mainPath));
  const joined = new Map(mistyped.map((one) => [one.finding, describe(one)]));
  return findings.flatMap((finding) => {
    const own = joined.get(finding);
    if (own) return [own];
    const cause = mistyped.find((one) => isMissing(finding, one));
    if (cause) {
      // The one that stays says how bad it is.
      const left = joined.get(cause.finding);
      if (left && finding.endsDaemon) {
        left.endsDaemon = true;
        left.message = `${nameWord(cause)}, so “${instanceOf(cause)}” has no ${cause.keyword}: keepalived would not run with this file.`;
      }
      return [];
    }
    return mistyped.some((one) => isConsequence(finding, one, nodes, mainPath)) ? [] : [finding];
  });
}

function readMistyped(
  finding: Finding,
  nodes: readonly ConfigurationNode[],
  mainPath: string | undefined,
): Mistyped[] {
  if (finding.code !== 'unknown-keyword' || finding.unknownWord === undefined) return [];
  const placed = findStatementOf(nodes, finding, mainPath);
  const word = placed?.statement.words[0].text;
  if (!placed || word !== finding.unknownWord) return [];
  const block = placed.around.at(-1)?.words[0].text ?? '';
  const ofBlock = keywordsByBlock.get(block) ?? [];
  const keyword = findNearestKeyword(word, block);
  // A word that is right in its block is unknown because of something above it.
  if (keyword === undefined || ofBlock.includes(word)) return [];
  return [{ finding, ...placed, keyword }];
}

const nameWord = ({ finding }: Mistyped): string =>
  `keepalived does not know the word “${finding.unknownWord ?? ''}” here`;

/** A copy, which may be changed. */
function describe(one: Mistyped): Finding {
  const { finding, statement, keyword } = one;
  const isElsewhere = statement.words[0].text === keyword;
  return {
    ...finding,
    keyword,
    ...(instanceOf(one) !== undefined && { instance: instanceOf(one) }),
    message: statement.block
      ? `${nameWord(one)}; it would read what is in this block, and what follows, wrongly.`
      : finding.message,
    remedy: isElsewhere
      ? finding.remedy
      : `Did you mean “${keyword}”? If so, correct it; otherwise remove ${statement.block ? 'the block' : 'the line'}.`,
  };
}

const instanceOf = ({ around }: Mistyped): string | undefined =>
  around.find(({ words }) => words[0].text === 'vrrp_instance')?.words[1]?.text;

function isMissing({ code, instance, line }: Finding, one: Mistyped): boolean {
  if (missing.get(code) !== one.keyword) return false;
  // With a line of its own it speaks of what is written there.
  const name = instanceOf(one);
  const outer = one.around.find(({ words }) => words[0].text === 'vrrp_instance');
  return name !== undefined && instance === name && (line === undefined || line === outer?.line);
}

const brokenByBlock = new Set<FindingCode>([
  'unknown-keyword',
  'unexpected-opening-brace',
  'extra-closing-brace',
]);

/** Whether keepalived says it only because of a block with a mistyped name above. */
function isConsequence(
  finding: Finding,
  { finding: first, statement, around }: Mistyped,
  nodes: readonly ConfigurationNode[],
  mainPath: string | undefined,
): boolean {
  const { block } = statement;
  // Our own rules give no words of keepalived's.
  if (!block || finding.detail === undefined || finding.path !== first.path) return false;
  const { code, line } = finding;
  if (line === undefined || !brokenByBlock.has(code) || line < statement.line) return false;
  if (line <= (block.close?.line ?? Infinity)) return true;
  const outer = around.at(0);
  if (!outer || line > (outer.block?.close?.line ?? Infinity)) return false;
  if (code === 'extra-closing-brace') return true;
  const placed = findStatementOf(nodes, finding, mainPath);
  const parent = placed?.around.at(-1)?.words[0].text ?? '';
  return placed !== undefined && isKnown(placed.statement.words[0].text, parent);
}

/** Of a block that is not in the table any word may be right. */
const isKnown = (word: string, block: string): boolean =>
  keywordsByBlock.get(block)?.includes(word) ?? true;
