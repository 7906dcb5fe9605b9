import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { maximumPasswordLength } from '../../../access/password-rules.ts';
import type { SaveConsent } from '../../../operations/confirm/confirmed-change.ts';
import { shownWordsSchema } from '../shown-words.ts';
import { goingBackFields, readConfirmSeconds } from './going-back.ts';
import type { GoingBackForm } from './going-back.ts';

/** What every form that changes a configuration sends beside it. */
export const consentFields = {
  /** Only the button "Apply anyway" sends it. */
  accepted: shownWordsSchema,
  commands: shownWordsSchema,
  ownPassword: z.string().max(maximumPasswordLength).default(''),
  ...goingBackFields,
};

export interface ConsentForm extends GoingBackForm {
  accepted: string[];
  commands: string[];
  ownPassword: string;
}

/** What a page's own fields are, and what it consents to. */
export function splitForm<Form extends ConsentForm>(body: Form) {
  const { accepted, commands, ownPassword, goBack, goBackSeconds, ...own } = body;
  return { own, form: { accepted, commands, ownPassword, goBack, goBackSeconds } };
}

/** What a form consents to. */
export interface GivenConsent {
  consent: SaveConsent;
  /** Why the password was not accepted. */
  passwordProblem: string | undefined;
}

/** Added commands are confirmed with a password, or one that was given a few minutes ago. */
export async function readConsent(
  request: FastifyRequest,
  form: ConsentForm,
): Promise<GivenConsent> {
  const { accepted: acceptedDangers, commands, ownPassword } = form;
  const passwordProblem = ownPassword === '' ? undefined : await request.provePassword(ownPassword);
  const isConfirmed = passwordProblem === undefined && request.isPasswordProved();
  const confirmedCommands = isConfirmed ? commands : [];
  const confirmWithinSeconds = readConfirmSeconds(form);
  return {
    consent: { acceptedDangers, confirmedCommands, confirmWithinSeconds },
    passwordProblem,
  };
}

/** What the partial `added-commands` shows. */
export interface AddedCommandsModel {
  commands: string[];
  /** The password need not be asked: it was given a few minutes ago. */
  isProved: boolean;
  problem: string | undefined;
}

/** undefined: a change adds nothing that must be confirmed with a password. */
export function describeAddedCommands(
  request: FastifyRequest,
  commands: string[] = [],
  problem?: string,
): AddedCommandsModel | undefined {
  if (commands.length === 0) return undefined;
  return { commands, isProved: request.isPasswordProved(), problem };
}
