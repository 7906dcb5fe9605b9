import { z } from 'zod';
import type { MessageExplanation } from '../runtime/messages/explain-message.ts';

/** A state that lasts; STOPPED: keepalived, or its VRRP process, does not run. */
export const lastingStateSchema = z.enum(['MASTER', 'BACKUP', 'FAULT', 'STOPPED']);
export type LastingState = z.output<typeof lastingStateSchema>;

export const transitionReasonSchema = z.object({
  /** Stable, for automation. */
  code: z.enum([
    'peer-gave-up',
    'peer-lost',
    'preempted',
    'higher-priority',
    'same-priority',
    'address-removed',
    'delayed',
    'netlink-overrun',
    'started',
    'reloaded',
    'restarted',
    'sync-group',
    'interface-down',
    'script-failed',
    'track-file',
    'process-missing',
    'fault',
    'fault-over',
    'stopped',
    'process-died',
  ]),
  /** For people, without a full stop: `no advertisement came from the other server`. */
  words: z.string(),
});
export type TransitionReason = z.output<typeof transitionReasonSchema>;

export interface Transition {
  /** Wall clock, ms: when keepalived did it, not when it was noticed. */
  atMs: number;
  instance: string;
  /** undefined: not known. */
  from: LastingState | undefined;
  to: LastingState;
  reason: TransitionReason | undefined;
}

/** A line of the log with its time, and what it means. */
export interface ExplainedLine {
  atMs: number;
  message: string;
  explained: MessageExplanation | undefined;
}
