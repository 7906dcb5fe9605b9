import type { Foresight } from '../../keepalived/foresight/foresight-result.ts';
import type { TextDifference } from '../../keepalived/secrets/text-difference.ts';
import type { FailureNotice } from '../view/change/apply-outcome.ts';
import type { FindingItem } from '../view/change/findings.ts';
import type { GoingBackModel } from '../view/change/going-back.ts';
import type { FieldError, Meanwhile, SaveButton } from './change-frame.ts';
import type { AddedCommandsModel } from './consent.ts';

/** What the partial `change-form` gets. */
export interface ChangeFormModel {
  action: string;
  hidden: Record<string, string>;
  tag: string;
  path: string;
  failure: FailureNotice | undefined;
  meanwhile: Meanwhile | undefined;
  /** In the page's own fields and in the common ones, listed above the form. */
  errors: FieldError[];
  comment: { value: string; longest: number; error: string | undefined };
  /** undefined: nothing runs a stored file, so it cuts nobody off. */
  goingBack: GoingBackModel | undefined;
  /** What the check says; undefined: it was not asked. */
  findings: FindingItem[] | undefined;
  comparison: ShownComparison | undefined;
  preview: ShownPreview | undefined;
  addedCommands: AddedCommandsModel | undefined;
  /** Of the text that a save was asked for whose password is missing: Enter there saves it. */
  asked: string | undefined;
  save: SaveButton;
  consequence: string | undefined;
  back: { href: string; label: string };
  /** The text is on this page. */
  hasText: boolean;
  /** Something was typed that is not saved. */
  isUnsaved: boolean;
  /** Where the eye should be. */
  focus: Focus | undefined;
}

export type Focus = 'failure' | 'meanwhile' | 'errors' | 'findings' | 'preview' | 'password';

/** What was changed after the form was opened, and by it. */
export interface ShownComparison {
  /** Both are kept apart until somebody decides: the form cannot carry its changes over. */
  isConflict: boolean;
  isDeleted: boolean;
  /** undefined: what the form was made from is not known any more. */
  theirs: TextDifference | undefined;
  yours: TextDifference | undefined;
}

export interface ShownPreview {
  /** undefined: what was typed is wrong, so nothing would be written. */
  difference: TextDifference | undefined;
  foresight: Foresight | undefined;
}
