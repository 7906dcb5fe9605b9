import type { Finding } from '../../keepalived/config/rules/finding.ts';
import type { Foresight } from '../../keepalived/foresight/foresight-result.ts';

/** What a change form shows of a plan. */
export interface ChangeFrame {
  fileId: string;
  path: string;
  /** Where the form is sent. */
  action: string;
  /** The page's own hidden fields. */
  hidden: Record<string, string>;
  /** The file now. */
  currentText: string | undefined;
  currentTag: string | null;
  /** The tag that the form sends on; undefined: that of the file now. */
  keptTag?: string | null;
  /** What would be written. undefined: nothing was typed yet, or what was typed forbids it. */
  newText: string | undefined;
  /** What was typed forbids it, and the page says what. */
  isBlocked: boolean;
  /** What is wrong in the page's own fields. */
  errors?: FieldError[];
  foresight: Foresight | undefined;
  /** Whether a preview has something to check. */
  isChecked: boolean;
  /** What the check says of it, where the plan has asked already. */
  findings?: Finding[];
  save: SaveButton;
  /** What a click on it does. */
  consequence?: string;
  /** The way out without a change. */
  back: { href: string; label: string };
  /** What the page says of a file that was changed after the form was opened. */
  meanwhile?: Meanwhile;
  /** The text is typed: both texts are shown beside what they were made from. */
  hasText?: boolean;
}

export interface SaveButton {
  label: string;
  isDangerous?: boolean;
  /** The file that may be overwritten, by its tag: where only this button decides that. */
  overwrite?: string;
}

export interface FieldError {
  name: string;
  label: string;
  error: string | undefined;
}

export interface Meanwhile {
  sentence: string;
  /** Field by field. */
  changes: string[];
  /** Where the form begins with the file as it is now. */
  reopen?: { href: string; label: string };
}
