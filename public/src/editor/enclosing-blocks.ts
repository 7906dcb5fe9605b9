import type { ConfigurationNode, Statement } from '../../../server/keepalived/language/tree.ts';

/** A place in a text: line 1-based, column 0-based. */
export interface Position {
  line: number;
  column: number;
}

/** The statements whose blocks are open at a position, the outermost first. */
export function findEnclosingBlocks(
  nodes: readonly ConfigurationNode[],
  position: Position,
): Statement[] {
  for (const node of nodes) {
    if (node.kind !== 'statement' || node.block === undefined) continue;
    const { open, close, children } = node.block;
    const isAfterOpening = isBefore(open, position);
    const isBeforeClosing = close === undefined || !isBefore(close, position);
    if (isAfterOpening && isBeforeClosing)
      return [node, ...findEnclosingBlocks(children, position)];
  }
  return [];
}

/** The statement whose keyword stands at a position, with the statements around it. */
export function findKeywordAt(
  nodes: readonly ConfigurationNode[],
  position: Position,
): { statement: Statement; block: string } | undefined {
  const around = findEnclosingBlocks(nodes, position);
  const siblings = around.at(-1)?.block?.children ?? nodes;
  const statement = siblings.find(
    (node): node is Statement =>
      node.kind === 'statement' &&
      node.origin !== 'substituted' &&
      node.line === position.line &&
      node.words[0].start <= position.column &&
      position.column <= node.words[0].end,
  );
  return statement && { statement, block: around.at(-1)?.words[0].text ?? '' };
}

function isBefore(one: Position, other: Position): boolean {
  return one.line < other.line || (one.line === other.line && one.column < other.column);
}
