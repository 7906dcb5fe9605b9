import { findStatements } from './tree.ts';
import type { ConfigurationNode, Statement } from './tree.ts';

/** The nodes in a statement's block; none if it has no block. */
export function getChildren(statement: Statement | undefined): ConfigurationNode[] {
  return statement?.block?.children ?? [];
}

/** The arguments of the last statement with this keyword: keepalived lets the last one win. */
export function lastArguments(
  nodes: readonly ConfigurationNode[],
  keyword: string,
): string[] | undefined {
  return findStatements(nodes, keyword)
    .at(-1)
    ?.words.slice(1)
    .map((word) => word.text);
}

/** The last value of a keyword. */
export function lastValue(
  nodes: readonly ConfigurationNode[],
  keyword: string,
): string | undefined {
  return lastArguments(nodes, keyword)?.[0];
}

interface NumberRange {
  minimum?: number;
  maximum?: number;
  whole?: boolean;
}

/** The last value of a keyword as a number in this range; undefined if it is none. */
export function lastNumber(
  nodes: readonly ConfigurationNode[],
  keyword: string,
  range?: NumberRange,
): number | undefined {
  return readNumber(lastValue(nodes, keyword), range);
}

/** The last value that is a number in this range: keepalived ignores one that is none. */
export function lastValidNumber(
  nodes: readonly ConfigurationNode[],
  keyword: string,
  range?: NumberRange,
): number | undefined {
  return findStatements(nodes, keyword)
    .map(({ words }) => readNumber(words[1]?.text, range))
    .findLast((number) => number !== undefined);
}

function readNumber(
  text: string | undefined,
  { minimum = 0, maximum = Infinity, whole = true }: NumberRange = {},
): number | undefined {
  if (text === undefined || !/^\s*[+-]?(\d+\.?\d*|\.\d+)$/.test(text)) return undefined;
  const number = Number(text);
  const fits = number >= minimum && number <= maximum && (!whole || Number.isInteger(number));
  return fits ? number : undefined;
}

/** The entries, one a line, of all blocks with this keyword (keepalived adds them up). */
export function getEntries(nodes: readonly ConfigurationNode[], keyword: string): Statement[] {
  return findStatements(nodes, keyword)
    .flatMap(getChildren)
    .filter((node): node is Statement => node.kind === 'statement');
}

/** The first word of each entry: names of scripts, interfaces, peers. */
export function entryNames(nodes: readonly ConfigurationNode[], keyword: string): string[] {
  return getEntries(nodes, keyword).map((entry) => entry.words[0].text);
}

/**
 * Whether a node may stand for any statement: an include that is not read, a sequence, a condition
 * or a reference in the place of a keyword of which the value is not known.
 */
export function isUnread(node: ConfigurationNode): boolean {
  if (node.kind === 'opaque') return node.reason === 'condition' || node.reason === 'sequence';
  return node.kind === 'include' ? !node.isRead : node.words[0].text.includes('$');
}

/** Whether a statement contains a reference of which the value is not known. */
export function hasUnknownWord({ words }: Statement): boolean {
  return words.some(({ text }) => text.includes('$'));
}

/** Whether one of these nodes, or one inside them, is not or not wholly known. */
export function hasUnreadParts(nodes: readonly ConfigurationNode[]): boolean {
  return nodes.some(
    (node) =>
      isUnread(node) ||
      (node.kind === 'statement' && (hasUnknownWord(node) || hasUnreadParts(getChildren(node)))),
  );
}

/** A keyword that may be followed by a word for no; undefined: it is not there. */
export function isSwitchedOn(
  nodes: readonly ConfigurationNode[],
  keyword: string,
): boolean | undefined {
  const words = lastArguments(nodes, keyword);
  return words && !['off', 'no', 'false', '0'].includes(words[0] ?? 'on');
}
