import ipaddr from 'ipaddr.js';
import type { VrrpAdvertisement } from '../wire/decoded-frame.ts';
import type { InstanceView } from './instance-view.ts';
import { getRelevanceMs } from './sender.ts';
import type { Sender } from './sender.ts';

/**
 * Since when a server goes on advertising although another one, which outranks it, can be heard;
 * undefined: it does not, or no longer. Whoever hears a higher master is silent for at least three
 * intervals (RFC 9568, 6.4), so each earlier advertisement went unheeded. A single one is no sign:
 * when one server takes over, the packets of both may cross.
 */
export function findIgnoredSince(deaf: Sender, master: Sender, toMs: number): number | undefined {
  const times = findIgnoredTimes(deaf, master);
  const intervalMs = Math.max(deaf.last.intervalMs, master.last.intervalMs);
  const pauseMs = getRelevanceMs(intervalMs);
  const lastMs = times.at(-1);
  if (lastMs === undefined || lastMs < toMs - pauseMs) return undefined;
  let sinceMs = lastMs;
  for (const timeMs of times.toReversed()) {
    if (sinceMs - timeMs > pauseMs) break;
    sinceMs = timeMs;
  }
  return lastMs - sinceMs >= 2 * intervalMs ? sinceMs : undefined;
}

/**
 * Since when keepalived here claims to be master while the peer advertises, too; undefined: it does
 * not. Needed where our own advertisements do not leave, for then the wire shows one master only.
 */
export function findClaimSince(
  { state, stateSinceMs, stateAtMs, fromMs }: InstanceView,
  { advertisements, last }: Sender,
): number | undefined {
  if (state !== 'MASTER' || stateSinceMs === undefined) return undefined;
  const sinceMs = Math.max(stateSinceMs, fromMs, stateAtMs - getRelevanceMs(last.intervalMs));
  const meanwhile = advertisements.filter(
    ({ atMs, priority }) => priority > 0 && atMs >= sinceMs && atMs <= stateAtMs,
  );
  const [first, final] = [meanwhile[0], meanwhile.at(-1)];
  return first && final && final.atMs - first.atMs >= 2 * last.intervalMs ? first.atMs : undefined;
}

function findIgnoredTimes(deaf: Sender, master: Sender): number[] {
  const times: number[] = [];
  let next = 0;
  for (const sent of deaf.advertisements) {
    while ((master.advertisements[next]?.atMs ?? Infinity) < sent.atMs) next += 1;
    const before = master.advertisements[next - 1];
    const isUnheeded =
      before !== undefined &&
      sent.atMs - before.atMs < 3 * before.intervalMs &&
      outranks(before, sent);
    if (isUnheeded) times.push(sent.atMs);
  }
  return times;
}

/** The higher priority, then the higher address (RFC 9568, 6.4.3); 0 gives up. */
function outranks(one: VrrpAdvertisement, other: VrrpAdvertisement): boolean {
  if (one.priority === 0 || other.priority === 0) return false;
  const difference = one.priority - other.priority;
  return difference === 0 ? isHigherAddress(one.source, other.source) : difference > 0;
}

function isHigherAddress(one: string, other: string): boolean {
  const [first = [], second = []] = [one, other].map((text) => ipaddr.parse(text).toByteArray());
  return Buffer.compare(Buffer.from(first), Buffer.from(second)) > 0;
}
