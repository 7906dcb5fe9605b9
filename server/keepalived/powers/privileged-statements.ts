import { isPackagedHealthcheck } from '../config/default-configurations.ts';
import { getChildren } from '../language/block-reading.ts';
import { maximumLineBytes, splitLines } from '../language/tokens.ts';
import { parseConfiguration } from '../language/tree.ts';
import type { ConfigurationNode, ConfigurationTree, Opaque, Statement } from '../language/tree.ts';
import { maskSecrets } from '../secrets/mask-secrets.ts';
import { findPower, isList, isSafeguard } from './keyword-powers.ts';
import { getConsequence } from './power-words.ts';
import type { StatementPower } from './power-words.ts';

/** Something in a configuration by which keepalived does more than VRRP, or may do so. */
export interface PrivilegedStatement {
  /** Tells it from every other; may hold a secret. */
  id: string;
  /** As it is written, with what belongs to it, in quotes; secrets are masked, what is long is cut. */
  text: string;
  /** The block that it stands in, as its first line names it; empty: none. */
  place: string;
  power: StatementPower;
  /** What it does, in words that follow `text`. */
  consequence: string;
  /** To take it away changes who runs something, or what is checked before. */
  isSafeguard: boolean;
  /** The packaged healthcheck: this program's own. */
  isPackaged: boolean;
}

/** What says more of a statement, in the same block: who runs it, which file is made. */
const companions: Record<string, string> = { script: 'user', misc_path: 'user', init_file: 'file' };
const companionKeywords = new Set(Object.values(companions));

/**
 * All that these files have keepalived run, write, read or send, wherever it stands: a keyword
 * counts in any block, for the block that an included file belongs to is not known here. In linear
 * time.
 */
export function findPrivilegedStatements(
  files: readonly { text: string }[],
): PrivilegedStatement[] {
  return files.flatMap(({ text }) => {
    const tree = parseConfiguration(text);
    const found: PrivilegedStatement[] = [];
    findInBlock(tree.children, '', found);
    return [
      ...found,
      // One that is used in its own file is replaced there already.
      ...(files.length > 1 ? findDefinitions(tree) : []),
      ...findLongLines(tree),
    ];
  });
}

function findInBlock(
  nodes: readonly ConfigurationNode[],
  place: string,
  found: PrivilegedStatement[],
): void {
  const groups = groupCompanions(nodes);
  for (const node of nodes) {
    if (node.kind === 'include') {
      const { keyword, pattern } = node;
      found.push(describe(place, [`${keyword} ${pattern}`], { keyword, power: 'reads' }));
    } else if (node.kind === 'opaque') {
      found.push(...describeOpaque(node, place));
    } else {
      found.push(...describeStatement(node, groups, place));
      findInBlock(getChildren(node), place === '' ? written(node) : place, found);
    }
  }
}

/** The statements of a block that say more of another one, by that one. */
interface CompanionGroups {
  /** What belongs to the only `script` of a block. */
  byLeader: Map<Statement, string[]>;
  /** They are told with their leader. */
  isTold: (statement: Statement) => boolean;
}

/** Of a block with two scripts nobody knows which one a `user` belongs to: each is told by itself. */
function groupCompanions(nodes: readonly ConfigurationNode[]): CompanionGroups {
  const byKeyword = new Map<string, Statement[]>();
  for (const node of nodes) {
    if (node.kind !== 'statement') continue;
    const keyword = node.words[0].text;
    if (!(keyword in companions) && !companionKeywords.has(keyword)) continue;
    const same = byKeyword.get(keyword) ?? [];
    same.push(node);
    byKeyword.set(keyword, same);
  }
  const byLeader = new Map<Statement, string[]>();
  const told = new Set<Statement>();
  for (const [leading, following] of Object.entries(companions)) {
    const [leader, ...more] = byKeyword.get(leading) ?? [];
    const followers = byKeyword.get(following) ?? [];
    if (!leader) continue;
    byLeader.set(leader, [...more, ...followers].map(written));
    if (more.length === 0) for (const follower of followers) told.add(follower);
  }
  return { byLeader, isTold: (statement) => told.has(statement) };
}

function describeStatement(
  statement: Statement,
  { byLeader, isTold }: CompanionGroups,
  place: string,
): PrivilegedStatement[] {
  const [{ text: keyword }, command, ...more] = statement.words;
  const values = statement.words.slice(1).map(({ text }) => text);
  const power = keyword.includes('$') ? 'hidden' : findPower(keyword, values);
  if (power === undefined || power === 'nothing' || isTold(statement)) return [];
  const companion = byLeader.get(statement) ?? [];
  const isPackaged =
    keyword === 'script' &&
    command?.quoted === true &&
    more.length + companion.length === 0 &&
    isPackagedHealthcheck(command.text);
  const own = [written(statement), ...(isList(keyword) ? listWritten(statement) : [])].join(' ');
  const marks = { isSafeguard: isSafeguard(keyword), isPackaged };
  return [describe(place, [own, ...companion], { keyword, power, ...marks })];
}

/** All that stands in a block: the addresses of mail, the routes, what a check asks. */
function listWritten(statement: Statement): string[] {
  return getChildren(statement).flatMap((node) => {
    if (node.kind === 'statement') return [written(node), ...listWritten(node)];
    return node.kind === 'opaque' ? [node.text] : [];
  });
}

/** Of a line with a condition or a sequence: keepalived alone knows what becomes of it. */
function describeOpaque({ reason, text }: Opaque, place: string): PrivilegedStatement[] {
  const words = text.match(/[\w$]+/g) ?? [];
  const isMeant = words.some(
    (word) => word.includes('$') || (findPower(word) ?? 'nothing') !== 'nothing',
  );
  if (reason === 'definition' || !isMeant) return [];
  return [
    describe(place, [text], {
      ...{ keyword: '', power: 'hidden' },
      isSafeguard: words.some(isSafeguard),
    }),
  ];
}

/** The definitions, each with the lines that it goes on in; another file may use them. */
function findDefinitions({ text: whole, children }: ConfigurationTree): PrivilegedStatement[] {
  const lines = splitLines(whole);
  return listOpaque(children).flatMap(({ reason, line, text }) => {
    if (reason !== 'definition') return [];
    let end = line - 1;
    // It ends with the first line that does not continue, so each line is looked at once.
    while (end < lines.length - 1 && lines[end]?.text.endsWith('\\') === true) end += 1;
    const value = lines.slice(line - 1, end + 1).map((one) => one.text);
    return [{ ...describeHidden(`${text.split('=', 1)[0] ?? ''}=`), id: value.join('\n') }];
  });
}

function listOpaque(nodes: readonly ConfigurationNode[]): Opaque[] {
  return nodes.flatMap((node) =>
    node.kind === 'opaque'
      ? [node]
      : node.kind === 'statement'
        ? listOpaque(getChildren(node))
        : [],
  );
}

function findLongLines({ text: whole }: ConfigurationTree): PrivilegedStatement[] {
  return splitLines(whole)
    .filter(({ text }) => Buffer.byteLength(text) > maximumLineBytes)
    .map(({ text }) => ({
      ...describeHidden(`${text.replaceAll(/\s+/g, ' ').slice(0, 40)}…`),
      id: text,
    }));
}

const describeHidden = (text: string): PrivilegedStatement =>
  describe('', [text], { keyword: '', power: 'hidden' });

const longestText = 400;

function describe(
  place: string,
  parts: string[],
  {
    keyword,
    power,
    ...facts
  }: Pick<PrivilegedStatement, 'power'> & { keyword: string } & Partial<PrivilegedStatement>,
): PrivilegedStatement {
  const quote = (part: string) => `“${part}”`;
  const whole = parts.map(quote).join(' with ');
  // Each for itself, for a keyword counts where a line begins.
  const masked = parts.map((part) => quote(maskSecrets(part))).join(' with ');
  const text = masked.length > longestText ? `${masked.slice(0, longestText)}…` : masked;
  const consequence = getConsequence(keyword, power);
  const id = `${place} ${whole}`;
  return { isSafeguard: false, isPackaged: false, power, consequence, ...facts, id, text, place };
}

/** The words of a statement with their quotes. */
const written = ({ words }: Statement): string =>
  words.map(({ text, quoted }) => (quoted ? `"${text}"` : text)).join(' ');
