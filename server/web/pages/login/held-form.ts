import { isSecretField } from '../../held-form.ts';
import type { HeldField } from '../../held-form.ts';
import type { FormTarget } from '../../plugins/sign-in/authentication.ts';

/** What `views/held-form.eta` gets. */
export interface HeldFormModel {
  action: string;
  /** Else the page says what would be sent. */
  hasPreview: boolean;
  fields: HeldField[];
  /** Something that was not kept may have been typed. */
  hasSecret: boolean;
  /** Where it leads to leave all that. */
  page: string;
}

/** The form that was sent by who was signed out, to be sent once more by who has logged in. */
export function describeHeldForm(
  { action, hasPreview }: FormTarget,
  fields: HeldField[],
  page: string,
): HeldFormModel {
  return {
    ...{ action, hasPreview, page },
    // The button says it then.
    fields: hasPreview ? fields.filter(({ name }) => name !== 'intent') : fields,
    hasSecret: fields.some(({ name }) => isSecretField(name)),
  };
}
