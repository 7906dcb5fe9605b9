import { z } from 'zod';
import type { PacketKey } from '../rule-set.ts';

export interface NftKey {
  key: PacketKey;
  /** The one in whose header it lies. */
  family?: 'inet' | 'inet6';
  /** nft's word for a value into ours. */
  translate: (value: string) => string;
}

const asIs = (value: string): string => value;
const families: Readonly<Record<string, string>> = {
  ...{ ipv4: 'inet', ipv6: 'inet6', ip: 'inet', ip6: 'inet6', '2': 'inet', '10': 'inet6' },
};
const toFamily = (value: string): string => families[value.toLowerCase()] ?? value;
const packetTypes: Readonly<Record<string, string>> = { host: 'unicast', '0': 'unicast' };

const metaKeys: Readonly<Record<string, NftKey>> = {
  l4proto: { key: 'protocol', translate: asIs },
  iif: { key: 'in-interface', translate: asIs },
  iifname: { key: 'in-interface', translate: asIs },
  oif: { key: 'out-interface', translate: asIs },
  oifname: { key: 'out-interface', translate: asIs },
  pkttype: { key: 'packet-type', translate: (value) => packetTypes[value] ?? value },
  mark: { key: 'mark', translate: asIs },
  nfproto: { key: 'family', translate: toFamily },
  protocol: { key: 'family', translate: toFamily },
};

const connectionKeys: Readonly<Record<string, NftKey>> = {
  state: { key: 'connection-state', translate: asIs },
  status: { key: 'connection-status', translate: asIs },
};

const payloadKeys: Readonly<Record<string, PacketKey>> = {
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
  fib: z
    .object({ result: z.string(), flags: z.union([z.string(), z.array(z.string())]) })
    .optional(),
  '&': z.tuple([z.unknown(), z.number()]).optional(),
});

/** What the left side of a match asks for. @returns undefined: not understood. */
export function findPacketKey(left: unknown): NftKey | undefined {
  const parsed = leftSchema.safeParse(left);
  if (!parsed.success) return undefined;
  const { meta, payload, ct, fib, '&': masked } = parsed.data;
  if (meta) return metaKeys[meta.key];
  if (ct) return connectionKeys[ct.key];
  if (payload) return findPayloadKey(payload.protocol, payload.field);
  if (fib) {
    const isDestination = [fib.flags].flat().join() === 'daddr';
    return fib.result === 'type' && isDestination
      ? { key: 'destination-type', translate: asIs }
      : undefined;
  }
  if (masked && asksForFragments(masked)) {
    return { key: 'fragment', family: 'inet', translate: asIs };
  }
  // Our mark is 0, whatever the mask.
  const inner = masked && findPacketKey(masked[0]);
  return inner?.key === 'mark' ? inner : undefined;
}

/** `ip frag-off & 0x1fff`; the flag that forbids fragments (0x4000) may be set or not. */
function asksForFragments([inner, mask]: [unknown, number]): boolean {
  const { payload } = leftSchema.safeParse(inner).data ?? {};
  return payload?.protocol === 'ip' && payload.field === 'frag-off' && (mask & 0x4000) === 0;
}

function findPayloadKey(protocol: string, field: string): NftKey | undefined {
  const family = toFamily(protocol);
  const key = payloadKeys[field];
  if (key === undefined || (family !== 'inet' && family !== 'inet6')) return undefined;
  return { key, family, translate: asIs };
}

const otherHeaders = new Set([
  ...['tcp', 'udp', 'udplite', 'sctp', 'dccp', 'icmp', 'icmpv6', 'igmp', 'esp', 'comp', 'gre'],
  'arp',
]);

const payloadSchema = z.object({ payload: z.object({ protocol: z.string() }) });

const maskedSchema = z.object({ '&': z.tuple([z.unknown(), z.unknown()]) });

/** Whether a match looks into a header that an advertisement does not have, also through a mask. */
export function isOfAnotherProtocol(left: unknown): boolean {
  const masked = maskedSchema.safeParse(left);
  // A mask within a mask is not printed.
  const { payload } = payloadSchema.safeParse(masked.data?.['&'][0] ?? left).data ?? {};
  return payload !== undefined && otherHeaders.has(payload.protocol);
}
