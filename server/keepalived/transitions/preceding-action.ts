/** What keepalived did last before a line: it was started, or it reloaded its configuration. */
import type { ExplainedLine, Transition } from './transition.ts';

export type PrecedingAction = 'start' | 'reload';

/** A start with some hundred instances logs a few lines for each before the first state. */
const lookLines = 2_000;

/**
 * An instance enters its first state after a start and after a reload with the same words (2.2 to
 * 2.4), so the last of these two that the log has decides, however long ago.
 * @returns for a change told at an index of the lines; undefined: the log does not say, and the
 * instance may have been there before
 */
export function createPrecedingActionFinder(
  lines: readonly ExplainedLine[],
): (change: Pick<Transition, 'from'>, index: number) => PrecedingAction | undefined {
  let last: { index: number; beginning: PrecedingAction } | undefined;
  const lastAt = lines.map((line, index) => {
    const beginning = readBeginning(line);
    if (beginning) last = { index, beginning };
    return last;
  });
  return ({ from }, index) => {
    const found = lastAt[index];
    if (found && index - found.index <= lookLines) return found.beginning;
    return from === 'STOPPED' ? 'start' : undefined;
  };
}

function readBeginning({ message, explained }: ExplainedLine): PrecedingAction | undefined {
  const { id, values } = explained ?? {};
  if (id === 'reload') return 'reload';
  // A VRRP process that died is started alone.
  const isRespawn = id === 'child-died' && values?.['otherPid'] !== undefined;
  return isRespawn || message.startsWith('Starting Keepalived v') ? 'start' : undefined;
}
