import type { FastifyReply } from 'fastify';
import type { FormSave } from '../../operations/forms/form-save.ts';
import type { ApplyOutcome } from '../../operations/outcomes.ts';
import type { Failure, Success } from '../view/change/apply-outcome.ts';
import type { FindingItem } from '../view/change/findings.ts';
import type { ChangeFormModel } from './change-form-model.ts';
import type { ChangeFrame } from './change-frame.ts';
import type { GivenConsent } from './consent.ts';

/** A page that changes a configuration: what it has beside what all of them have. */
export interface ChangePage<Own extends object, Plan> {
  /** What the page's own fields would write; writes nothing. */
  plan: (own: Own, aim: PlanAim) => Promise<Plan>;
  /**
   * What the change form shows of a plan; undefined: there is no form, and the page says why.
   * @param outcome of a save that failed
   */
  frame: (plan: Plan, outcome?: Failure) => ChangeFrame | undefined;
  /** Why there is no form, where the page says it. */
  problemOf: (plan: Plan) => string | undefined;
  /** Sends the page: what is its own, and the form. */
  show: (reply: FastifyReply, plan: Plan, shown: Shown) => Promise<FastifyReply>;
  /** A finding with what the page knows of it: its field. */
  linkFindings?: (findings: readonly FindingItem[], plan: Plan) => FindingItem[];
  save: (own: Own, request: Omit<FormSave, 'actor'> & GivenConsent) => Promise<Saved<Plan>>;
  /**
   * Where a successful save leads.
   * @param outcome undefined: the file says already what was typed
   */
  nextPath: (own: Own, outcome?: Success) => string;
}

export interface Shown {
  /** undefined: there is none. */
  change: ChangeFormModel | undefined;
  /** What the check says, of a preview or of a save that was refused. */
  findings: readonly FindingItem[];
}

/** What a plan is made for. */
export interface PlanAim {
  /** The file that the form was made from, by its tag; undefined: the form is opened. */
  madeFrom: string | null | undefined;
  /** A preview foresees what a save would do, and finds out what it would be refused for. */
  isPreview: boolean;
}

export interface Saved<Plan> {
  /** As it would be planned after a save that failed; undefined: it is not planned yet. */
  plan?: Plan | undefined;
  /** undefined: there was nothing to write, and the plan says why. */
  outcome: ApplyOutcome | undefined;
  /** Of the file. */
  path: string;
}
