import { z } from 'zod';
import { createComparison } from '../rule-set.ts';
import type { PacketKey, Test } from '../rule-set.ts';
import type { MarkExpression } from '../walk/mark.ts';
import { readNftMark } from './nft-marks.ts';

/** One thing that a rule asks of a packet. */
export type NftField =
  | {
      kind: 'packet';
      key: PacketKey;
      /** nft's word for a value into ours. */
      translate: (value: string) => string;
    }
  | { kind: 'mark'; mark: MarkExpression };

/** What a match, a map or a set asks for: one field, or several of a concatenation. */
export interface NftKey {
  fields: NftField[];
  /** Without these the rule ends here, whatever it asks: a header that is not there has no fields. */
  guards: Test[];
}

const asIs = (value: string): string => value;
const families: Readonly<Record<string, string>> = {
  ...{ ipv4: 'inet', ipv6: 'inet6', ip: 'inet', ip6: 'inet6', '2': 'inet', '10': 'inet6' },
};
const toFamily = (value: string): string => families[value.toLowerCase()] ?? value;
const packetTypes: Readonly<Record<string, string>> = { host: 'unicast', '0': 'unicast' };

const field = (key: PacketKey, translate = asIs): NftField => ({ kind: 'packet', key, translate });

const metaFields: Readonly<Record<string, NftField>> = {
  l4proto: field('protocol'),
  iif: field('in-interface'),
  iifname: field('in-interface'),
  oif: field('out-interface'),
  oifname: field('out-interface'),
  pkttype: field('packet-type', (value) => packetTypes[value] ?? value),
  mark: { kind: 'mark', mark: { kind: 'mark' } },
  nfproto: field('family', toFamily),
  protocol: field('family', toFamily),
};

const connectionFields: Readonly<Record<string, NftField>> = {
  state: field('connection-state'),
  status: field('connection-status'),
};

const headerKeys: Readonly<Record<string, PacketKey>> = {
  saddr: 'source',
  daddr: 'destination',
  protocol: 'protocol',
  nexthdr: 'protocol',
  ttl: 'time-to-live',
  hoplimit: 'time-to-live',
};

const leftSchema = z.object({
  meta: z.object({ key: z.string() }).optional(),
  payload: z.object({ protocol: z.string(), field: z.string() }).optional(),
  ct: z.object({ key: z.string() }).optional(),
  exthdr: z.object({ name: z.string(), field: z.string().optional() }).optional(),
  'tcp option': z.unknown().optional(),
  fib: z
    .object({ result: z.string(), flags: z.union([z.string(), z.array(z.string())]) })
    .optional(),
  '&': z.tuple([z.unknown(), z.unknown()]).optional(),
  concat: z.array(z.unknown()).optional(),
});

/** @param family of the rule's table. @returns undefined: not understood. */
export function readNftKey(left: unknown, text: string, family: string): NftKey | undefined {
  const { concat } = leftSchema.safeParse(left).data ?? {};
  const parts = (concat ?? [left]).map((part) => readNftField(part, family));
  const fields = parts.flatMap((part) => part ?? []);
  if (fields.length < parts.length) return undefined;
  const guards = (concat ?? [left]).flatMap((part) => listGuards(part, text));
  return { fields, guards };
}

function readNftField(left: unknown, family: string): NftField | undefined {
  const parsed = leftSchema.safeParse(left);
  if (!parsed.success) return undefined;
  const { meta, payload, ct, fib, '&': masked } = parsed.data;
  // Of a chain for one device the family is “netdev”, of one for a bridge “bridge”.
  if (meta?.key === 'nfproto' && ['netdev', 'bridge'].includes(family)) return undefined;
  if (meta) return metaFields[meta.key];
  if (ct) return connectionFields[ct.key];
  if (payload?.protocol === 'ether' && payload.field === 'type') return field('family', toFamily);
  if (payload) {
    const key = familyOfHeader(payload.protocol) && headerKeys[payload.field];
    return key && field(key);
  }
  if (fib) return readRoute(fib.result, [fib.flags].flat());
  if (masked && asksForFragments(masked)) return field('fragment');
  const mark = readNftMark(left);
  return mark && { kind: 'mark', mark };
}

/** `fib daddr type`, `fib saddr . iif oif`; whether it asks for the mark, too, is all the same. */
function readRoute(result: string, flags: string[]): NftField | undefined {
  const asked = flags.filter((flag) => flag !== 'mark').toSorted();
  if (result === 'type' && asked.join() === 'daddr') return field('destination-type');
  if (result === 'type' && asked.join() === 'daddr,iif') return field('destination-type-here');
  return asked.join() === 'iif,saddr' ? field('reverse-path') : undefined;
}

/** `ip frag-off & 0x1fff`; the flag that forbids fragments (0x4000) may be set or not. */
function asksForFragments([inner, mask]: [unknown, unknown]): boolean {
  const { payload } = leftSchema.safeParse(inner).data ?? {};
  const isOffset = payload?.protocol === 'ip' && payload.field === 'frag-off';
  return isOffset && typeof mask === 'number' && (mask & 0x4000) === 0;
}

function familyOfHeader(protocol: string): 'inet' | 'inet6' | undefined {
  const family = toFamily(protocol);
  return family === 'inet' || family === 'inet6' ? family : undefined;
}

const otherHeaders = new Set([
  ...['tcp', 'udp', 'udplite', 'sctp', 'dccp', 'icmp', 'icmpv6', 'igmp', 'esp', 'comp', 'gre'],
  'arp',
]);

/**
 * What has to be so for the rule to ask at all: what looks into a header that the packet does not
 * have, also through a mask, matches nothing, not even negated.
 */
export function listGuards(left: unknown, text: string): Test[] {
  const { payload, exthdr, concat, '&': masked, ...other } = leftSchema.safeParse(left).data ?? {};
  if (concat) return concat.flatMap((part) => listGuards(part, text));
  if (masked) return listGuards(masked[0], text);
  if ('tcp option' in other) return [{ kind: 'never' }];
  // keepalived sends none of these.
  if (exthdr?.field !== undefined) return [{ kind: 'never' }];
  if (exthdr) return [createComparison('family', ['inet6'], text)];
  if (!payload) return [];
  if (otherHeaders.has(payload.protocol)) return [{ kind: 'never' }];
  const family = familyOfHeader(payload.protocol);
  return family ? [createComparison('family', [family], text)] : [];
}
