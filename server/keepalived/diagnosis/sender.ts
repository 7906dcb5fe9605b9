import type { VrrpAdvertisement } from '../wire/decoded-frame.ts';
import type { CheckEvidence } from './check.ts';
import { groupBy } from './group-by.ts';
import { describeDuration } from './words.ts';

/** A server that advertises one virtual router. */
export interface Sender {
  source: string;
  /** At least one, in the order of their times. */
  advertisements: VrrpAdvertisement[];
  last: VrrpAdvertisement;
}

/** The virtual routers' advertisements by who sent them. */
export function groupBySender(advertisements: readonly VrrpAdvertisement[]): Sender[] {
  const bySource = groupBy(advertisements, ({ source }) => source);
  return [...bySource].flatMap(([source, sent]) => {
    const last = sent.at(-1);
    return last ? [{ source, advertisements: sent, last }] : [];
  });
}

/**
 * How long a master may be silent before others take over: three intervals and a part of one
 * (RFC 9568, 6.1), but never so short that a busy capture would look like silence.
 */
export function getSilenceLimitMs(intervalMs: number): number {
  return Math.max(4 * intervalMs, 5000);
}

/**
 * How long what a sender said still counts. Longer than patience, because a master is kept from
 * sending by advertisements that it refuses: each starts its timer again (measured, 2.2.7).
 */
export function getRelevanceMs(intervalMs: number): number {
  return Math.max(15 * intervalMs, 15_000);
}

/** Whether it was heard lately enough to count. */
export function isCurrent({ last }: Sender, toMs: number): boolean {
  return last.atMs >= toMs - getRelevanceMs(last.intervalMs);
}

/** What it says, for the evidence of a check. */
export function describeSender({ source, last }: Sender): CheckEvidence {
  const { virtualRouterId, version, priority, intervalMs, addresses, vlanIds } = last;
  const vlan = vlanIds.length > 0 ? ` in VLAN ${vlanIds.join('.')}` : '';
  const mac = last.sourceMac === undefined ? '' : ` (${last.sourceMac})`;
  return {
    what:
      `${source}${mac}${vlan} advertises virtual router ID ${virtualRouterId}, VRRP version ${version}, ` +
      `priority ${priority}, every ${describeDuration(intervalMs)}, ` +
      `addresses ${addresses.join(', ') || 'none'}, to ${last.destination}`,
    where: last.interfaceName,
    atMs: last.atMs,
  };
}
