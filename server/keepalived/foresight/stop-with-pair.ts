/** What a stop of keepalived on this server does to its addresses, where both servers are known. */
import type { PairSummary, RouterOnServer } from '../pair/pair-summary.ts';
import { listInWords } from '../words.ts';
import { formatApproximateSeconds } from './words.ts';

export interface StopForesight {
  address: string;
  /** undefined: nobody is known to be ready, and `danger` says so. */
  sentence: string | undefined;
  /** What has to be accepted, with the address in it. */
  danger: string | undefined;
}

/**
 * @param addresses those that this server has, without prefix lengths
 * @param summary undefined: this server is not paired, so that nothing is known
 */
export function foreseeStop(
  addresses: readonly string[],
  summary: PairSummary | undefined,
): StopForesight[] {
  if (!summary || summary.servers.length < 2) return [];
  return addresses.map((address) => {
    const router = summary.routers.find((one) => one.addresses.includes(address));
    const others = (router?.servers ?? []).filter(({ isThis }) => !isThis);
    const tell = (sentence: string): StopForesight => ({ address, sentence, danger: undefined });
    const warn = (danger: string): StopForesight => ({ address, sentence: undefined, danger });
    const holder = others.find(({ holds }) => holds.includes(address));
    if (holder) return tell(`${holder.name} has ${address}, too, and keeps it.`);
    const next = findNext(others);
    if (next) return tell(describeNext(address, next));
    const reasons = listInWords(others.flatMap(({ reasons: [first] }) => first ?? []));
    const why = reasons === '' ? '' : ` (${reasons})`;
    return others.some(({ readiness }) => readiness === 'unknown')
      ? warn(`${address} may be lost: can’t tell whether another server takes it over${why}.`)
      : warn(`${address} is lost: no other server is ready${why}.`);
  });
}

/** The fastest: that is how VRRP elects. */
function findNext(others: readonly RouterOnServer[]): RouterOnServer | undefined {
  return others
    .filter(({ takesOverMs }) => takesOverMs !== undefined)
    .toSorted((one, other) => (one.takesOverMs ?? 0) - (other.takesOverMs ?? 0))[0];
}

/** A server that stops says so with a last advertisement, so it may take less than the whole wait. */
function describeNext(address: string, { name, readiness, takesOverMs, reasons }: RouterOnServer) {
  const withinMs = formatApproximateSeconds(takesOverMs ?? 0);
  const but = readiness === 'ready' ? '' : `, but ${listInWords(reasons)}`;
  const ready = readiness === 'ready' ? 'is ready and ' : '';
  return `${name} ${ready}takes over ${address} within ${withinMs}${but}.`;
}
