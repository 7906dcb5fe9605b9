import type { ActionRecord, TransitionRecord } from '../../state/state-keeper.ts';

/** The log's stamps are of whole seconds. */
const beforeMs = 1_000;
/** A reload may end after the page has its answer; three advertisements of 1 s and some. */
const afterMs = 5_000;

/** What somebody did by this program while an instance changed its state; undefined: nothing. */
export function findAction(
  { atMs }: Pick<TransitionRecord, 'atMs'>,
  actions: readonly ActionRecord[],
): ActionRecord | undefined {
  return actions.findLast((one) => atMs >= one.atMs - beforeMs && atMs <= one.untilMs + afterMs);
}
