import { findStatements } from '../../language/tree.ts';
import type {
  Brace,
  ConfigurationNode,
  ConfigurationTree,
  Statement,
} from '../../language/tree.ts';
import { createRefusal } from './edit-values.ts';
import type { Refusal } from './edit-values.ts';
import { getIndent, lineAt } from './text-edits.ts';

/** A block whose braces are both plain text in this file. */
export interface EditableBlock {
  ok: true;
  /** As it is called in a refusal: `vrrp_instance “VI_1”`. */
  label: string;
  statement: Statement;
  open: Brace;
  close: Brace;
  children: ConfigurationNode[];
}

/** The one top-level block with this keyword and name. */
export function findEditableBlock(
  tree: ConfigurationTree,
  keyword: 'vrrp_instance' | 'vrrp_script',
  name: string,
): EditableBlock | Refusal {
  const label = `${keyword} “${name}”`;
  const [statement, second] = findStatements(tree.children, keyword).filter(
    ({ words }) => words[1]?.text === name,
  );
  if (statement === undefined) return createRefusal(`There is no ${label} in this file.`);
  if (second !== undefined) {
    return createRefusal(
      `${label} is defined twice, on lines ${statement.line} and ${second.line}: remove one first.`,
    );
  }
  return checkBlock(statement, label);
}

export function checkBlock(statement: Statement, label: string): EditableBlock | Refusal {
  const { block } = statement;
  if (block === undefined) return createRefusal(`${label} on line ${statement.line} has no block.`);
  if (block.close === undefined) {
    return createRefusal(
      `${label} opens on line ${block.open.line} and is never closed: repair it first.`,
    );
  }
  if ([statement, block.open, block.close].some(({ origin }) => origin !== 'plain')) {
    return createRefusal(
      `${label} is not plain text (line ${statement.line}): edit the text itself.`,
    );
  }
  return {
    ok: true,
    label,
    statement,
    open: block.open,
    close: block.close,
    children: block.children,
  };
}

/** Whether a node is a statement that stands in the file as keepalived reads it. */
export function isPlain(node: ConfigurationNode): boolean {
  return node.kind === 'statement' && node.origin === 'plain';
}

/**
 * The one statement with this keyword in a block, `undefined` if it may be added; refused where
 * another place decides, or may decide, the same value.
 */
export function findOwnStatement(
  { children, label }: EditableBlock,
  keyword: string,
): { ok: true; statement: Statement | undefined } | Refusal {
  const found = findStatements(children, keyword);
  const [statement, second] = found;
  if (statement !== undefined && second !== undefined) {
    return createRefusal(
      `${label} has ${keyword} on line ${statement.line} and on line ${second.line}: remove one first.`,
    );
  }
  if (statement !== undefined && statement.origin !== 'plain') {
    return createRefusal(describeOrigin(statement, keyword));
  }
  // What is written decides over all that stands before it.
  const from = statement === undefined ? 0 : children.indexOf(statement);
  const hidden = children.find((node, index) => mayDecide(node, keyword, index < from));
  if (hidden !== undefined) {
    return createRefusal(
      `${keyword} of ${label} may be set by line ${hidden.line}, which is left alone here: edit the text itself.`,
    );
  }
  return { ok: true, statement };
}

/** The indentation of the block's own lines, or the one that its first line should have. */
export function childIndent(
  tree: ConfigurationTree,
  { statement, open, children }: EditableBlock,
): string {
  for (const child of children) {
    if (child.kind !== 'statement' || child.origin !== 'plain') continue;
    const indent = getIndent(lineAt(tree, child.line));
    if (child.words[0].start === indent.length && child.line > open.line) return indent;
  }
  const own = getIndent(lineAt(tree, statement.line));
  return own + (own.includes('\t') ? '\t' : '    ');
}

function mayDecide(node: ConfigurationNode, keyword: string, isOverruled: boolean): boolean {
  if (node.kind === 'opaque') {
    return node.reason !== 'definition' && node.text.split(/[ \t{}]+/).includes(keyword);
  }
  if (isOverruled) return false;
  return node.kind === 'include' || node.words[0].text.startsWith('$');
}

function describeOrigin({ origin, line }: Statement, keyword: string): string {
  const causes = {
    plain: 'is not plain',
    conditional: 'comes after an @ condition',
    substituted: 'uses a definition ($)',
    damaged: 'has an open quote or a trailing backslash',
  };
  return `${keyword} on line ${line} ${causes[origin]}: edit the text itself.`;
}
