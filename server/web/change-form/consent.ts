import type { FastifyRequest } from 'fastify';
import { maximumPasswordLength } from '../../access/password-rules.ts';
import type { SaveConsent } from '../../operations/confirm/confirmed-change.ts';
import { readConfirmSeconds } from '../view/change/going-back.ts';
import type { ChangeFields } from './change-fields.ts';

/** What a form consents to. */
export interface GivenConsent {
  consent: SaveConsent;
  /** Why the password was not accepted. */
  passwordProblem: string | undefined;
}

/** Added commands are confirmed with a password, or one that was given a few minutes ago. */
export async function readConsent(
  request: FastifyRequest,
  fields: ChangeFields,
): Promise<GivenConsent> {
  const { accepted: acceptedDangers, commands, ownPassword } = fields;
  const passwordProblem = await provePassword(request, ownPassword);
  const isConfirmed = passwordProblem === undefined && request.isPasswordProved;
  const confirmedCommands = isConfirmed ? commands : [];
  const confirmWithinSeconds = readConfirmSeconds(fields);
  return {
    consent: { acceptedDangers, confirmedCommands, confirmWithinSeconds },
    passwordProblem,
  };
}

/** @returns why it is not accepted; undefined: it is proved, or none was given */
async function provePassword(
  request: FastifyRequest,
  ownPassword: string,
): Promise<string | undefined> {
  if (ownPassword === '') return undefined;
  if (ownPassword.length > maximumPasswordLength) return 'This is not your password.';
  return request.provePassword(ownPassword);
}

/** What the password field of a change form shows. */
export interface AddedCommandsModel {
  commands: string[];
  /** The password need not be asked: it was given a few minutes ago. */
  isProved: boolean;
  problem: string | undefined;
}

/** undefined: a change adds nothing that must be confirmed with a password. */
export function describeAddedCommands(
  request: Pick<FastifyRequest, 'isPasswordProved'>,
  commands: readonly string[] = [],
  problem?: string,
): AddedCommandsModel | undefined {
  if (commands.length === 0) return undefined;
  return { commands: [...commands], isProved: request.isPasswordProved, problem };
}
