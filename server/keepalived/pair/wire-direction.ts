/** Whether the advertisements of one server reach another one, by what both tell. */
import type { Member } from './known-server.ts';
import { listOwnAddresses } from './match-routers.ts';
import { findTakeoverMs } from './takeover-time.ts';

export type WireDirection =
  | { kind: 'heard' }
  /** They arrive, and keepalived does not accept them; `why` is what differs: `another password`. */
  | { kind: 'refused'; why: string }
  /** The one sends, the other one listens, and nothing arrives. */
  | { kind: 'not-heard' }
  /** A standby sends nothing. */
  | { kind: 'not-sent' }
  /** The other one is stopped or in Fault. */
  | { kind: 'not-listening' }
  | { kind: 'unknown' };

/** The counters are compared every 5 s; what was heard longer ago may be over. */
const heardLatelyMs = 15_000;

/** What is known of the advertisements from one server to the other. */
export function findWireDirection(from: Member, to: Member): WireDirection {
  if (!from.server.isHeard || !to.server.isHeard) return { kind: 'unknown' };
  const { keepalivedState, hears, otherMaster } = to.instance;
  if (from.instance.state === 'Unknown' || to.instance.state === 'Unknown') {
    return { kind: 'unknown' };
  }
  if (from.instance.keepalivedState !== 'MASTER') return { kind: 'not-sent' };
  if (keepalivedState === 'BACKUP') {
    if (hears?.silentForMs !== undefined) return { kind: 'not-heard' };
    const isIt = hears?.heardWithinMs !== undefined && isFrom(from, hears);
    return { kind: isIt ? 'heard' : 'unknown' };
  }
  if (keepalivedState !== 'MASTER') return { kind: 'not-listening' };
  if (otherMaster && otherMaster.heardAgoMs <= heardLatelyMs && isFrom(from, otherMaster)) {
    const { refusal } = otherMaster;
    return refusal === undefined ? { kind: 'heard' } : { kind: 'refused', why: refusal };
  }
  return { kind: isSilenceProved(from, to) ? 'not-heard' : 'unknown' };
}

/** Without an address, the priority says whose advertisements they are. */
function isFrom(
  { instance }: Member,
  { address, priority }: { address?: string | undefined; priority?: number | undefined },
): boolean {
  const own = listOwnAddresses(instance);
  if (address !== undefined && own.length > 0) return own.includes(address);
  return priority === undefined || priority === instance.priority.effective;
}

/** Both have been master for so long that an advertisement would have been counted. */
function isSilenceProved(from: Member, to: Member): boolean {
  const leastMs = heardLatelyMs + findTakeoverMs(to.instance, from.instance);
  const lasts = ({ instance }: Member) => (instance.inStateForMs ?? 0) > leastMs;
  return to.instance.countsAdvertisements && lasts(from) && lasts(to);
}
