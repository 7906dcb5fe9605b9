import { maximumPasswordLength } from '../../access/password-rules.ts';
import type { Proof } from '../../agent/call-rules.ts';
import type { SaveConsent } from '../../operations/confirm/confirmed-change.ts';
import { UserError } from '../../shared/errors.ts';
import { readConfirmSeconds } from '../view/change/going-back.ts';
import type { ChangeFields } from './change-fields.ts';

/** What a form consents to: its commands with the password, or with what the agent gave in its place. */
export interface GivenConsent extends SaveConsent {
  proof?: Proof;
}

/** What a form consents to. The agent checks the password, for this save and no other. */
export function readConsent(fields: ChangeFields): GivenConsent {
  const { accepted: acceptedDangers, commands: confirmedCommands, ownPassword, proof } = fields;
  const consent = {
    ...{ acceptedDangers, confirmedCommands },
    confirmWithinSeconds: readConfirmSeconds(fields),
  };
  if (ownPassword !== '') return { ...consent, proof: { password: ownPassword } };
  return proof === undefined ? consent : { ...consent, proof: { id: proof } };
}

/** A save as it is made with a consent, and why its password was not accepted. */
export interface ProvenSave<Saved> {
  saved: Saved;
  /** undefined: it was accepted, or none was given. */
  passwordProblem: string | undefined;
}

/**
 * Saves with a consent; where its password is not accepted, once more without it, so that what it
 * was for is asked again.
 */
export async function saveWithConsent<Saved>(
  consent: GivenConsent,
  save: (consent: GivenConsent) => Promise<Saved>,
): Promise<ProvenSave<Saved>> {
  const { proof, ...rest } = consent;
  const isTooLong = proof && 'password' in proof && proof.password.length > maximumPasswordLength;
  try {
    if (isTooLong) throw new UserError('password-refused', 'This is not your password.');
    return { saved: await save(consent), passwordProblem: undefined };
  } catch (error) {
    const isPassword = error instanceof UserError && /^password-(?:refused|wait)$/.test(error.code);
    if (!isPassword) throw error;
    return {
      saved: await save({ ...rest, confirmedCommands: [] }),
      passwordProblem: error.message,
    };
  }
}

/** What the password field of a change form shows. */
export interface AddedCommandsModel {
  commands: string[];
  /** The password need not be typed: this stands for it. */
  proof: string | undefined;
  problem: string | undefined;
}

/** undefined: a change adds nothing that must be confirmed with a password. */
export function describeAddedCommands(
  commands: readonly string[],
  { proof, problem }: Omit<AddedCommandsModel, 'commands'>,
): AddedCommandsModel | undefined {
  return commands.length === 0 ? undefined : { commands: [...commands], proof, problem };
}
