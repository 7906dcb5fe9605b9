import { z } from 'zod';
import {
  lastingStateSchema,
  transitionReasonSchema,
} from '../../keepalived/transitions/transition.ts';
import type { TransitionRecord } from '../../state-keeper.ts';

export const transitionsQuerySchema = z.strictObject({
  limit: z.coerce.number().int().min(1).max(1000).default(100),
  since: z.iso.datetime({ offset: true }).optional(),
});

/** What `/api/v1/transitions` answers. */
export const transitionsDocumentSchema = z
  .strictObject({
    transitions: z
      .array(
        z.strictObject({
          at: z.iso.datetime().describe('UTC: when keepalived did it, not when it was noticed'),
          instance: z.string(),
          from: lastingStateSchema.nullable(),
          to: lastingStateSchema,
          reason: transitionReasonSchema.nullable(),
          source: z
            .enum(['log', 'dump', 'process'])
            .describe('What told of it: the log, keepalived’s account, the end of its process'),
          unservedAtMostMs: z
            .number()
            .nullable()
            .describe('How long at most nobody had the address before this server took it'),
        }),
      )
      .describe('Newest first'),
  })
  .meta({ title: 'Changes of state' });

type TransitionsDocument = z.infer<typeof transitionsDocumentSchema>;

/** The failover history as data for programs; what is not known is null. */
export function describeTransitions(records: readonly TransitionRecord[]): TransitionsDocument {
  return {
    transitions: records.map(({ atMs, instance, from, to, reason, source, unservedAtMostMs }) => ({
      at: new Date(atMs).toISOString(),
      instance,
      from: from ?? null,
      to,
      reason: reason ?? null,
      source,
      unservedAtMostMs: unservedAtMostMs ?? null,
    })),
  };
}
