import type { ConfigurationNode } from '../../language/tree.ts';
import { findHealthcheck } from '../questions.ts';
import type { ConfigurationSummary } from '../questions.ts';
import type { Finding } from './finding.ts';
import { findStatementOf } from './place-in-tree.ts';

/**
 * keepalived names a line, but neither the instance nor the setting: those that the line stands in. Of
 * a script it is the instance whose healthcheck it is, where only one has it.
 * @param mainPath the file that was checked: findings in it may carry no path
 */
export function nameSetting(
  finding: Finding,
  summary: ConfigurationSummary,
  nodes: readonly ConfigurationNode[],
  mainPath: string | undefined,
): Finding {
  if (finding.keyword !== undefined) return finding;
  const placed = findStatementOf(nodes, finding, mainPath);
  const [outer, inner] = placed ? [...placed.around, placed.statement] : [];
  const [block, name] = outer?.words ?? [];
  if (!inner || name === undefined) return finding;
  const keyword = inner.words[0].text;
  if (block?.text === 'vrrp_instance') return { instance: name.text, ...finding, keyword };
  if (block?.text !== 'vrrp_script') return finding;
  const users = summary.instances.filter(
    (instance) => findHealthcheck(summary, instance)?.scriptName === name.text,
  );
  const [user] = users;
  return user && users.length === 1 ? { ...finding, instance: user.name, keyword } : finding;
}
