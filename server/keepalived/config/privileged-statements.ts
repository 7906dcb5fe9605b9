import { maskSecrets } from '../mask-secrets.ts';
import { childrenOf } from './block-reading.ts';
import { isPackagedHealthcheck } from './default-configurations.ts';
import { findPrivilege, isSafeguard } from './privileged-keywords.ts';
import type { Privilege } from './privileged-keywords.ts';
import { maximumLineBytes, splitLines } from './tokens.ts';
import { findStatements, parseConfiguration } from './tree.ts';
import type { ConfigurationNode, ConfigurationTree, Opaque, Statement } from './tree.ts';

/** Something in a configuration by which keepalived does more than VRRP, or may do so. */
export interface PrivilegedStatement {
  /** Tells it from every other; may hold a secret. */
  id: string;
  /** As it is written, with what belongs to it, in quotes; secrets are masked. */
  text: string;
  /** The block that it stands in, as its first line names it; empty: none. */
  place: string;
  /** `hidden`: what it does is seen only when keepalived reads it. */
  privilege: Privilege | 'hidden';
  /** To take it away changes who runs something, or what is checked before. */
  isSafeguard: boolean;
  /** The packaged healthcheck: this program's own. */
  isPackaged: boolean;
}

/** What says more of a statement, in the same block: who runs it, which file is made. */
const companions: Partial<Record<string, string>> = {
  script: 'user',
  misc_path: 'user',
  init_file: 'file',
};

/**
 * All that these files have keepalived run, write, read or send, wherever it stands: a keyword
 * counts in any block, for the block that an included file belongs to is not known here.
 */
export function findPrivilegedStatements(
  files: readonly { text: string }[],
): PrivilegedStatement[] {
  return files.flatMap(({ text }) => {
    const tree = parseConfiguration(text);
    return [
      ...findInBlock(tree.children, ''),
      // One that is used in its own file is replaced there already.
      ...(files.length > 1 ? findDefinitions(tree) : []),
      ...findLongLines(tree),
    ];
  });
}

function findInBlock(nodes: readonly ConfigurationNode[], place: string): PrivilegedStatement[] {
  return nodes.flatMap((node): PrivilegedStatement[] => {
    if (node.kind === 'include') {
      return [describe(place, [`${node.keyword} ${node.pattern}`], { privilege: 'read' })];
    }
    if (node.kind === 'opaque') return describeOpaque(node, place);
    const inside = findInBlock(childrenOf(node), place === '' ? written(node) : place);
    return [...describeStatement(node, nodes, place), ...inside];
  });
}

function describeStatement(
  statement: Statement,
  siblings: readonly ConfigurationNode[],
  place: string,
): PrivilegedStatement[] {
  const [{ text: keyword }, command, ...more] = statement.words;
  const privilege = keyword.includes('$') ? 'hidden' : findPrivilege(keyword);
  if (!privilege || isCompanion(keyword, siblings)) return [];
  // The addresses of notification_email.
  const list = privilege === 'mail' ? childrenOf(statement).filter(isStatement).map(written) : [];
  const companion = findStatements(siblings, companions[keyword] ?? '').map(written);
  const isPackaged =
    keyword === 'script' &&
    command?.quoted === true &&
    more.length + companion.length === 0 &&
    isPackagedHealthcheck(command.text);
  const own = [written(statement), ...list].join(' ');
  const safeguard = isSafeguard(keyword);
  return [describe(place, [own, ...companion], { privilege, isSafeguard: safeguard, isPackaged })];
}

/** Of a line with a condition or a sequence: keepalived alone knows what becomes of it. */
function describeOpaque({ reason, text }: Opaque, place: string): PrivilegedStatement[] {
  const words = text.match(/[\w$]+/g) ?? [];
  const isMeant = words.some((word) => word.includes('$') || findPrivilege(word) !== undefined);
  if (reason === 'definition' || !isMeant) return [];
  return [describe(place, [text], { privilege: 'hidden', isSafeguard: words.some(isSafeguard) })];
}

/** The definitions, each with the lines that it goes on in; another file may use them. */
function findDefinitions({ text: whole, children }: ConfigurationTree): PrivilegedStatement[] {
  const lines = splitLines(whole);
  return listOpaque(children).flatMap(({ reason, line, text }) => {
    if (reason !== 'definition') return [];
    const end = lines.findIndex((one, index) => index >= line - 1 && !one.text.endsWith('\\'));
    const value = lines.slice(line - 1, end === -1 ? undefined : end + 1);
    const name = `${text.split('=')[0] ?? ''}=`;
    const described = describe('', [name], { privilege: 'hidden' });
    return [{ ...described, id: value.map((one) => one.text).join('\n') }];
  });
}

function listOpaque(nodes: readonly ConfigurationNode[]): Opaque[] {
  return nodes.flatMap((node) =>
    node.kind === 'opaque' ? [node] : node.kind === 'statement' ? listOpaque(childrenOf(node)) : [],
  );
}

function findLongLines({ text: whole }: ConfigurationTree): PrivilegedStatement[] {
  return splitLines(whole)
    .filter(({ text }) => Buffer.byteLength(text) > maximumLineBytes)
    .map(({ text }) => {
      const described = describe('', [`${text.replaceAll(/\s+/g, ' ').slice(0, 40)}…`], {
        privilege: 'hidden',
      });
      return { ...described, id: text };
    });
}

function describe(
  place: string,
  parts: string[],
  facts: Pick<PrivilegedStatement, 'privilege'> & Partial<PrivilegedStatement>,
): PrivilegedStatement {
  const text = parts.map((part) => `“${part}”`).join(' with ');
  const id = `${place} ${text}`;
  return { isSafeguard: false, isPackaged: false, ...facts, id, text: maskSecrets(text), place };
}

/** A `user` beside a `script` belongs to that; alone, it may belong to one of another file. */
const isCompanion = (keyword: string, siblings: readonly ConfigurationNode[]): boolean =>
  Object.entries(companions).some(
    ([leader, companion]) => companion === keyword && findStatements(siblings, leader).length > 0,
  );

const isStatement = (node: ConfigurationNode): node is Statement => node.kind === 'statement';

/** The words of a statement with their quotes. */
const written = ({ words }: Statement): string =>
  words.map(({ text, quoted }) => (quoted ? `"${text}"` : text)).join(' ');
