import { verdicts } from './check.ts';
import type { Check } from './check.ts';

/** What a check found, apart from which check it is. */
export type Judgement = Pick<Check, 'verdict' | 'sentence' | 'remedy' | 'command'>;

export const good = (sentence: string): Judgement => ({
  verdict: 'good',
  sentence,
  remedy: undefined,
});

/** @param sentence says why there is nothing to look at */
export const note = (sentence: string): Judgement => ({
  verdict: 'note',
  sentence,
  remedy: undefined,
});

/** @param sentence says what was missing */
export const cannotTell = (sentence: string): Judgement => ({
  verdict: 'cannot-tell',
  sentence,
  remedy: undefined,
});

/** The worst of several, the first of them; undefined: there is none. */
export function findWorst(judgements: readonly Judgement[]): Judgement | undefined {
  return verdicts
    .map((verdict) => judgements.find((judgement) => judgement.verdict === verdict))
    .find((judgement) => judgement !== undefined);
}
