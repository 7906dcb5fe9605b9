import { getChildren } from '../../language/block-reading.ts';
import type { ConfigurationNode, Statement } from '../../language/tree.ts';
import type { Finding } from './finding.ts';

/** A statement, and the blocks around it from the outermost to the innermost. */
export interface PlacedStatement {
  statement: Statement;
  around: Statement[];
}

/**
 * The statement that a finding's line begins; the innermost one, where a line holds several.
 * @param mainPath the file that findings without a path speak of
 */
export function findStatementOf(
  nodes: readonly ConfigurationNode[],
  finding: Pick<Finding, 'line' | 'path'>,
  mainPath: string | undefined,
): PlacedStatement | undefined {
  if (finding.line === undefined) return undefined;
  const path = finding.path ?? mainPath;
  const search = (
    children: readonly ConfigurationNode[],
    around: Statement[],
  ): PlacedStatement | undefined => {
    for (const node of children) {
      if (node.kind !== 'statement') continue;
      const inner = search(getChildren(node), [...around, node]);
      if (inner) return inner;
      if (node.line === finding.line && (node.path ?? mainPath) === path) {
        return { statement: node, around };
      }
    }
    return undefined;
  };
  return search(nodes, []);
}
