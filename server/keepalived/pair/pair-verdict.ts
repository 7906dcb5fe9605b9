/**
 * What is true of each virtual router of a pair, over all its servers. The other server's word never
 * takes anything from what this server's own two witnesses say: their states and alarms stay.
 */
import { findHolders } from './holders.ts';
import type { AddressHolders } from './holders.ts';
import type { KnownServer, Member } from './known-server.ts';
import { listOwnAddresses, matchRouters } from './match-routers.ts';
import type { VirtualRouter } from './match-routers.ts';
import { judgeReadiness } from './readiness.ts';
import type { Readiness } from './readiness.ts';
import { routerVerdictKinds } from './router-verdict.ts';
import type { RouterVerdict } from './router-verdict.ts';
import { findTakeoverMs } from './takeover-time.ts';
import { describeVerdict } from './verdict-words.ts';

export interface PairVerdict {
  /** The worst first. */
  routers: RouterVerdict[];
  memory: PairMemory;
}

/** Addresses without a server, or with two: by router and kind. */
export type PairMemory = ReadonlyMap<string, Lasting>;

interface Lasting {
  /** Monotonic, ms. */
  sinceMs: number;
  /** It has lasted longer than any switch. */
  isProved: boolean;
}

/**
 * The verdict of all virtual routers, with what has to be kept for the next one.
 * @param servers this one first
 * @param memory of the verdict before; empty: there was none
 * @param nowMs monotonic
 */
export function judgePair(
  servers: readonly KnownServer[],
  memory: PairMemory,
  nowMs: number,
): PairVerdict {
  const kept = new Map<string, Lasting>();
  const prove: Prove = (key, neededMs) => {
    const before = memory.get(key) ?? { sinceMs: nowMs, isProved: false };
    const lastsMs = nowMs - before.sinceMs;
    // Once proved it stays so: the ages of reports go up and down.
    const isProved = before.isProved || lastsMs >= neededMs;
    kept.set(key, { ...before, isProved });
    return { lastsMs, isProved };
  };
  const routers = matchRouters(servers)
    .map((router) => judgeRouter(router, servers, prove))
    .toSorted((one, other) => rank(one) - rank(other));
  return { routers, memory: kept };
}

/** How long something has been so, and whether that is longer than the time that is needed. */
type Prove = (key: string, neededMs: number) => { lastsMs: number; isProved: boolean };

const rank = ({ kind }: RouterVerdict): number => routerVerdictKinds.indexOf(kind);

function judgeRouter(
  router: VirtualRouter,
  servers: readonly KnownServer[],
  prove: Prove,
): RouterVerdict {
  const key = `${router.virtualRouterId ?? '?'} ${router.family ?? '?'} ${router.addresses[0] ?? ''}`;
  const held = findHolders(router, servers);
  const servedBy = servers.filter((server) => held.some(({ holders }) => holders.includes(server)));
  const active = findActive(router, held, servedBy);
  const readiness = servers.map((server) => judgeReadiness(router, server, active));
  const found = judge({ key, router, servers, held, active, servedBy, readiness }, prove);
  const { severity } = found;
  return {
    ...{ key, router, servedBy, readiness, severity },
    ...{ kind: found.kind, addresses: found.addresses, lastsMs: found.lastsMs },
    ...describeVerdict({ ...found, router, servers, servedBy, active, readiness }),
  };
}

/** The one server that has every address; undefined: there is none. */
function findActive(
  { members }: VirtualRouter,
  held: readonly AddressHolders[],
  [server, ...more]: readonly KnownServer[],
): Member | undefined {
  const hasAll = held.every(({ holders }) => holders.length === 1);
  return hasAll && more.length === 0 ? members.find((one) => one.server === server) : undefined;
}

interface RouterCase {
  key: string;
  router: VirtualRouter;
  servers: readonly KnownServer[];
  held: readonly AddressHolders[];
  active: Member | undefined;
  servedBy: readonly KnownServer[];
  readiness: readonly Readiness[];
}

type Found = Pick<RouterVerdict, 'kind' | 'severity' | 'addresses' | 'lastsMs'> & {
  /** Of a switch: what it is by now. */
  between?: 'nobody' | 'two';
  /** A master that is no server of this pair, as one of them hears it. */
  outsider?: { address: string; heardBy: KnownServer };
};

function judge(one: RouterCase, prove: Prove): Found {
  const { router, held, active, servedBy, readiness } = one;
  const missing = held.filter(({ holders, unknown }) => holders.length + unknown.length === 0);
  const outsider = findOutsider(one);
  if (missing.length > 0 && !outsider) {
    const addresses = missing.map(({ address }) => address);
    return lasting('nobody', addresses, one, prove);
  }
  const twice = held.filter(({ holders }) => holders.length > 1);
  if (twice.length > 0) {
    const addresses = twice.map(({ address }) => address);
    return lasting('two', addresses, one, prove);
  }
  const settled = { addresses: router.addresses, lastsMs: undefined };
  if (router.addresses.length === 0) return { kind: 'unknown', severity: 'none', ...settled };
  const isKnown = held.every(({ holders, unknown }) => holders.length > 0 || unknown.length === 0);
  // On different servers, or by an instance of another virtual router.
  if (!active && servedBy.length > 0 && isKnown && !outsider) {
    return { kind: 'unprotected', severity: 'warning', ...settled };
  }
  if (!active || outsider) {
    return { kind: 'unknown', severity: 'warning', ...settled, ...(outsider && { outsider }) };
  }
  const others = readiness.filter(({ server }) => server !== active.server);
  const has = (level: Readiness['level']) => others.some((other) => other.level === level);
  if (has('ready')) return { kind: 'protected', severity: 'none', ...settled };
  if (has('degraded')) return { kind: 'degraded', severity: 'warning', ...settled };
  const kind = has('unknown') ? 'unknown' : 'unprotected';
  return { kind, severity: 'warning', ...settled };
}

/**
 * While a switch may go on it is one. What the other server told counts as so long true as it was told:
 * a word from before the switch ended proves nothing of after it.
 */
function lasting(
  kind: 'nobody' | 'two',
  addresses: string[],
  { key, servers, router }: RouterCase,
  prove: Prove,
): Found {
  const oldestMs = Math.max(...servers.map(({ isHeard, ageMs }) => (isHeard ? ageMs : 0)));
  const { lastsMs, isProved } = prove(`${key} ${kind}`, findGraceMs(kind, router) + oldestMs);
  return isProved
    ? { kind, severity: 'critical', addresses, lastsMs }
    : { kind: 'switching', severity: 'warning', addresses, lastsMs, between: kind };
}

/** From the kernel of one server to the verdict of the other, with room for a busy machine. */
const newsTakesMs = 1_000;
/** Of a server that does not see each change at once: until it looks again. */
const blindTakesMs = 6_000;

/** How long a switch takes at most: the slowest standby's wait, or until the old master hears the new one. */
function findGraceMs(kind: 'nobody' | 'two', { members }: VirtualRouter): number {
  const waits = members.map(({ instance }) =>
    kind === 'nobody' ? findTakeoverMs(instance) : (instance.advertIntervalMs ?? 1_000),
  );
  const isBlind = members.some(({ server }) =>
    server.report?.alarms.some(({ code }) => code === 'witness-blind'),
  );
  return Math.max(0, ...waits) + newsTakesMs + (isBlind ? blindTakesMs : 0);
}

/** Whom a standby hears as its master, if that is none of the servers. */
function findOutsider({ router, servers }: RouterCase): Found['outsider'] {
  const own = new Set(
    servers.flatMap(({ report }) => (report?.instances ?? []).flatMap(listOwnAddresses)),
  );
  for (const { server, instance } of router.members) {
    const { hears } = instance;
    if (!server.isHeard || hears?.address === undefined) continue;
    const isHeard = instance.state === 'Standby' && hears.heardWithinMs !== undefined;
    if (isHeard && own.size > 0 && !own.has(hears.address)) {
      return { address: hears.address, heardBy: server };
    }
  }
  return undefined;
}
