/** What a failing script does to one instance, computed from the weights that count there. */
import { ownerPriority } from '../addresses/owner-priority.ts';
import type { ConfigurationSummary, ConfiguredInstance } from '../config/questions.ts';
import { computePriority, listWeights } from './elections/effective-priority.ts';
import type { FindResult } from './elections/effective-priority.ts';

export type ScriptConsequence =
  | { kind: 'fault' }
  /** The reason is a clause. */
  | { kind: 'ignored'; reason: string }
  | {
      kind: 'priority';
      /** How far a failure moves the priority; below 0: it lowers it. */
      change: number;
      /** What the priority is then; undefined: it hangs on what is not known. */
      priority: number | undefined;
    };

/** @param findResult what is known of all else that the instance tracks */
export function findScriptConsequence(
  scriptName: string,
  instance: ConfiguredInstance,
  summary: ConfigurationSummary,
  findResult: FindResult = () => undefined,
): ScriptConsequence {
  const weights = listWeights(instance, summary).filter(
    ({ kind, name }) => kind === 'script' && name === scriptName,
  );
  if (weights.some(({ weight }) => weight === 0)) return { kind: 'fault' };
  if (weights.length === 0) {
    const isOwner = instance.priority === ownerPriority;
    const reason = isOwner
      ? 'the instance has the priority 255, which no weight changes'
      : `the sync group ${instance.syncGroupName ?? ''} has no sync_group_tracking_weight`;
    return { kind: 'ignored', reason };
  }
  const priorityIf = (good: boolean) =>
    computePriority(instance, summary, (kind, name) =>
      kind === 'script' && name === scriptName ? { good } : findResult(kind, name),
    ).priority;
  const [best, worst] = [priorityIf(true), priorityIf(false)];
  // A weight above 0 is given while it succeeds, one below 0 is taken while it fails.
  const sum = weights.reduce((total, { weight }) => total - Math.abs(weight), 0);
  const isKnown = best !== undefined && worst !== undefined;
  return { kind: 'priority', change: isKnown ? worst - best : sum, priority: worst };
}

/** A sentence that begins with the failure: “While it fails, …”. */
export function describeScriptConsequence(
  consequence: ScriptConsequence,
  whileIt = 'While it fails',
): string {
  switch (consequence.kind) {
    case 'fault':
      return `${whileIt}, the instance is in FAULT and serves nothing.`;
    case 'ignored':
      return `keepalived ignores its weight: ${consequence.reason}. A failure changes nothing.`;
    case 'priority': {
      const { change, priority } = consequence;
      const to = priority === undefined ? '' : ` to ${priority}`;
      return `${whileIt}, the priority changes by ${change}${to}: this server hands over only to a server that has a higher priority then and preempts.`;
    }
  }
}
