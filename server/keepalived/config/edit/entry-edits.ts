import { diffArrays } from 'diff';
import type { ConfigurationTree, Statement } from '../../language/tree.ts';
import { findAddress } from '../addresses.ts';
import { addStatement } from './block-edits.ts';
import { createRefusal } from './edit-values.ts';
import type { Refusal } from './edit-values.ts';
import { checkBlock, childIndent, findOwnStatement, isPlain } from './editable-blocks.ts';
import type { EditableBlock } from './editable-blocks.ts';
import { getEndPosition, insertLines, removeStatement, replaceWords } from './text-edits.ts';
import type { Position, TextEdit } from './text-edits.ts';

interface EntryRule {
  /** Whether an entry that is given as an address only keeps the options that it has. */
  keepsOptions: boolean;
  /** Whether keepalived ignores a prefix length, so that an entry is the same with and without. */
  ignoresPrefixLength?: boolean;
}

/**
 * Makes the entries of a `virtual_ipaddress` or `unicast_peer` block these ones, one a line. Lines
 * of entries that stay are not touched.
 */
export function setEntries(
  tree: ConfigurationTree,
  instance: EditableBlock,
  keyword: 'virtual_ipaddress' | 'unicast_peer',
  entries: readonly string[],
  rule: EntryRule,
): TextEdit[] | Refusal {
  const flawed = entries.find((entry) => !isAddressEntry(entry));
  if (flawed !== undefined) return createRefusal(`${JSON.stringify(flawed)} is no IP address.`);
  const own = findOwnStatement(instance, keyword);
  if (!own.ok) return own;
  const { statement } = own;
  if (statement === undefined) {
    if (entries.length === 0) return [];
    return [addStatement(tree, instance, keyword, [`${keyword} {`, ...entries, '}'])];
  }
  const block = checkBlock(statement, `${keyword} of ${instance.label}`);
  if (!block.ok) return block;
  const current = block.children.filter((node): node is Statement => node.kind === 'statement');
  const odd = block.children.find(
    (node) => !isPlain(node) || (node.kind === 'statement' && node.block !== undefined),
  );
  if (odd !== undefined) {
    return createRefusal(
      `Line ${odd.line} in ${block.label} is not plain text: edit the text itself.`,
    );
  }
  if (entries.length === 0) return [removeStatement(tree, statement)];
  return changeEntries(tree, block, { current, wanted: entries }, rule);
}

function changeEntries(
  tree: ConfigurationTree,
  block: EditableBlock,
  { current, wanted }: { current: readonly Statement[]; wanted: readonly string[] },
  rule: EntryRule,
): TextEdit[] {
  const changes: TextEdit[] = [];
  const indent = childIndent(tree, block);
  let position: Position = { line: block.open.line, column: block.open.column + 1 };
  let removed: Statement[] = [];
  let added: string[] = [];
  const flush = (): void => {
    for (const statement of removed) {
      const entry = added.shift();
      if (entry === undefined) changes.push(removeStatement(tree, statement));
      else {
        changes.push(replaceEntry(tree, statement, entry, rule));
        position = getEndPosition(statement);
      }
    }
    const lines = added.map((entry) => indent + entry);
    if (lines.length > 0) changes.push(insertLines(tree, position, lines));
    removed = [];
    added = [];
  };
  const comparator = (left: Statement | string, right: Statement | string): boolean =>
    spellings(left, rule).some((spelling) => spellings(right, rule).includes(spelling));
  let index = 0;
  for (const part of diffArrays<Statement | string>([...current], [...wanted], { comparator })) {
    if (part.added) added.push(...part.value.map(String));
    else if (part.removed) {
      removed.push(...current.slice(index, index + part.count));
      index += part.count;
    } else {
      flush();
      index += part.count;
      const last = current[index - 1];
      if (last !== undefined) position = getEndPosition(last);
    }
  }
  flush();
  return changes;
}

function spellings(
  entry: Statement | string,
  { keepsOptions, ignoresPrefixLength = false }: EntryRule,
): string[] {
  if (typeof entry === 'string') return [entry.trim().split(/\s+/).join(' ')];
  const whole = entry.words.map((word) => word.text).join(' ');
  const first = entry.words[0].text;
  return [
    whole,
    ...(keepsOptions ? [first] : []),
    ...(ignoresPrefixLength ? [first.replace(/\/.*$/, '')] : []),
  ];
}

function replaceEntry(
  tree: ConfigurationTree,
  statement: Statement,
  entry: string,
  { keepsOptions }: EntryRule,
): TextEdit {
  const { line, words } = statement;
  const [first] = words;
  const last = keepsOptions && !entry.includes(' ') ? first : (words.at(-1) ?? first);
  return replaceWords(tree, line, { first, last }, entry);
}

function isAddressEntry(entry: string): boolean {
  if (!/^[\w.:/%+ -]+$/.test(entry)) return false;
  const address = findAddress(entry.split(' '), { line: 0, excluded: false });
  return address !== undefined && address !== 'left-out';
}
