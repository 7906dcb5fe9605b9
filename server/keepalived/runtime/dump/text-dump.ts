import { z } from 'zod';
import type { RuntimeInstance } from '../../proof/evidence.ts';
import { readWholeDump, type DumpRecord } from './dump-records.ts';
import { parseVirtualAddress } from './virtual-address.ts';

/** An instance of the text dump: without counters, but with the master that it hears. */
export interface TextDumpInstance extends RuntimeInstance {
  /** While BACKUP: whose advertisements it receives; undefined if it hears none. */
  masterRouter: { address: string; priority: number } | undefined;
}

/** A `vrrp_script` and how it fares. */
export interface RuntimeScript {
  name: string;
  status: 'GOOD' | 'BAD';
  /** It has not given its first result yet; until then `status` means nothing. */
  initialising: boolean;
  /** Consecutive results counted so far: 0 up to rise + fall - 1; GOOD from `rise` on. */
  result: number;
  rise: number;
  fall: number;
  weight: number;
  intervalSeconds: number;
}

/** A `vrrp_sync_group`; its instances change state together. */
export interface RuntimeSyncGroup {
  name: string;
  state: RuntimeInstance['state'];
  instanceNames: string[];
}

export type TextDump =
  | {
      ok: true;
      instances: TextDumpInstance[];
      scripts: RuntimeScript[];
      syncGroups: RuntimeSyncGroup[];
    }
  | { ok: false; reason: string };

const stateSchema = z.enum(['INIT', 'BACKUP', 'MASTER', 'FAULT', 'DELETED', 'STOP']);
const integerSchema = z
  .string()
  .regex(/^-?\d+/)
  .transform(Number.parseFloat);
const secondsSchema = z.string().transform((text, context) => {
  const [, amount, unit = ''] = /^([\d.]+) ?(sec|centi-sec|milli-sec)$/.exec(text) ?? [];
  const perSecond = new Map([
    ['sec', 1],
    ['centi-sec', 100],
    ['milli-sec', 1000],
  ]).get(unit);
  if (amount !== undefined && perSecond !== undefined) return Number(amount) / perSecond;
  context.addIssue({ code: 'custom', message: 'no known unit of time' });
  return z.NEVER;
});

const authentications = { none: 'none', SIMPLE_PASSWORD: 'password', IPSEC_AH: 'ah' } as const;

const instanceSchema = z.object({
  State: stateSchema,
  Wantstate: stateSchema,
  'VRRP Version': z.enum(['2', '3']),
  Interface: z.string().default(''),
  'Virtual Router ID': integerSchema,
  Priority: integerSchema,
  'Effective priority': integerSchema,
  'Advert interval': secondsSchema,
  Preempt: z.enum(['enabled', 'disabled']),
  'Last transition': integerSchema,
  // Left out with VRRP version 3, which has none.
  'Authentication type': z.enum(['none', 'SIMPLE_PASSWORD', 'IPSEC_AH']).default('none'),
  'Master router': z.string().optional(),
  'Master priority': integerSchema.default(0),
});

const scriptSchema = z.object({
  Status: z.enum(['GOOD', 'BAD']),
  'Init state': z.string(),
  Result: integerSchema,
  Rise: integerSchema,
  Fall: integerSchema,
  Weight: integerSchema,
  Interval: secondsSchema,
});

/**
 * Reads keepalived.data, which keepalived writes on SIGUSR1: the source where JSON is not compiled
 * in, and the only one that tells of scripts, sync groups and the master's address. Its format is
 * not promised; read are versions 2.2.7 to 2.4.3. The counters are in another file
 * (keepalived.stats), so `statistics` stays empty.
 */
export function parseTextDump(text: string): TextDump {
  const sections = readWholeDump(text);
  if (!sections) {
    return { ok: false, reason: 'The dump is incomplete: keepalived has not finished writing it.' };
  }
  const recordsOf = (section: string, kind: string) =>
    (sections.get(section) ?? []).filter((record) => record.kind === kind);
  try {
    return {
      ok: true,
      instances: recordsOf('VRRP Topology', 'VRRP Instance').map(readInstance),
      scripts: recordsOf('VRRP Scripts', 'VRRP Script').map(readScript),
      syncGroups: recordsOf('VRRP Sync groups', 'VRRP Sync Group').map(readSyncGroup),
    };
  } catch (error) {
    if (!(error instanceof UnknownFormError)) throw error;
    return { ok: false, reason: error.message };
  }
}

class UnknownFormError extends Error {}

function readProperties<Shape extends z.ZodType>(schema: Shape, record: DumpRecord) {
  const parsed = schema.safeParse(Object.fromEntries(record.properties));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new UnknownFormError(
    `The dump has an unknown form at ${record.kind} ${record.name}, ` +
      `${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}.`,
  );
}

function readInstance(record: DumpRecord): TextDumpInstance {
  const properties = readProperties(instanceSchema, record);
  const addresses = ['Virtual IP', 'Virtual IP Excluded'].flatMap(
    (heading) => record.lists.get(heading) ?? [],
  );
  const masterAddress = properties['Master router'];
  const masterPriority = properties['Master priority'];
  const lastTransition = properties['Last transition'];
  return {
    name: record.name,
    state: properties.State,
    wantedState: properties.Wantstate,
    ...readInterface(properties.Interface),
    virtualRouterId: properties['Virtual Router ID'],
    version: properties['VRRP Version'] === '2' ? 2 : 3,
    basePriority: properties.Priority,
    effectivePriority: properties['Effective priority'],
    ...(masterAddress !== undefined && masterPriority > 0 && { masterPriority }),
    advertIntervalSeconds: properties['Advert interval'],
    nopreempt: properties.Preempt === 'disabled',
    lastTransitionAtMs: lastTransition === 0 ? undefined : Math.round(lastTransition * 1000),
    authentication: authentications[properties['Authentication type']],
    addresses: addresses.map(parseVirtualAddress),
    statistics: {},
    // Without a master 2.2.7 prints whatever the memory holds, even its multicast group (measured).
    masterRouter:
      masterAddress === undefined || masterPriority === 0
        ? undefined
        : { address: masterAddress, priority: masterPriority },
  };
}

/** Its line is ` Interface = vrrp.51, vmac on eth0, xmit base i/f` with use_vmac, else the name alone. */
function readInterface(
  text: string,
): Pick<RuntimeInstance, 'interfaceName' | 'virtualInterfaceName'> {
  const [name = '', kind = ''] = text.split(', ');
  if (name === 'not configured') return { interfaceName: '' };
  const isVirtual = /^(?:vmac|ipvlan) on /.test(kind);
  return { interfaceName: name, ...(isVirtual && { virtualInterfaceName: name }) };
}

function readScript(record: DumpRecord): RuntimeScript {
  const properties = readProperties(scriptSchema, record);
  return {
    name: record.name,
    status: properties.Status,
    initialising: ['INIT', 'INIT/RELOAD'].includes(properties['Init state']),
    result: properties.Result,
    rise: properties.Rise,
    fall: properties.Fall,
    weight: properties.Weight,
    intervalSeconds: properties.Interval,
  };
}

/** Its line is ` VRRP Sync Group = G1, MASTER`. */
function readSyncGroup(record: DumpRecord): RuntimeSyncGroup {
  const separatorAt = record.name.lastIndexOf(', ');
  const state = stateSchema.safeParse(record.name.slice(separatorAt + 2));
  if (separatorAt === -1 || !state.success) {
    throw new UnknownFormError(`The dump has an unknown form at ${record.kind} ${record.name}.`);
  }
  return {
    name: record.name.slice(0, separatorAt),
    state: state.data,
    instanceNames: [...(record.lists.get('VRRP member instances') ?? [])],
  };
}
