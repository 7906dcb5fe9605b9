import type { SaveConsent } from '../confirm/confirmed-change.ts';
import type { Actor, ApplyOutcome } from '../outcomes.ts';

/** What every form that saves sends beside its values. */
export interface FormSave extends SaveConsent {
  /** SHA-256 of the live file that was shown; null: there was none. */
  expectedTag: string | null;
  actor: Actor;
  /** What it is for, in the words of whoever saves it. */
  comment?: string;
}

/** What a form that saves planned, and what became of it. */
export interface PlannedSave<Plan> {
  /** Where the save failed: as it would be planned now, with its foresight. */
  plan: Plan;
  /** Undefined: there was nothing to write, and the plan says why. */
  outcome: ApplyOutcome | undefined;
}
