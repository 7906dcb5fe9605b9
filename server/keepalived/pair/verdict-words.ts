/** The verdict of a virtual router in one sentence, and its reasons in one each. */
import { formatApproximateSeconds } from '../foresight/words.ts';
import { listInWords } from '../words.ts';
import type { KnownServer, Member } from './known-server.ts';
import type { VirtualRouter } from './match-routers.ts';
import type { Readiness } from './readiness.ts';
import type { RouterVerdict } from './router-verdict.ts';
import { findWireDirection } from './wire-direction.ts';

interface WordsCase {
  kind: RouterVerdict['kind'];
  addresses: readonly string[];
  between?: 'nobody' | 'two';
  outsider?: { address: string; heardBy: KnownServer };
  router: VirtualRouter;
  servers: readonly KnownServer[];
  servedBy: readonly KnownServer[];
  active: Member | undefined;
  readiness: readonly Readiness[];
}

/** @returns no time in it: it changes only when something else is true */
export function describeVerdict(one: WordsCase): Pick<RouterVerdict, 'sentence' | 'reasons'> {
  const { readiness, active } = one;
  const others = readiness.filter(({ server }) => server !== active?.server);
  const reasons = (active ? others : readiness).flatMap((server) => listReasons(server));
  return { sentence: describe(one, others), reasons };
}

const listReasons = ({ reasons }: Readiness): string[] =>
  reasons.map(({ sentence }) => `${capitalize(sentence)}.`);

function describe(one: WordsCase, others: readonly Readiness[]): string {
  const { kind, router, servedBy, active } = one;
  const concerned = listInWords(one.addresses);
  const served = `${listInWords(router.addresses)} ${isOne(router) ? 'is' : 'are'} served by`;
  switch (kind) {
    case 'nobody':
      return `Nobody serves ${concerned}${because(findWorst(one.readiness))}.`;
    case 'two':
      return `${namesOf(servedBy)} ${servedBy.length === 2 ? 'both' : 'all'} serve ${concerned}${because(describeWire(one))}.`;
    case 'switching':
      return one.between === 'two'
        ? `${concerned} is moving: ${namesOf(servedBy)} have it for a moment.`
        : `${concerned} is moving: nobody has it yet${describeNext(one.readiness)}.`;
    case 'unknown':
      return describeUnknown(one, others, served);
    case 'unprotected':
      if (!active && servedBy.length > 1) return describeSplit(one);
      if (!active) {
        return `${served} ${namesOf(servedBy)} with another virtual router ID than ${router.virtualRouterId ?? '?'}: the two are no pair${because(findWorst(one.readiness))}.`;
      }
      return `${served} ${active.server.name}, but not protected${because(findWorst(others))}.`;
    case 'degraded':
      return `${served} ${active?.server.name ?? '?'}; ${describeNextServer(others)}, but ${listInWords(findWorst(others))}.`;
    case 'protected': {
      const name = active?.server.name ?? '?';
      return `${served} ${name}; ${describeNextServer(others)} after the network loses ${name}.`;
    }
  }
}

function describeUnknown(
  { outsider, active, router, readiness, servers }: WordsCase,
  others: readonly Readiness[],
  served: string,
): string {
  const addresses = listInWords(router.addresses);
  if (outsider) {
    return `${served} ${outsider.address}, as ${outsider.heardBy.name} hears, which is no server of this pair.`;
  }
  if (active) {
    return `${served} ${active.server.name}. Can’t tell whether it is protected${because(findWorst(others))}.`;
  }
  if (addresses === '') {
    return `Virtual router ${router.virtualRouterId ?? '?'} has no virtual IP, as far as is known.`;
  }
  const master = findHeardMaster(router, servers);
  const unknown = readiness.filter(({ level }) => level === 'unknown').flatMap(clauses);
  return `Can’t tell who serves ${addresses}${because([...unknown, ...master])}.`;
}

/** What a standby that is heard still hears of its master. */
function findHeardMaster({ members }: VirtualRouter, servers: readonly KnownServer[]): string[] {
  return members.flatMap(({ server, instance: { state, hears } }) => {
    if (!server.isHeard || state !== 'Standby' || hears?.heardWithinMs === undefined) return [];
    const owner = servers.find(({ report }) =>
      report?.instances.some((one) =>
        one.interfaceAddresses.some((cidr) => cidr.split('/')[0] === hears.address),
      ),
    );
    const who = owner?.name ?? hears.address ?? `a master of priority ${hears.priority}`;
    return [`${server.name} still hears the advertisements of ${who}`];
  });
}

function describeSplit({ router, servers }: WordsCase): string {
  const parts = servers.flatMap((server) => {
    const held = router.members
      .filter((member) => member.server === server)
      .flatMap(({ instance }) => instance.addresses)
      .filter((address) => address.held)
      .map(({ cidr }) => cidr.split('/')[0] ?? cidr);
    return held.length === 0 ? [] : [`${server.name} serves ${listInWords(held)}`];
  });
  return `The addresses of one virtual router are on different servers: ${listInWords(parts)}.`;
}

/** Why two servers do not hear each other, where that is known. */
function describeWire({ router: { members } }: WordsCase): string[] {
  return members.flatMap((from) =>
    members.flatMap((to) => {
      if (from === to) return [];
      const direction = findWireDirection(from, to);
      const [sender, listener] = [from.server.name, to.server.name];
      if (direction.kind === 'not-heard') return [`${sender} sends, ${listener} does not hear it`];
      if (direction.kind !== 'refused') return [];
      return [`${listener} refuses what ${sender} sends, because it uses ${direction.why}`];
    }),
  );
}

function describeNextServer(others: readonly Readiness[]): string {
  const [next, ...more] = findNext(others);
  if (!next) return 'nobody takes over';
  const later = more.length === 0 ? '' : ` (then ${listInWords(more.map(nameOf))})`;
  const ready = next.level === 'ready' ? 'is ready and ' : '';
  return `${next.server.name} ${ready}takes over in ${formatApproximateSeconds(next.takesOverMs ?? 0)}${later}`;
}

function describeNext(readiness: readonly Readiness[]): string {
  const [next] = findNext(readiness);
  if (!next) return '';
  return `, ${next.server.name} takes over within ${formatApproximateSeconds(next.takesOverMs ?? 0)}`;
}

/** Those that would take over, the fastest first: that is how VRRP elects. */
function findNext(others: readonly Readiness[]): Readiness[] {
  return others
    .filter(({ takesOverMs }) => takesOverMs !== undefined)
    .toSorted((one, other) => (one.takesOverMs ?? 0) - (other.takesOverMs ?? 0));
}

/** The worst reason of each server. */
const findWorst = (readiness: readonly Readiness[]): string[] =>
  readiness.flatMap((server) => clauses(server).slice(0, 1));

const clauses = ({ reasons }: Readiness): string[] => reasons.map(({ sentence }) => sentence);
const nameOf = ({ server }: Readiness): string => server.name;
const namesOf = (servers: readonly KnownServer[]): string =>
  listInWords(servers.map(({ name }) => name));
const isOne = ({ addresses }: VirtualRouter): boolean => addresses.length === 1;
const because = (clauses: readonly string[]): string =>
  clauses.length === 0 ? '' : `: ${clauses.join('; ')}`;
const capitalize = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
