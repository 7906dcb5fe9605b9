import type { ConfigurationTree, Statement } from '../../language/tree.ts';
import type { Refusal } from './edit-values.ts';
import { childIndent, findOwnStatement } from './editable-blocks.ts';
import type { EditableBlock } from './editable-blocks.ts';
import { getEndPosition, getIndent, insertLines, lineAt, replaceWords } from './text-edits.ts';
import type { Position, TextEdit } from './text-edits.ts';

/** The order in which administrators write a block; a new line goes behind those before it. */
const customaryOrder = [
  ...['script', 'interval', 'timeout', 'fall', 'rise', 'auth_type', 'auth_pass', 'state'],
  ...['interface', 'virtual_router_id', 'priority', 'advert_int', 'nopreempt', 'unicast_src_ip'],
  ...['unicast_peer', 'authentication', 'virtual_ipaddress', 'track_script', 'track_file'],
];

/** Sets the value of a keyword, or adds its line in the file's own indentation. */
export function setBlockValue(
  tree: ConfigurationTree,
  block: EditableBlock,
  keyword: string,
  written: string,
): TextEdit[] | Refusal {
  const own = findOwnStatement(block, keyword);
  if (!own.ok) return own;
  if (own.statement === undefined) {
    return [addStatement(tree, block, keyword, [`${keyword} ${written}`])];
  }
  const { line, words } = own.statement;
  const [name, value] = words;
  if (value?.text === unquote(written)) return [];
  return value === undefined
    ? [replaceWords(tree, line, { first: name }, `${keyword} ${written}`)]
    : [replaceWords(tree, line, { first: value }, written)];
}

/**
 * Adds a statement to a block.
 * @param lines its lines; those between the first and the last stand one step further in
 */
export function addStatement(
  tree: ConfigurationTree,
  block: EditableBlock,
  keyword: string,
  lines: readonly string[],
): TextEdit {
  const indent = childIndent(tree, block);
  const step = indent.slice(getIndent(lineAt(tree, block.statement.line)).length);
  const indented = lines.map((line, index) =>
    index === 0 || index === lines.length - 1 ? indent + line : indent + step + line,
  );
  return insertLines(tree, findAnchor(block, keyword), indented);
}

function unquote(written: string): string {
  return written.replace(/^"(.*)"$/, '$1');
}

function findAnchor({ open, children }: EditableBlock, keyword: string): Position {
  const order = customaryOrder.indexOf(keyword);
  const before = children.findLast((node): node is Statement => {
    if (node.kind !== 'statement' || node.origin !== 'plain') return false;
    if (node.block !== undefined && node.block.close?.origin !== 'plain') return false;
    const index = customaryOrder.indexOf(node.words[0].text);
    return index !== -1 && index < order;
  });
  return before === undefined
    ? { line: open.line, column: open.column + 1 }
    : getEndPosition(before);
}
