import { findAddress } from './addresses.ts';
import { childrenOf, entriesOf, entryNames, lastNumber, lastValue } from './block-reading.ts';
import type {
  ConfigurationProblem,
  ConfiguredAddress,
  ConfiguredAuthentication,
  ConfiguredInstance,
} from './summary.ts';
import { findStatements } from './tree.ts';
import type { ConfigurationNode, Statement } from './tree.ts';
import { readVirtualInterface } from './virtual-interface.ts';

const ownerPriority = 255;
const defaultPriority = 100;
const maximumPasswordBytes = 8;

/**
 * What one `vrrp_instance` says, with keepalived's defaults (`vrrp.c` 2.2.7): a missing priority
 * follows from the state (MASTER makes an address owner, 255), a missing state from the priority.
 * Entries that are no addresses are added to `problems`.
 * @param globals what `global_defs` holds
 */
export function summarizeInstance(
  statement: Statement,
  globals: readonly ConfigurationNode[],
  problems: ConfigurationProblem[],
): ConfiguredInstance {
  const nodes = childrenOf(statement);
  const globalVersion = readVersion(globals, 'vrrp_version');
  const addresses = [
    ...readAddresses(nodes, 'virtual_ipaddress', problems),
    ...readAddresses(nodes, 'virtual_ipaddress_excluded', problems),
  ];
  const isIpv6 = addresses.find((address) => !address.excluded)?.family === 'inet6';
  const virtualRouterId = lastNumber(nodes, 'virtual_router_id', { minimum: -Infinity });
  const multicastDestination = lastValue(nodes, 'mcast_dst_ip');
  return {
    name: statement.words[1]?.text ?? '',
    line: statement.line,
    endLine: findEndLine(statement),
    ...readStateAndPriority(nodes),
    interfaceName: lastValue(nodes, 'interface'),
    ...readVirtualInterface(nodes, { globals, isIpv6, virtualRouterId }),
    virtualRouterId,
    advertIntervalSeconds:
      lastNumber(nodes, 'advert_int', { minimum: 0.01, maximum: 255, whole: false }) ?? 1,
    version: readVersion(nodes, 'version') ?? (isIpv6 ? 3 : globalVersion),
    nopreempt: readNopreempt(nodes),
    authentication: readAuthentication(nodes),
    addresses,
    trackedScripts: entryNames(nodes, 'track_script'),
    trackedInterfaces: entryNames(nodes, 'track_interface'),
    tracked: readTracked(nodes),
    unicastPeers: entryNames(nodes, 'unicast_peer'),
    unicastSourceAddress: lastValue(nodes, 'unicast_src_ip'),
    ...(multicastDestination === undefined ? {} : { multicastDestination }),
    ...(hasUnreadParts(nodes) ? { hasUnreadParts: true } : {}),
  };
}

/** The VRRP version that a keyword sets: `version` in an instance, `vrrp_version` globally. */
export function readVersion(
  nodes: readonly ConfigurationNode[],
  keyword: 'version' | 'vrrp_version',
): 2 | 3 | undefined {
  const version = lastNumber(nodes, keyword);
  return version === 2 || version === 3 ? version : undefined;
}

function readAddresses(
  nodes: readonly ConfigurationNode[],
  keyword: string,
  problems: ConfigurationProblem[],
): ConfiguredAddress[] {
  const excluded = keyword === 'virtual_ipaddress_excluded';
  return entriesOf(nodes, keyword).flatMap(({ words, line }) => {
    const texts = words.map((word) => word.text);
    const address = findAddress(texts, { line, excluded });
    if (address !== undefined) return [address];
    const message = `“${texts[0] ?? ''}” is no IP address; keepalived skips it.`;
    problems.push({ code: 'invalid-address', line, message });
    return [];
  });
}

function readStateAndPriority(nodes: readonly ConfigurationNode[]): {
  initialState: 'MASTER' | 'BACKUP';
  priority: number;
} {
  const states = findStatements(nodes, 'state').map((statement) => statement.words[1]?.text);
  // Once MASTER, a later BACKUP is ignored; any other word counts as BACKUP.
  const lastOther = states.findLastIndex((state) => state !== 'MASTER' && state !== 'BACKUP');
  const wantsMaster = states.slice(lastOther + 1).includes('MASTER');
  const written = lastValue(nodes, 'priority');
  const valid = lastNumber(nodes, 'priority', { minimum: 1, maximum: ownerPriority });
  const derived = wantsMaster && written === undefined ? ownerPriority : defaultPriority;
  const priority = valid ?? derived;
  const isMaster = states.length === 0 ? priority === ownerPriority : wantsMaster;
  return { initialState: isMaster ? 'MASTER' : 'BACKUP', priority };
}

function readTracked(nodes: readonly ConfigurationNode[]): string[] {
  const kinds = ['track_script', 'track_interface', 'track_file', 'track_process', 'track_bfd'];
  return kinds.flatMap((kind) =>
    entriesOf(nodes, kind).map(({ words }) => [kind, ...words.map(({ text }) => text)].join(' ')),
  );
}

function readNopreempt(nodes: readonly ConfigurationNode[]): boolean {
  const last = nodes.findLast(
    (node): node is Statement =>
      node.kind === 'statement' && ['nopreempt', 'preempt'].includes(node.words[0].text),
  );
  return last?.words[0].text === 'nopreempt';
}

function readAuthentication(nodes: readonly ConfigurationNode[]): ConfiguredAuthentication {
  const block = findStatements(nodes, 'authentication').flatMap(childrenOf);
  const type = lastValue(block, 'auth_type');
  const password = lastValue(block, 'auth_pass') ?? '';
  return {
    type: type === 'PASS' || type === 'AH' ? type : 'none',
    hasPassword: password !== '',
    passwordTooLong: Buffer.byteLength(password) > maximumPasswordBytes,
  };
}

/** Whether something that is not read here, or a reference that is not resolved, may say more. */
function hasUnreadParts(nodes: readonly ConfigurationNode[]): boolean {
  return nodes.some((node) => {
    if (node.kind === 'opaque') return node.reason === 'condition' || node.reason === 'sequence';
    if (node.kind === 'include') return true;
    return node.words.some((word) => word.text.includes('$')) || hasUnreadParts(childrenOf(node));
  });
}

function findEndLine(statement: Statement): number {
  const { block } = statement;
  if (block?.close !== undefined) return block.close.line;
  return block?.children.at(-1)?.line ?? block?.open.line ?? statement.line;
}
