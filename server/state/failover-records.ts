import { z } from 'zod';
import {
  lastingStateSchema,
  transitionReasonSchema,
} from '../keepalived/transitions/transition.ts';

/** A change of state, as it is kept. */
export const transitionRecordSchema = z.object({
  kind: z.literal('transition'),
  /** Wall clock, ms: when keepalived did it. */
  atMs: z.number(),
  instance: z.string(),
  from: lastingStateSchema.optional(),
  to: lastingStateSchema,
  reason: transitionReasonSchema.optional(),
  /** What told of it: the log, keepalived's own account, or the end of its process. */
  source: z.enum(['log', 'dump', 'process']),
  /** How long at most nobody had the address before this server took it; absent: not known. */
  unservedAtMostMs: z.number().optional(),
});
export type TransitionRecord = z.output<typeof transitionRecordSchema>;

/** What is kept of failovers; times are of the wall clock, in ms. */
export const failoverRecordSchema = z.discriminatedUnion('kind', [
  transitionRecordSchema,
  /** From this moment on the kernel has all of the instance's addresses, or not. */
  z.object({
    kind: z.literal('serving'),
    atMs: z.number(),
    instance: z.string(),
    serving: z.enum(['Yes', 'No', 'Unknown']),
  }),
  /** Nobody watched between these moments; without a begin: never before. */
  z.object({ kind: z.literal('gap'), fromMs: z.number().optional(), atMs: z.number() }),
]);
export type FailoverRecord = z.output<typeof failoverRecordSchema>;

/** Where the records are kept, oldest first. */
export interface FailoverStore {
  entries(): readonly FailoverRecord[];
  /** Wall clock, ms: when somebody watched last; undefined: never. */
  lastTouchedAtMs: number | undefined;
  append(records: readonly FailoverRecord[]): Promise<void>;
  touch(): Promise<void>;
}
