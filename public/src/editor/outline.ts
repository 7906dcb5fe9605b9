import { codeFolding, foldGutter, foldService } from '@codemirror/language';
import type { EditorState, Text } from '@codemirror/state';
import type { Extension } from '@codemirror/state';
import { parseConfiguration } from '../../../server/keepalived/language/tree.ts';
import type {
  Block,
  ConfigurationNode,
  ConfigurationTree,
} from '../../../server/keepalived/language/tree.ts';
import type { Position } from './enclosing-blocks.ts';

interface Outline {
  tree: ConfigurationTree;
  /** Each block by the line of its opening brace; of several, the outermost. */
  blocksByLine: Map<number, Block>;
}

const outlines = new WeakMap<Text, Outline>();

/** The tree of an editor's text, read once for each version of it. */
export function getTree(state: EditorState): ConfigurationTree {
  return getOutline(state).tree;
}

/** The line and column of an offset. */
export function positionOf(state: EditorState, offset: number): Position {
  const line = state.doc.lineAt(offset);
  return { line: line.number, column: offset - line.from };
}

/** Folds each block from its opening brace to its closing one. */
export const folding: Extension = [
  codeFolding(),
  foldGutter({ openText: '▾', closedText: '▸' }),
  foldService.of((state, lineStart) => {
    const block = getOutline(state).blocksByLine.get(state.doc.lineAt(lineStart).number);
    if (block?.close === undefined || block.close.line === block.open.line) return null;
    return {
      from: state.doc.line(block.open.line).from + block.open.column + 1,
      to: state.doc.line(block.close.line).from + block.close.column,
    };
  }),
];

function getOutline({ doc }: EditorState): Outline {
  const known = outlines.get(doc);
  if (known) return known;
  const tree = parseConfiguration(doc.toString());
  const outline = { tree, blocksByLine: new Map<number, Block>() };
  addBlocks(outline.blocksByLine, tree.children);
  outlines.set(doc, outline);
  return outline;
}

function addBlocks(blocksByLine: Map<number, Block>, nodes: readonly ConfigurationNode[]): void {
  for (const node of nodes) {
    // A block out of a definition has columns of another text.
    if (node.kind !== 'statement' || !node.block || node.origin === 'substituted') continue;
    const { line } = node.block.open;
    if (!blocksByLine.has(line)) blocksByLine.set(line, node.block);
    addBlocks(blocksByLine, node.block.children);
  }
}
