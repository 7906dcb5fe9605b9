import type { ActionRecord, TransitionRecord } from '../../../state/state-keeper.ts';

/** The log's stamps are of whole seconds. */
const beforeMs = 1_000;
/** A reload may end after the page has its answer; three advertisements of 1 s and some. */
const afterMs = 5_000;

/** Who did something by this program while an instance changed its state: `at the time of a save by admin`. */
export function describeAuthor(
  { atMs }: Pick<TransitionRecord, 'atMs'>,
  actions: readonly ActionRecord[],
): string {
  const action = actions.findLast(
    (one) => atMs >= one.atMs - beforeMs && atMs <= one.untilMs + afterMs,
  );
  if (!action) return '';
  const { what, instance, drillAction, userName } = action;
  const asked = drillAction ? `: ${drillWords[drillAction]}` : '';
  const of = instance === undefined ? '' : ` of ${instance}`;
  return what === 'save'
    ? `at the time of a save by ${userName}`
    : `at the time of a drill${of} by ${userName}${asked}`;
}

const drillWords = {
  standby: 'Move to standby',
  'take-over': 'Take over',
  maintenance: 'Maintenance',
  end: 'End of maintenance, back to normal',
} as const;
