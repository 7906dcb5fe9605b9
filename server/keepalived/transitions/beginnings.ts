/** What keepalived did last before a line: it was started, or it reloaded its configuration. */
import type { ExplainedLine, Transition } from './transition.ts';

export type Beginning = 'start' | 'reload';

/** A start with some hundred instances logs a few lines for each before the first state. */
const lookLines = 2_000;

/**
 * An instance enters its first state after a start and after a reload with the same words (2.2 to
 * 2.4), so the last of these two that the log has decides, however long ago.
 * @param index of the line that tells of the change
 * @returns undefined: the log does not say, and the instance may have been there before
 */
export function findBeginning(
  { from }: Pick<Transition, 'from'>,
  lines: readonly ExplainedLine[],
  index: number,
): Beginning | undefined {
  for (let at = index; at >= Math.max(0, index - lookLines); at -= 1) {
    const beginning = readBeginning(lines[at]);
    if (beginning) return beginning;
  }
  return from === 'STOPPED' ? 'start' : undefined;
}

/** An instance's first state after a start or a reload. */
export const beginsAgain = ({ message }: ExplainedLine): boolean =>
  message.endsWith('STATE (init)');

function readBeginning(line: ExplainedLine | undefined): Beginning | undefined {
  const { id, values } = line?.explained ?? {};
  if (id === 'reload') return 'reload';
  // A VRRP process that died is started alone.
  const isRespawn = id === 'child-died' && values?.['otherPid'] !== undefined;
  return isRespawn || line?.message.startsWith('Starting Keepalived v') ? 'start' : undefined;
}
