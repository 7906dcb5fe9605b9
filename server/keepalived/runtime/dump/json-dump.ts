import { z } from 'zod';
import type { RuntimeInstance, VrrpState } from '../../proof/evidence.ts';
import { parseVirtualAddress } from './virtual-address.ts';

/** What the numbers in the dump stand for (measured, and vrrp.h). */
const stateNames = new Map<number, VrrpState>([
  [0, 'INIT'],
  [1, 'BACKUP'],
  [2, 'MASTER'],
  [3, 'FAULT'],
  [97, 'DELETED'],
  [98, 'STOP'],
]);

const stateSchema = z.number().transform((number, context) => {
  const name = stateNames.get(number);
  if (name) return name;
  context.addIssue({ code: 'custom', message: `${number} is no known state` });
  return z.NEVER;
});

const authenticationNames = ['none', 'password', 'ah'] as const;

// Only what is used is checked, the rest is dropped: above all auth_data, the password.
const instanceSchema = z
  .object({
    data: z.object({
      iname: z.string(),
      // Left out for an instance without an interface (unicast).
      ifp_ifname: z.string().default(''),
      // Empty without use_vmac and use_ipvlan; left out by a keepalived that cannot do these.
      vmac_ifname: z.string().default(''),
      vrid: z.int(),
      version: z.literal([2, 3]),
      base_priority: z.int(),
      effective_priority: z.int(),
      // 0 unless it is BACKUP and hears a master (measured, 2.2.7).
      master_priority: z.int().default(0),
      adver_int: z.number(),
      nopreempt: z.boolean(),
      state: stateSchema,
      wantstate: stateSchema,
      last_transition: z.number(),
      auth_type: z.int().min(0).max(2).default(0),
      vips: z.array(z.string()).default([]),
      evips: z.array(z.string()).default([]),
    }),
    stats: z.record(z.string(), z.number()).default({}),
  })
  .transform(({ data, stats }): RuntimeInstance => ({
    name: data.iname,
    state: data.state,
    wantedState: data.wantstate,
    interfaceName: data.ifp_ifname,
    ...(data.vmac_ifname !== '' && { virtualInterfaceName: data.vmac_ifname }),
    virtualRouterId: data.vrid,
    version: data.version,
    basePriority: data.base_priority,
    effectivePriority: data.effective_priority,
    // A master's is that of the one that it heard before it took over.
    ...(data.master_priority > 0 && {
      [data.state === 'MASTER' ? 'lastHeardPriority' : 'masterPriority']: data.master_priority,
    }),
    advertIntervalSeconds: data.adver_int,
    nopreempt: data.nopreempt,
    lastTransitionAtMs:
      data.last_transition === 0 ? undefined : Math.round(data.last_transition * 1000),
    authentication: authenticationNames[data.auth_type] ?? 'none',
    // virtual_ipaddress_excluded is left out of advertisements, not off the interface.
    addresses: [...data.vips, ...data.evips].map(parseVirtualAddress),
    statistics: stats,
  }));

const instancesSchema = z.array(instanceSchema);
const version2Schema = z.object({ vrrp: instancesSchema });

export type JsonDump = { ok: true; instances: RuntimeInstance[] } | { ok: false; reason: string };

/**
 * Reads keepalived.json in both of its forms: an array, or since 2.2.8 with `json_version 2` an
 * object with the array under `vrrp`. keepalived renames the file into place before it writes it
 * (measured, 2.2.7), so an empty or half written file is normal and is answered with a reason.
 */
export function parseJsonDump(text: string): JsonDump {
  if (text.trim() === '') {
    return { ok: false, reason: 'The dump is empty: keepalived has not finished writing it.' };
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    // The error's own message quotes the text, perhaps a password.
    return { ok: false, reason: 'The dump is incomplete: keepalived has not finished writing it.' };
  }
  const parsed = Array.isArray(json)
    ? instancesSchema.safeParse(json)
    : version2Schema.transform(({ vrrp }) => vrrp).safeParse(json);
  if (parsed.success) return { ok: true, instances: parsed.data };
  const issue = parsed.error.issues[0];
  const place = issue?.path.join('.') ?? '';
  return {
    ok: false,
    reason: `The dump has an unknown form${place && ` at ${place}`}: ${issue?.message ?? ''}.`,
  };
}
