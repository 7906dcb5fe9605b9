/**
 * The rules of a packet filter as plain data, whichever tool wrote them. A rule is a row of steps; the
 * first test that fails ends it.
 */

import type { MarkExpression } from './walk/mark.ts';

/** Who has to be asked to change a chain. */
export type RuleManager = 'nft' | 'iptables-nft' | 'iptables-legacy';

/** In the order in which a packet passes them; `forward` is not on the way of our own packets. */
export type Hook =
  'ingress' | 'prerouting' | 'input' | 'forward' | 'output' | 'postrouting' | 'egress';

export interface ChainPlace {
  manager: RuleManager;
  /** nft's: `ip`, `ip6`, `inet`, `netdev`, … */
  family: string;
  table: string;
  chain: string;
}

export interface Chain extends ChainPlace {
  /** Undefined: reached by a jump only. */
  base: ChainBase | undefined;
  rules: Rule[];
}

export interface ChainBase {
  hook: Hook;
  priority: number;
  policy: 'accept' | 'drop';
  /** Of an ingress or egress chain. */
  devices?: string[];
  /** Only the first packet of a connection comes by, and none that is not tracked. */
  isNat?: boolean;
}

export interface Rule {
  /** nft's number for it. */
  handle?: number;
  /** As the tool prints it. */
  text: string;
  comment?: string | undefined;
  /** Made by iptables, and read by a tool that understands only parts of it. */
  isPartial?: boolean;
  steps: Step[];
}

export type Step =
  | { kind: 'test'; test: Test }
  | { kind: 'verdict'; verdict: RuleVerdict }
  /** The one entry whose tests all hold decides; else `otherwise`, or the next rule follows. */
  | {
      kind: 'map';
      entries: { tests: Test[]; verdict: RuleVerdict }[];
      otherwise: RuleVerdict | undefined;
    }
  | { kind: 'set-mark'; mark: MarkExpression }
  | { kind: 'untrack' }
  /** Fields of the packet have other values from here on; we do not know which. */
  | { kind: 'rewrite'; keys: PacketKey[] };

export type RuleVerdict =
  | { kind: 'accept' }
  | { kind: 'drop' }
  | { kind: 'return' }
  | { kind: 'jump' | 'goto'; chain: string }
  /** Another program decides, or the packet is sent elsewhere. */
  | { kind: 'unknown'; text: string };

/** What a rule can ask of a packet and we can answer. */
export type PacketKey =
  | 'family'
  | 'protocol'
  | 'in-interface'
  | 'out-interface'
  | 'source'
  | 'destination'
  | 'packet-type'
  | 'destination-type'
  /** With regard to the interface that it comes by. */
  | 'destination-type-here'
  /** Whether the way back to the sender is known and leaves by that interface. */
  | 'reverse-path'
  | 'connection-state'
  | 'connection-status'
  | 'time-to-live'
  | 'fragment';

/** All of them may have changed, once another program had the packet. */
export const everyPacketKey: readonly PacketKey[] = [
  ...(['family', 'protocol', 'in-interface', 'out-interface', 'source', 'destination'] as const),
  ...(['packet-type', 'destination-type', 'destination-type-here', 'reverse-path'] as const),
  ...(['connection-state', 'connection-status', 'time-to-live', 'fragment'] as const),
];

export type Test =
  /** Values: `112`, `10-20`, `10.0.0.0/8`, `10.0.0.1-10.0.0.9`, `eth*`; one of them is enough. */
  | { kind: 'compare'; key: PacketKey; values: string[]; negated: boolean; text: string }
  /** What is computed out of the mark lies between two of these numbers. */
  | {
      kind: 'compare-mark';
      mark: MarkExpression;
      ranges: [first: number, last: number][];
      negated: boolean;
      text: string;
    }
  /** All tests of one of the rows hold: an element of a set of several fields. */
  | { kind: 'one-of'; rows: Test[][]; negated: boolean; text: string }
  /** Of another protocol than ours. */
  | { kind: 'never' }
  | { kind: 'unknown'; text: string };

/** By which the rules that we added are found again, and no others. */
export const ownComment = 'keepalived-wai';

/** A test that holds if a packet's value is one of these. */
export function createComparison(
  key: PacketKey,
  values: string[],
  text: string,
  negated = false,
): Test {
  return { kind: 'compare', key, values, negated, text };
}
