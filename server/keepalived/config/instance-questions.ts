import { ownerPriority } from '../addresses/owner-priority.ts';
import {
  getChildren,
  hasUnknownWord,
  hasUnreadParts,
  isSwitchedOn,
  isUnread,
  lastNumber,
  lastValidNumber,
  lastValue,
} from '../language/block-reading.ts';
import { getConfigurationPlace } from '../language/place.ts';
import { findStatements } from '../language/tree.ts';
import type { ConfigurationNode, Statement } from '../language/tree.ts';
import { readHmac } from './hmac-questions.ts';
import { readInOrder } from './instance-order.ts';
import type {
  ConfigurationProblem,
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
  const nodes = getChildren(statement);
  const globalVersion = readVersion(globals, 'vrrp_version');
  const { family, addresses, ...inOrder } = readInOrder(nodes, problems);
  const isIpv6 = family === 'inet6';
  const isStrict = isSwitchedOn(nodes, 'strict_mode') ?? isSwitchedOn(globals, 'vrrp_strict');
  const sure = nodes.slice(nodes.findLastIndex(isUnread) + 1);
  const mayDefault = (...keywords: string[]): boolean =>
    sure.length === nodes.length &&
    !keywords.some((keyword) => findStatements(nodes, keyword).some(hasUnknownWord));
  const written = inOrder.version ?? (isIpv6 ? 3 : globalVersion);
  const version = isIpv6 && isStrict === true ? 3 : written;
  const virtualRouterId = lastNumber(sure, 'virtual_router_id', { minimum: -Infinity });
  const multicastDestination = readMulticastDestination(nodes, globals, isIpv6);
  const advertIntervalSeconds = roundInterval(
    lastValidNumber(sure, 'advert_int', { minimum: 0.01, maximum: 255, whole: false }) ??
      (mayDefault('advert_int') ? 1 : undefined),
    version,
  );
  const preemptDelaySeconds = lastNumber(nodes, 'preempt_delay', { whole: false, maximum: 1000 });
  const unicastTtl = lastNumber(nodes, 'unicast_ttl', { maximum: 255 });
  const hmac = readHmac(nodes, advertIntervalSeconds ?? 1);
  const authentication = readAuthentication(nodes, mayDefault(), {
    isStrict: isStrict === true,
    isIpv6,
    version,
  });
  const { initialState: writtenState, priority } = mayDefault('state', 'priority')
    ? readStateAndPriority(nodes)
    : readSureStateAndPriority(sure);
  const isOwner = priority === ownerPriority;
  const initialState = findInitialState(writtenState, {
    isOwner,
    isStrict: isStrict === true,
    usesHeader: authentication.type === 'AH' && authentication.isIgnored !== true,
  });
  return {
    name: statement.words[1]?.text ?? '',
    ...getConfigurationPlace(statement),
    endLine: findEndLine(statement),
    initialState,
    priority,
    interfaceName: lastValue(sure, 'interface'),
    ...readVirtualInterface(nodes, { globals, isIpv6, virtualRouterId }),
    virtualRouterId,
    advertIntervalSeconds,
    version,
    nopreempt: readNopreempt(sure) ?? (mayDefault() ? false : undefined),
    ...(preemptDelaySeconds ? { preemptDelaySeconds } : {}),
    authentication,
    ...(hmac ? { hmac } : {}),
    addresses,
    ...readTracking(nodes),
    unicastPeers: inOrder.unicastPeers,
    ...(findStatements(nodes, 'unicast_fault_no_peer').length > 0
      ? { hasFaultWithoutPeer: true as const }
      : {}),
    unicastSourceAddress: inOrder.unicastSourceAddress,
    ...(unicastTtl === undefined ? {} : { unicastTtl }),
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

/** Where keepalived does not begin as `state` says (`vrrp.c` 2.2.7). */
function findInitialState(
  written: 'MASTER' | 'BACKUP' | undefined,
  { isOwner, isStrict, usesHeader }: { isOwner: boolean; isStrict: boolean; usesHeader: boolean },
): 'MASTER' | 'BACKUP' | undefined {
  if (written === undefined) return undefined;
  if (isStrict) return isOwner ? 'MASTER' : 'BACKUP';
  // It has to hear an advertisement with the other's sequence number first.
  return usesHeader && !isOwner ? 'BACKUP' : written;
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

/**
 * Of several types the last one that keepalived knows counts. It ignores authentication in a strict
 * instance, with VRRP version 3, without a password, and AH with IPv6 (`vrrp.c` 2.2.7).
 */
function readAuthentication(
  nodes: readonly ConfigurationNode[],
  isWhole: boolean,
  instance: { isStrict: boolean; isIpv6: boolean; version: 2 | 3 | undefined },
): ConfiguredAuthentication {
  const block = findStatements(nodes, 'authentication').flatMap(getChildren);
  const isKnown = isWhole && !hasUnreadParts(block);
  const type = findStatements(block, 'auth_type')
    .map(({ words }) => words[1]?.text)
    .findLast((word) => word === 'PASS' || word === 'AH');
  const password = lastValue(block, 'auth_pass') ?? '';
  const isIgnored =
    type !== undefined &&
    (instance.isStrict ||
      instance.version === 3 ||
      (password === '' && isKnown) ||
      (instance.isIpv6 && type === 'AH'));
  return {
    type: type ?? (isKnown ? 'none' : undefined),
    ...(isIgnored ? { isIgnored } : {}),
    hasPassword: password !== '',
    passwordTooLong: Buffer.byteLength(password) > maximumPasswordBytes,
  };
}

/** What counts of it; undefined: not known. */
export function getAuthentication({
  authentication,
}: Pick<ConfiguredInstance, 'authentication'>): ConfiguredAuthentication['type'] {
  return authentication.isIgnored === true ? 'none' : authentication.type;
}

function findEndLine(statement: Statement): number {
  const { block } = statement;
  if (block?.close !== undefined) return block.close.line;
  return block?.children.at(-1)?.line ?? block?.open.line ?? statement.line;
}
