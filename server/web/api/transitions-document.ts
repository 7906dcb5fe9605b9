import { z } from 'zod';
import {
  lastingStateSchema,
  transitionReasonSchema,
} from '../../keepalived/transitions/transition.ts';
import { actionRecordSchema } from '../../state/state-keeper.ts';
import type { ActionRecord, SplitBrain, TransitionRecord } from '../../state/state-keeper.ts';
import { findAction } from '../view/find-action.ts';

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
            .describe('Its source: keepalived’s log, its dump, or the end of its process'),
          unservedAtMostMs: z
            .number()
            .nullable()
            .describe(
              'The longest time that nobody can have had the address before this server took it',
            ),
          author: z
            .strictObject({
              userName: z.string(),
              remoteAddress: z.string().nullable().describe('null: not recorded, in older records'),
              action: actionRecordSchema.shape.what,
            })
            .nullable()
            .describe('Who used this program at that time, and for what; null: nobody'),
        }),
      )
      .describe('Newest first'),
    splitBrains: z
      .array(
        z.strictObject({
          from: z.iso
            .datetime()
            .describe('UTC: when this server first noticed it; it may have begun earlier'),
          to: z.iso
            .datetime()
            .nullable()
            .describe(
              'UTC: when this server last noticed it; null: it is still going on, or its end is unknown',
            ),
          end: z
            .enum(['lasts', 'known', 'unknown'])
            .describe('unknown: the program was not running when it ended'),
          instance: z.string(),
          code: z.enum(['another-master', 'address-twice']).describe('The alarm that reported it'),
          sentence: z.string().nullable().describe('What the alarm said when it began'),
        }),
      )
      .describe('When two servers were active, as far as this server noticed; newest first'),
  })
  .meta({ title: 'Changes of state' });

type TransitionsDocument = z.infer<typeof transitionsDocumentSchema>;

/** The failover history as data for programs; what is not known is null. */
export function describeTransitions(
  records: readonly TransitionRecord[],
  splitBrains: readonly SplitBrain[],
  actions: readonly ActionRecord[],
): TransitionsDocument {
  return {
    transitions: records.map(({ atMs, instance, from, to, reason, source, unservedAtMostMs }) => ({
      at: new Date(atMs).toISOString(),
      instance,
      from: from ?? null,
      to,
      reason: reason ?? null,
      source,
      unservedAtMostMs: unservedAtMostMs ?? null,
      author: describeAuthor(findAction({ atMs }, actions)),
    })),
    splitBrains: splitBrains.map(({ fromMs, toMs, end, instance, code, sentence }) => ({
      from: new Date(fromMs).toISOString(),
      to: toMs === undefined ? null : new Date(toMs).toISOString(),
      ...{ end, instance, code },
      sentence: sentence ?? null,
    })),
  };
}

function describeAuthor(action: ActionRecord | undefined) {
  if (!action) return null;
  const { userName, remoteAddress = null, what } = action;
  return { userName, remoteAddress, action: what };
}
