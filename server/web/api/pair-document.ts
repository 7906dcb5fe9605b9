import { z } from 'zod';
import type {
  PairSummary,
  RouterOnServer,
  SummarizedRouter,
} from '../../keepalived/pair/pair-summary.ts';
import { routerVerdictKinds } from '../../keepalived/pair/router-verdict.ts';

const readinessSchema = z
  .enum(['ready', 'degraded', 'not-ready', 'unknown'])
  .describe(
    'ready: takes over when the network loses the active server; degraded: does, but something is missing that counts later',
  );

const routerServerSchema = z.strictObject({
  name: z.string(),
  isThis: z.boolean(),
  instanceName: z.string().nullable().describe('null: it has no such instance'),
  state: z.string().nullable().describe('As in the status; null: not known now'),
  holds: z.array(z.string()).describe('The addresses that its kernel has now'),
  priority: z.number().nullable(),
  healthcheck: z.strictObject({ words: z.string(), good: z.boolean().nullable() }).nullable(),
  readiness: readinessSchema,
  reasons: z.array(z.string()),
  takesOverMs: z
    .number()
    .nullable()
    .describe(
      'After the network loses the active server; null: it does not take over, or serves. The time of a healthcheck is not in it',
    ),
});

const routerSchema = z.strictObject({
  virtualRouterId: z.number().nullable(),
  family: z.enum(['inet', 'inet6']).nullable(),
  addresses: z.array(z.string()),
  verdict: z.enum(routerVerdictKinds),
  severity: z.enum(['critical', 'warning', 'none']),
  sentence: z.string().describe('For people'),
  reasons: z.array(z.string()),
  lastsMs: z.number().nullable().describe('For nobody, two and switching: for how long'),
  servers: z.array(routerServerSchema),
  wire: z
    .array(
      z.strictObject({
        from: z.string(),
        to: z.string(),
        advertisements: z.enum([
          ...(['heard', 'refused', 'not-heard', 'not-sent'] as const),
          ...(['not-listening', 'unknown'] as const),
        ]),
        why: z.string().nullable().describe('Why they are refused'),
      }),
    )
    .describe('Whether advertisements of one server arrive at the other'),
  settings: z
    .array(
      z.strictObject({
        field: z.string(),
        label: z.string(),
        must: z.enum(['same', 'different']),
        values: z.array(z.strictObject({ server: z.string(), value: z.string().nullable() })),
        problem: z.string().nullable().describe('null: they are as they must be'),
      }),
    )
    .describe('What the files say; never a password'),
});

/** What `/api/v1/pair` answers, and what the events `pair` carry. */
export const pairDocumentSchema = z
  .strictObject({
    at: z.iso.datetime().describe('UTC'),
    paired: z.boolean(),
    servers: z
      .array(
        z.strictObject({
          name: z.string(),
          isThis: z.boolean(),
          isHeard: z
            .boolean()
            .describe('Whether it was heard within 5 s: else nothing of it is a present fact'),
          ageMs: z.number().nullable().describe('Of what it told; null: nothing yet'),
          keepalivedVersion: z.string().nullable(),
          startsOnBoot: z.boolean().nullable(),
        }),
      )
      .describe('This one first; empty: it is not paired'),
    routers: z.array(routerSchema).describe('The virtual routers, the worst first'),
  })
  .meta({ title: 'Both servers of a pair' });

type PairDocument = z.infer<typeof pairDocumentSchema>;

/** @param wallMs the server's clock */
export function describePairForPrograms(
  summary: PairSummary | undefined,
  wallMs: number,
): PairDocument {
  return {
    at: new Date(wallMs).toISOString(),
    paired: summary !== undefined && summary.servers.length > 1,
    servers: (summary?.servers ?? []).map((server) => ({
      ...{ name: server.name, isThis: server.isThis, isHeard: server.isHeard },
      ageMs: roundOrNull(server.ageMs),
      keepalivedVersion: server.keepalivedVersion ?? null,
      startsOnBoot: server.startsOnBoot ?? null,
    })),
    routers: (summary?.routers ?? []).map(describeRouter),
  };
}

function describeRouter(router: SummarizedRouter): PairDocument['routers'][number] {
  const { addresses, severity, sentence, reasons } = router;
  return {
    ...{ addresses, severity, sentence, reasons },
    virtualRouterId: router.virtualRouterId ?? null,
    family: router.family ?? null,
    verdict: router.kind,
    lastsMs: roundOrNull(router.lastsMs),
    servers: router.servers.map(describeServer),
    wire: router.wire.map(({ from, to, direction }) => ({
      ...{ from, to, advertisements: direction.kind },
      why: direction.kind === 'refused' ? direction.why : null,
    })),
    settings: router.settings.map(({ field, label, must, values, problem }) => ({
      ...{ field, label, must },
      values: values.map(({ serverName, value }) => ({ server: serverName, value: value ?? null })),
      problem: problem ?? null,
    })),
  };
}

function describeServer(
  server: RouterOnServer,
): PairDocument['routers'][number]['servers'][number] {
  const { name, isThis, holds, readiness, reasons, healthcheck } = server;
  return {
    ...{ name, isThis, holds, readiness, reasons },
    instanceName: server.instanceName ?? null,
    state: server.state ?? null,
    priority: server.priority ?? null,
    healthcheck: healthcheck ? { words: healthcheck.words, good: healthcheck.good ?? null } : null,
    takesOverMs: roundOrNull(server.takesOverMs),
  };
}

const roundOrNull = (ms: number | undefined) => (ms === undefined ? null : Math.round(ms));
