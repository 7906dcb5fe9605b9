import { findNearestWord } from '../../language/keywords/edit-distance.ts';
import type { Finding } from './finding.ts';

const mostNames = 6;
const mostEdits = 2;

/**
 * Names the interface that this server has, where the configuration names one that it has not.
 * @param names of the interfaces that exist; empty: not known
 */
export function nameNearestInterface(finding: Finding, names: readonly string[]): Finding {
  const wrong = finding.unknownWord;
  const others = names.filter((name) => name !== 'lo');
  if (finding.code !== 'interface-missing' || wrong === undefined || others.length === 0) {
    return finding;
  }
  // It may have come since.
  if (names.includes(wrong)) return finding;
  const nearest = findNearestWord(wrong, others, mostEdits);
  const list = others.slice(0, mostNames).join(', ') + (others.length > mostNames ? ', …' : '');
  const remedy = `Write the name of an interface that this server has: ${list}.`;
  if (nearest === undefined) return { ...finding, remedy };
  const end = finding.endsDaemon ? ' keepalived would not start.' : '';
  return {
    ...finding,
    message: `The interface ${wrong} does not exist on this server; ${nearest} does.${end}`,
    remedy: `Did you mean “${nearest}”? ${remedy}`,
  };
}
