import type { WaitingChange } from '../../../operations/confirm/confirmed-change.ts';
import type { ApplyOutcome } from '../../../operations/outcomes.ts';
import type { Flash } from '../../plugins/flash.ts';
import { isSuccess } from '../../view/change/apply-outcome.ts';
import { describeWaiting } from '../../view/change/waiting-change.ts';
import type { WaitingModel } from '../../view/change/waiting-change.ts';

export interface ConfirmModel {
  /** undefined: nothing waits (any more). */
  waiting: WaitingModel | undefined;
  /** After how long the browser looks again, where scripts are off. */
  refreshSeconds: number | undefined;
}

const refreshSeconds = 10;

/** The question whether to keep a change. */
export function describeConfirm(change: WaitingChange | undefined): ConfirmModel {
  return {
    waiting: describeWaiting(change),
    refreshSeconds: change && refreshSeconds,
  };
}

export const kept: Flash = { tone: 'good', text: 'The configuration is kept.' };

export const nothingWaits: Flash = {
  tone: 'bad',
  text: 'That change is no longer waiting: it was kept or rolled back. Versions shows which.',
};

/** What the next page says of having gone back. */
export function describeUndo(outcome: ApplyOutcome): Flash {
  if (isSuccess(outcome)) {
    return {
      tone: 'good',
      text: 'Rolled back: the previous configuration is active again.',
    };
  }
  return { tone: 'bad', text: `The change was not rolled back. ${outcome.message}` };
}
