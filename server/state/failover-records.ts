import { z } from 'zod';
import { drillActions } from '../keepalived/maintenance/drill-plan.ts';
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
  /** The longest time that nobody can have had the address before this server took it; absent: not known. */
  unservedAtMostMs: z.number().optional(),
});
export type TransitionRecord = z.output<typeof transitionRecordSchema>;

/** One end of a time in which two servers were active, as far as it was noticed here. */
export const splitBrainRecordSchema = z.object({
  kind: z.literal('split-brain'),
  /** Wall clock, ms: when it was noticed first or last. */
  atMs: z.number(),
  instance: z.string(),
  /** The alarm that reported it. */
  code: z.enum(['another-master', 'address-twice']),
  phase: z.enum(['begin', 'end']),
  /** What the alarm said at the begin. */
  sentence: z.string().optional(),
});
export type SplitBrainRecord = z.output<typeof splitBrainRecordSchema>;

/** What somebody did by this program that may have moved an address. */
export const actionRecordSchema = z.object({
  kind: z.literal('action'),
  /** Wall clock, ms: its begin and its end. */
  atMs: z.number(),
  untilMs: z.number(),
  /** `going-back`: at the deadline of a change that nobody confirmed. */
  what: z.enum(['drill', 'save', 'start', 'stop', 'restart', 'reload', 'firewall', 'going-back']),
  /** Absent: it was not about one instance. */
  instance: z.string().optional(),
  /** Of a drill: what was asked for. */
  drillAction: z.enum(drillActions).optional(),
  userName: z.string(),
  /** From where; absent in older records. */
  remoteAddress: z.string().optional(),
});
export type ActionRecord = z.output<typeof actionRecordSchema>;
/** @property durationMs how long it took, until now */
export type FinishedAction = Omit<ActionRecord, 'kind' | 'atMs' | 'untilMs'> & {
  durationMs: number;
};

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
  splitBrainRecordSchema,
  actionRecordSchema,
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
