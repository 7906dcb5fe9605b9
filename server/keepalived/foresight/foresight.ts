/**
 * What a change of the configuration will do to the virtual addresses, told before it is made.
 * The rules are those of RFC 3768 (version 2) and RFC 9568 (version 3), and measured with
 * keepalived 2.2.7: a reload keeps an instance's state as long as it is the same router (see
 * `another-router.ts`), and a setting that differs between the servers makes both of them master.
 */
import type { ConfigurationSummary } from '../config/questions.ts';
import type { RuntimeInstance } from '../proof/evidence.ts';
import { foreseeExchange } from './address-exchange.ts';
import { foreseeAnotherRouter, isAnotherRouter } from './another-router.ts';
import { findBreaches, findLostPeers } from './breaches.ts';
import type { FindResult } from './elections/effective-priority.ts';
import { foreseeElection, takeoverMs } from './elections/elections.ts';
import { findGroupDangers } from './elections/group-danger.ts';
import { foreseeGroupElection } from './elections/group-election.ts';
import { nothingForeseen, told } from './foresight-result.ts';
import type { Foresight } from './foresight-result.ts';
import type { InstanceChange, InstanceSetting } from './instance-change.ts';
import { compareInstances } from './instance-changes.ts';
import { formatApproximateSeconds, joinWords } from './words.ts';

export interface ForeseenChange {
  /** The files as they are on the disk. */
  before: ConfigurationSummary;
  after: ConfigurationSummary;
  /** The instances whose password changes: a summary never holds one. */
  passwordChanges: ReadonlySet<string>;
  /** What is known of what is tracked; without it, nothing is. */
  findResult?: FindResult;
  /** keepalived's own account of its instances; `unknown`: it runs, but gave none. */
  running: readonly RuntimeInstance[] | 'stopped' | 'unknown';
}

/** What will happen when keepalived loads `after`, and what could go wrong with it. */
export function foreseeChange(change: ForeseenChange): Foresight {
  const { running } = change;
  if (running === 'stopped') {
    return told('keepalived is stopped: nothing will move until it is started.');
  }
  const changes = compareInstances(change, running === 'unknown' ? [] : running);
  const foresights = [
    ...changes.map((one) => nameInstance(foreseeInstance(one, changes), one, changes)),
    ...listGroups(changes).map(foreseeGroupElection),
  ];
  const sentences = foresights.flatMap((foresight) => foresight.sentences);
  const unread = changes.filter(({ hasUnreadParts }) => hasUnreadParts).map(({ name }) => name);
  if (running === 'unknown') {
    sentences.push('Can’t tell what will move: keepalived did not answer.');
  }
  return {
    ...nothingForeseen,
    sentences: [
      ...(sentences.length === 0 ? ['No virtual IP will move.'] : sentences),
      ...(unread.length === 0 ? [] : [describeUnread(unread)]),
    ],
    dangers: [
      ...foresights.flatMap((foresight) => foresight.dangers),
      ...findGroupDangers(changes),
      ...describeLostIncludes(change),
    ],
    movements: foresights.flatMap((foresight) => foresight.movements),
  };
}

function foreseeInstance(change: InstanceChange, all: readonly InstanceChange[]): Foresight {
  const { groupName } = change;
  const others = all.filter(
    (one) => one !== change && groupName !== undefined && one.groupName === groupName,
  );
  if (change.after === undefined) return foreseeRemoval(change);
  if (change.state === 'FAULT') return foreseeFault(change, change.after, others);
  const breaches = findBreaches(change);
  const election = foreseeOwnElection(change, breaches.length > 0);
  const faults = foreseeNewFault(change, change.after, others);
  const exchange = foreseeExchange(change);
  return {
    ...nothingForeseen,
    sentences: [...exchange.sentences, ...(faults ?? election).sentences],
    dangers: [
      ...exchange.dangers,
      ...foreseeAnotherRouter(change).dangers,
      ...describeBreaches(breaches, change),
      ...describeLostPeers(change),
      ...(faults?.dangers ?? []),
    ],
    movements: faults ? [] : election.movements,
  };
}

/** In a sync group the members decide together, unless that group comes or changes too. */
function foreseeOwnElection(change: InstanceChange, isBreached: boolean): Foresight {
  if (change.groupName === undefined && !change.changesGroup) {
    return foreseeElection(change, isBreached);
  }
  const alone = foreseeElection(change, isBreached);
  const isSimple = !change.changesGroup && !isBreached && change.before !== undefined;
  if (isSimple && change.after && change.before && !isAnotherRouter(change.before, change.after)) {
    return nothingForeseen;
  }
  if (alone.sentences.length === 0 && !change.changesGroup) return nothingForeseen;
  const addresses = joinWords(change.after?.addresses ?? []);
  return told(
    `Can’t tell whether ${addresses} moves: the members of a sync group move together, and this changes more than their priorities.`,
  );
}

/** The members of each sync group that stays what it is, of which only the priorities count. */
function listGroups(changes: readonly InstanceChange[]): InstanceChange[][] {
  const names = new Set(changes.flatMap(({ groupName }) => groupName ?? []));
  const groups = [...names].map((name) => changes.filter(({ groupName }) => groupName === name));
  return groups.filter((members) =>
    members.every(
      (member) =>
        !member.changesGroup &&
        member.before !== undefined &&
        member.after !== undefined &&
        !isAnotherRouter(member.before, member.after) &&
        findBreaches(member).length === 0 &&
        (member.keepsWeights || (member.foreseen?.faults.length ?? 0) === 0),
    ),
  );
}

/** What it, or another member of its sync group, begins to track fails now. */
function foreseeNewFault(
  { name, foreseen, keepsWeights, state }: InstanceChange,
  after: InstanceSetting,
  others: readonly InstanceChange[],
): Foresight | undefined {
  const own = keepsWeights ? [] : (foreseen?.faults ?? []);
  const other = others.find((one) => !one.keepsWeights && one.foreseen?.faults.length);
  if (own.length === 0 && !other) return undefined;
  const cause =
    own.length > 0
      ? `${joinWords(own)} fails now, which puts ${name} into Fault`
      : `The members of a sync group have one state: with ${other?.name ?? 'another'}, ${name} goes into Fault`;
  const addresses = joinWords(after.addresses);
  const sentence =
    state === 'MASTER'
      ? `${cause}: this server will give up ${addresses} at once.`
      : `${cause}: this server will not take ${addresses}, whatever becomes of the peer.`;
  return { ...told(sentence), dangers: [sentence] };
}

/** It stays so, unless what holds it there goes with the change. */
function foreseeFault(
  change: InstanceChange,
  after: InstanceSetting,
  others: readonly InstanceChange[],
): Foresight {
  const dropped = findDropped(change);
  const causes = [change, ...others].flatMap(findRemovedCauses);
  if (causes.length === 0) {
    return told('This server is in Fault: nothing will move until the cause of that is removed.');
  }
  const takeMs = takeoverMs(after, after.priority);
  const addresses = joinWords(after.addresses);
  const condition = after.nopreempt
    ? 'if no peer serves it then (nopreempt is set)'
    : `if its priority ${after.priority} is higher than the peer’s`;
  const sentence = `This server is in Fault. If the cause is ${[...new Set(causes)].join(' or ')}, this change removes it: then this server will take ${addresses} in ${formatApproximateSeconds(takeMs)}, ${condition}.`;
  const files = dropped.filter((entry) => entry.startsWith('track_file '));
  return {
    ...told(sentence),
    dangers: files.map(
      (entry) =>
        `“${entry}” is removed: if it holds this server in maintenance, that ends without “End maintenance”.`,
    ),
  };
}

function findDropped({ before, after }: InstanceChange): string[] {
  return (before?.tracked ?? []).filter((entry) => after?.tracked.includes(entry) === false);
}

function findRemovedCauses(change: InstanceChange): string[] {
  const { before, after, redefined } = change;
  return [
    ...(before && after && isAnotherRouter(before, after)
      ? ['its interface or virtual router ID']
      : []),
    ...[...findDropped(change), ...redefined].map((entry) => `“${entry}”`),
  ];
}

function foreseeRemoval({ name, before, state }: InstanceChange): Foresight {
  const addresses = joinWords(before?.addresses ?? []);
  if (state === 'BACKUP' || state === 'FAULT') {
    return told(`${name} is removed: this server will no longer stand by for ${addresses}.`);
  }
  return {
    ...told(`${addresses} will be released; a standby peer takes it.`),
    dangers: [
      `${name} is removed: this server releases ${addresses}. No server has it unless a peer takes over.`,
    ],
  };
}

function describeBreaches(breaches: string[], { before, after }: InstanceChange): string[] {
  if (breaches.length === 0 || !before || !after) return [];
  const kept = before.addresses.filter((address) => after.addresses.includes(address));
  const outcome =
    kept.length > 0
      ? `both will serve ${joinWords(kept)} (split brain)`
      : `one will serve ${joinWords(before.addresses)} and the other ${joinWords(after.addresses)}`;
  return [
    `${capitalize(joinWords(breaches))}: until that is so on the peer too, the servers do not accept each other’s advertisements, and ${outcome}. ` +
      'To avoid it, stop keepalived on the peer, change both servers, then start it there.',
  ];
}

/** Two servers serve only where one of these peers runs: that is not known here. */
function describeLostPeers(change: InstanceChange): string[] {
  const peers = findLostPeers(change);
  if (peers.length === 0) return [];
  const addresses = joinWords(change.after?.addresses ?? []);
  const when = change.state === 'MASTER' ? '' : ', once this server serves';
  return [
    `Advertisements are no longer sent to ${joinWords(peers)}. If a keepalived runs there, it no longer receives from this server${when}: then both serve ${addresses} (split brain). Stop keepalived there first, or leave the peer in the list.`,
  ];
}

/** What an included file says is not known here to come or go with its include. */
function describeLostIncludes({ before, after }: ForeseenChange): string[] {
  const kept = new Set(after.includes.map(({ pattern }) => pattern));
  return before.includes
    .filter(({ pattern, isRead }) => !isRead && !kept.has(pattern))
    .map(
      ({ keyword, pattern }) =>
        `“${keyword} ${pattern}” is removed: this server releases what an instance in it serves now.`,
    );
}

function describeUnread(names: string[]): string {
  return `This is foreseen from the text of ${joinWords(names)} alone: what is included in it or computed is taken to stay as it is.`;
}

const capitalize = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** Where there are several instances, each sentence says of which it speaks. */
function nameInstance(
  foresight: Foresight,
  { name }: InstanceChange,
  all: readonly InstanceChange[],
): Foresight {
  if (all.length < 2) return foresight;
  const prefix = (text: string): string => (text.startsWith(name) ? text : `${name}: ${text}`);
  return {
    ...foresight,
    sentences: foresight.sentences.map(prefix),
    dangers: foresight.dangers.map(prefix),
  };
}
