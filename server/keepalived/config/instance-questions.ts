import { bareAddress } from '../addresses/addresses.ts';
import { ownerPriority } from '../addresses/owner-priority.ts';
import {
  childrenOf,
  entriesOf,
  entryNames,
  hasUnknownWord,
  hasUnreadParts,
  isUnread,
  lastNumber,
  lastValue,
} from '../language/block-reading.ts';
import { placeOf } from '../language/place.ts';
import { findStatements } from '../language/tree.ts';
import type { ConfigurationNode, Statement } from '../language/tree.ts';
import { findAddress } from './addresses.ts';
import { readHmac } from './hmac-questions.ts';
import type {
  ConfigurationProblem,
  ConfiguredAddress,
  ConfiguredAuthentication,
  ConfiguredInstance,
} from './summary.ts';
import { readTracking } from './sync-group-questions.ts';
import { readVirtualInterface } from './virtual-interface.ts';

const defaultPriority = 100;
const maximumPasswordBytes = 8;

/**
 * What one `vrrp_instance` says, with keepalived's defaults (`vrrp.c` 2.2.7): a missing priority
 * follows from the state (MASTER makes an address owner, 255), a missing state from the priority.
 * The last word wins: only what stands behind a part that is not read is surely so, and no default
 * is. Entries that are no addresses are added to `problems`.
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
  const sure = nodes.slice(nodes.findLastIndex(isUnread) + 1);
  const mayDefault = (...keywords: string[]): boolean =>
    sure.length === nodes.length &&
    !keywords.some((keyword) => findStatements(nodes, keyword).some(hasUnknownWord));
  const version = readVersion(sure, 'version') ?? (isIpv6 ? 3 : globalVersion);
  const virtualRouterId = lastNumber(sure, 'virtual_router_id', { minimum: -Infinity });
  const source = lastValue(nodes, 'unicast_src_ip');
  const multicastDestination = readMulticastDestination(nodes, globals, isIpv6);
  const advertIntervalSeconds = roundInterval(
    lastNumber(sure, 'advert_int', { minimum: 0.01, maximum: 255, whole: false }) ??
      (mayDefault('advert_int') ? 1 : undefined),
    version,
  );
  const preemptDelaySeconds = lastNumber(nodes, 'preempt_delay', { whole: false, maximum: 1000 });
  const hmac = readHmac(nodes, advertIntervalSeconds ?? 1);
  return {
    name: statement.words[1]?.text ?? '',
    ...placeOf(statement),
    endLine: findEndLine(statement),
    ...(mayDefault('state', 'priority')
      ? readStateAndPriority(nodes)
      : readSureStateAndPriority(sure)),
    interfaceName: lastValue(sure, 'interface'),
    ...readVirtualInterface(nodes, { globals, isIpv6, virtualRouterId }),
    virtualRouterId,
    advertIntervalSeconds,
    version,
    nopreempt: readNopreempt(sure) ?? (mayDefault() ? false : undefined),
    ...(preemptDelaySeconds ? { preemptDelaySeconds } : {}),
    authentication: readAuthentication(nodes, mayDefault()),
    ...(hmac ? { hmac } : {}),
    addresses,
    ...readTracking(nodes),
    unicastPeers: entryNames(nodes, 'unicast_peer').map(bareAddress),
    unicastSourceAddress: source && bareAddress(source),
    ...(multicastDestination === undefined ? {} : { multicastDestination }),
    ...(hasUnreadParts(nodes) ? { hasUnreadParts: true } : {}),
  };
}

/** Undefined: the one of the RFC, written or not. */
function readMulticastDestination(
  nodes: readonly ConfigurationNode[],
  globals: readonly ConfigurationNode[],
  isIpv6: boolean,
): string | undefined {
  const group = lastValue(globals, isIpv6 ? 'vrrp_mcast_group6' : 'vrrp_mcast_group4');
  const written = lastValue(nodes, 'mcast_dst_ip') ?? group;
  return written === (isIpv6 ? 'ff02::12' : '224.0.0.18') ? undefined : written;
}

/** The VRRP version that a keyword sets: `version` in an instance, `vrrp_version` globally. */
export function readVersion(
  nodes: readonly ConfigurationNode[],
  keyword: 'version' | 'vrrp_version',
): 2 | 3 | undefined {
  const version = lastNumber(nodes, keyword);
  return version === 2 || version === 3 ? version : undefined;
}

/** As keepalived does (`vrrp.c` 2.2.7): whole seconds in version 2, hundredths in version 3. */
function roundInterval(seconds: number | undefined, version: 2 | 3 | undefined) {
  if (seconds === undefined) return undefined;
  if (version !== 3) return Math.max(1, Math.round(seconds));
  return Math.min(40.95, Math.max(0.01, Math.round(seconds * 100) / 100));
}
/** keepalived takes one with these addresses, and ignores it (measured, 2.2.7). */

function readAddresses(
  nodes: readonly ConfigurationNode[],
  keyword: string,
  problems: ConfigurationProblem[],
): ConfiguredAddress[] {
  const excluded = keyword === 'virtual_ipaddress_excluded';
  return entriesOf(nodes, keyword).flatMap(({ words, line, path }) => {
    const texts = words.map((word) => word.text);
    const address = findAddress(texts, { line, path, excluded });
    if (address !== undefined) return [address];
    const message = `“${texts[0] ?? ''}” is no IP address; keepalived skips it.`;
    problems.push({ code: 'invalid-address', ...placeOf({ line, path }), message });
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

/** What is surely so of nodes behind a part that is not read. */
function readSureStateAndPriority(nodes: readonly ConfigurationNode[]): {
  initialState: 'MASTER' | 'BACKUP' | undefined;
  priority: number | undefined;
} {
  const states = findStatements(nodes, 'state').map((statement) => statement.words[1]?.text);
  const { initialState } = readStateAndPriority(nodes);
  // A MASTER before it makes keepalived ignore a BACKUP; any other word does not.
  const isSure =
    states.some((state) => state !== 'BACKUP') &&
    !states.some((state) => state?.includes('$') === true);
  return {
    initialState: isSure ? initialState : undefined,
    priority: lastNumber(nodes, 'priority', { minimum: 1, maximum: ownerPriority }),
  };
}

function readNopreempt(nodes: readonly ConfigurationNode[]): boolean | undefined {
  const last = nodes.findLast(
    (node): node is Statement =>
      node.kind === 'statement' && ['nopreempt', 'preempt'].includes(node.words[0].text),
  );
  return last === undefined ? undefined : last.words[0].text === 'nopreempt';
}

function readAuthentication(
  nodes: readonly ConfigurationNode[],
  isWhole: boolean,
): ConfiguredAuthentication {
  const block = findStatements(nodes, 'authentication').flatMap(childrenOf);
  const written = lastValue(block, 'auth_type');
  const type = written === 'PASS' || written === 'AH' ? written : undefined;
  const password = lastValue(block, 'auth_pass') ?? '';
  return {
    type: type ?? (isWhole && !hasUnreadParts(block) ? 'none' : undefined),
    hasPassword: password !== '',
    passwordTooLong: Buffer.byteLength(password) > maximumPasswordBytes,
  };
}

function findEndLine(statement: Statement): number {
  const { block } = statement;
  if (block?.close !== undefined) return block.close.line;
  return block?.children.at(-1)?.line ?? block?.open.line ?? statement.line;
}
