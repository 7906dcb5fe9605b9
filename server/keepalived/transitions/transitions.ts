/** Changes of state of the instances, as keepalived's log tells them, each with its cause. */
import type { LogLine } from '../runtime/log/log-lines.ts';
import { explainLine } from '../runtime/messages/explain-message.ts';
import type { MessageExplanation } from '../runtime/messages/explain-message.ts';
import { createReasonFinder } from './reasons.ts';
import type { ExplainedLine, LastingState, Transition } from './transition.ts';

export type { LastingState, Transition } from './transition.ts';

/** The last known state of each instance. */
export type KnownStates = ReadonlyMap<string, LastingState>;

/**
 * The transitions that these lines tell of, oldest first.
 * @param context the lines before them, oldest first, which only explain
 * @param lines oldest first; lines without a time say nothing here
 * @param known the states before the first of `lines`
 */
export function findTransitions(
  context: readonly LogLine[],
  lines: readonly LogLine[],
  known: KnownStates,
): Transition[] {
  const states = new Map(known);
  const running = new Set([...known.keys()].filter((name) => known.get(name) !== 'STOPPED'));
  const before = explainLines(context);
  const all = [...before, ...explainLines(lines)];
  const findReason = createReasonFinder(all);
  return all.slice(before.length).flatMap((line, index) =>
    readChanges(line, running).flatMap(({ instance, to }) => {
      const from = states.get(instance);
      if (from === to) return [];
      states.set(instance, to);
      if (to === 'STOPPED') running.delete(instance);
      else running.add(instance);
      const change = { instance, from, to };
      const reason = findReason(change, before.length + index);
      return [{ atMs: line.atMs, ...change, reason }];
    }),
  );
}

/** Whether a line tells of a change of state, whatever the states are. */
export function isTransitionLine(line: LogLine): boolean {
  const { message } = line;
  const explained = explainLine(line);
  return (
    explained?.id === 'state-change' ||
    explained?.id === 'fault-reason' ||
    message === 'Stopping' ||
    isVrrpDeath(explained)
  );
}

function explainLines(lines: readonly LogLine[]): ExplainedLine[] {
  return lines.flatMap((line) => {
    const { atMs, message } = line;
    return atMs === undefined ? [] : [{ atMs, message, explained: explainLine(line) }];
  });
}

function readChanges(
  { message, explained }: ExplainedLine,
  running: ReadonlySet<string>,
): { instance: string; to: LastingState }[] {
  const instance = explained?.values['instance'];
  if (explained?.id === 'state-change' && instance !== undefined) {
    return [{ instance, to: explained.values['state'] as LastingState }];
  }
  // At a start in FAULT there is no other line (measured, 2.2.7).
  if (explained?.id === 'fault-reason' && instance !== undefined)
    return [{ instance, to: 'FAULT' }];
  if (message === 'Stopping' || isVrrpDeath(explained)) {
    return [...running].map((name) => ({ instance: name, to: 'STOPPED' }));
  }
  return [];
}

function isVrrpDeath(explained: MessageExplanation | undefined): boolean {
  return explained?.id === 'child-died' && explained.values['otherPid'] !== undefined;
}
