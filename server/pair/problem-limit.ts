import type { Clock } from '../shared/clock.ts';
import type { PairProblem } from './pair.ts';

const quietMs = 10_000;
const mostSentences = 100;

/** Who knocks all the time does not fill the log: the same words are told once in ten seconds, few in all. */
export function limitPairProblems(
  onProblem: (problem: PairProblem) => void,
  clock: Pick<Clock, 'monotonicMs'>,
): (problem: PairProblem) => void {
  const toldAtMs = new Map<string, number>();
  return (problem) => {
    const nowMs = clock.monotonicMs();
    for (const [sentence, atMs] of toldAtMs) {
      if (nowMs - atMs >= quietMs) toldAtMs.delete(sentence);
    }
    if (toldAtMs.has(problem.sentence) || toldAtMs.size >= mostSentences) return;
    toldAtMs.set(problem.sentence, nowMs);
    onProblem(problem);
  };
}
