import type { VersionAction } from '../../history/versions/version-record.ts';
import type { Consent } from '../checks/foresee-apply.ts';
import type { Actor } from '../outcomes.ts';

/** What is to become live, by whom and why. */
export interface ApplyRequest extends Consent {
  fileId: string;
  text: string;
  /** SHA-256 of what the caller read; null: the file did not exist. */
  expectedTag: string | null;
  actor: Actor;
  /** For the history. */
  action: VersionAction;
  comment: string;
}
