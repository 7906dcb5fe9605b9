import { z } from 'zod';
import { findHealthcheckVerdict } from '../../keepalived/status/healthcheck-verdict.ts';
import { alarmCodes } from '../../keepalived/status/status.ts';
import type { Alarm, InstanceStatus, KeepalivedStatus } from '../../keepalived/status/status.ts';
import type { Snapshot } from '../../state/state-keeper.ts';

const timeSchema = z.iso.datetime().describe('UTC');

const alarmSchema = z.strictObject({
  code: z
    .enum(alarmCodes)
    .describe('A stable code, for programs; the manual says what to do for each'),
  severity: z.enum(['critical', 'warning']),
  sentence: z.string().describe('For people: what is wrong and what to do'),
  foundAt: timeSchema.nullable().describe('When Debug found it; null: it is watched all the time'),
});

const instanceSchema = z.strictObject({
  name: z.string(),
  state: z
    .enum(['Active', 'Standby', 'Fault', 'Starting', 'Stopped', 'Unknown', 'Alarm'])
    .describe('Active only if keepalived says MASTER and the kernel has every address'),
  reason: z.string().nullable(),
  servingMaster: z
    .strictObject({
      address: z.string().nullable().describe('null: keepalived has not reported it recently'),
      priority: z.number(),
      heardWithinMs: z
        .number()
        .nullable()
        .describe('An advertisement arrived within this many ms; null: not proved'),
      silentForMs: z
        .number()
        .nullable()
        .describe('How long none has arrived; null: no longer than usual, or unknown'),
    })
    .nullable()
    .describe(
      'The master whose advertisements a standby receives; null: none, or it is not Standby',
    ),
  serving: z.enum(['Yes', 'No', 'Unknown']).describe('Whether the kernel has every address'),
  addresses: z.array(
    z.strictObject({
      cidr: z.string(),
      interfaceName: z.string().nullable(),
      held: z.boolean().nullable().describe('Whether the kernel has it; null: unknown'),
    }),
  ),
  configurationState: z
    .enum(['MASTER', 'BACKUP'])
    .nullable()
    .describe('null: unknown, because part of the configuration cannot be read'),
  interfaceName: z.string().nullable(),
  virtualRouterId: z.number().nullable(),
  priority: z.strictObject({
    configured: z.number().nullable(),
    effective: z.number().nullable(),
  }),
  lastTransitionAt: timeSchema.nullable(),
  maintenance: z
    .boolean()
    .describe(
      'Whether a maintenance file keeps it from serving until somebody ends the maintenance',
    ),
  healthcheck: z
    .strictObject({ url: z.string(), words: z.string(), good: z.boolean().nullable() })
    .nullable(),
  watched: z
    .array(
      z.strictObject({
        kind: z.enum(['script', 'interface', 'file', 'process']),
        name: z.string(),
        good: z.boolean().nullable(),
        detail: z.string(),
        since: timeSchema.nullable(),
      }),
    )
    .describe('What keepalived watches for the instance, with the newest result'),
  alarms: z.array(alarmSchema),
});

/** What `/api/v1/status` answers, and what its events carry. */
export const statusDocumentSchema = z
  .strictObject({
    hostName: z.string(),
    at: timeSchema,
    evidenceAgeMs: z
      .number()
      .nullable()
      .describe('Age of the oldest fact behind the states; null: none yet'),
    daemon: z.discriminatedUnion('state', [
      z.strictObject({
        state: z.literal('running'),
        pid: z.number(),
        startedAt: timeSchema,
        version: z.string().nullable(),
      }),
      z.strictObject({ state: z.enum(['stopped', 'not-installed']) }),
      z.strictObject({ state: z.literal('unknown'), reason: z.string() }),
    ]),
    startOnBoot: z.boolean().nullable(),
    configuration: z.strictObject({
      problem: z.string().nullable(),
      editedSinceLoad: z.boolean().nullable(),
    }),
    instances: z.array(instanceSchema),
    alarms: z.array(alarmSchema).describe('Alarms of the machine, not of one instance'),
  })
  .meta({ title: 'keepalived status' });

type StatusDocument = z.infer<typeof statusDocumentSchema>;

/** The status of a snapshot as data for programs; what is not known is null. */
export function describeStatus({ status, hostName, wallMs }: Snapshot): StatusDocument {
  return {
    hostName,
    at: formatTime(wallMs),
    evidenceAgeMs: roundOrNull(status.evidenceAgeMs),
    daemon: describeDaemon(status.daemon),
    startOnBoot: status.startOnBoot.known ? status.startOnBoot.enabled : null,
    configuration: {
      problem: status.configuration.problem ?? null,
      editedSinceLoad: status.configuration.editedSinceLoad ?? null,
    },
    instances: status.instances.map(describeInstance),
    alarms: status.alarms.map(describeAlarm),
  };
}

function describeDaemon(daemon: KeepalivedStatus['daemon']): StatusDocument['daemon'] {
  switch (daemon.state) {
    case 'running':
      return {
        state: 'running',
        pid: daemon.pid,
        startedAt: formatTime(daemon.startedAtMs),
        version: daemon.version ?? null,
      };
    case 'unknown':
      return { state: 'unknown', reason: daemon.reason };
    case 'stopped':
    case 'not-installed':
      return { state: daemon.state };
  }
}

function describeInstance(instance: InstanceStatus): StatusDocument['instances'][number] {
  const { priority, healthcheck, lastTransitionAtMs } = instance;
  const verdict = findHealthcheckVerdict(instance);
  return {
    name: instance.name,
    state: instance.state,
    reason: instance.reason ?? null,
    servingMaster: instance.servingMaster
      ? {
          address: instance.servingMaster.address ?? null,
          priority: instance.servingMaster.priority,
          heardWithinMs: roundOrNull(instance.servingMaster.heardWithinMs),
          silentForMs: roundOrNull(instance.servingMaster.silentForMs),
        }
      : null,
    serving: instance.serving,
    addresses: instance.addresses.map(({ cidr, interfaceName, held }) => ({
      cidr,
      interfaceName: interfaceName ?? null,
      held: held ?? null,
    })),
    configurationState: instance.configurationState ?? null,
    interfaceName: instance.interfaceName ?? null,
    virtualRouterId: instance.virtualRouterId ?? null,
    priority: {
      configured: priority.configured ?? null,
      effective: priority.effective ?? null,
    },
    lastTransitionAt: lastTransitionAtMs === undefined ? null : formatTime(lastTransitionAtMs),
    maintenance: instance.maintenance !== undefined,
    healthcheck:
      healthcheck && verdict
        ? { url: healthcheck.url, words: verdict.words, good: verdict.good ?? null }
        : null,
    watched: instance.watched.map(({ kind, name, good, detail, sinceMs }) => ({
      kind,
      name,
      good: good ?? null,
      detail,
      since: sinceMs === undefined ? null : formatTime(sinceMs),
    })),
    alarms: instance.alarms.map(describeAlarm),
  };
}

const describeAlarm = ({ code, severity, sentence, foundAtMs }: Alarm) => ({
  ...{ code, severity, sentence },
  foundAt: foundAtMs === undefined ? null : formatTime(foundAtMs),
});
const roundOrNull = (ms: number | undefined) => (ms === undefined ? null : Math.round(ms));
const formatTime = (atMs: number): string => new Date(atMs).toISOString();
