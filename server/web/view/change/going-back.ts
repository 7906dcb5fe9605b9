import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { findOwnVirtualAddress } from '../own-connection.ts';
import type { Connection } from '../own-connection.ts';
import type { Success } from './apply-outcome.ts';
import { confirmPath } from './apply-outcome.ts';

const shortestSeconds = 60;
const longestSeconds = 600;
const defaultSeconds = 120;

/** What the partial `going-back` sends: part of every form that changes a configuration. */
export const goingBackFields = {
  goBack: z.literal('yes').optional(),
  goBackSeconds: z.coerce
    .number()
    .int()
    .min(shortestSeconds)
    .max(longestSeconds)
    .default(defaultSeconds),
};

export interface GoingBackForm {
  goBack?: 'yes' | undefined;
  goBackSeconds: number;
}

/** What the partial `going-back` shows. */
export interface GoingBackModel {
  checked: boolean;
  seconds: number;
  shortestSeconds: number;
  longestSeconds: number;
  /** The address of the administrator's own connection that the change may take away. */
  ownAddress: string | undefined;
}

/**
 * The choice to go back without a confirmation: as it was typed, else made for whoever might cut
 * themselves off.
 * @param texts the configuration before and after the change, as far as they are known
 */
export function describeGoingBack(
  request: { raw: Connection },
  texts: readonly (string | undefined)[],
  typed?: GoingBackForm,
): GoingBackModel {
  const ownAddress = findOwnVirtualAddress(request.raw, texts);
  return {
    checked: typed ? typed.goBack === 'yes' : ownAddress !== undefined,
    seconds: typed?.goBackSeconds ?? defaultSeconds,
    ...{ shortestSeconds, longestSeconds, ownAddress },
  };
}

/** undefined: the change is to stay, whether or not anybody confirms it. */
export function readConfirmSeconds({ goBack, goBackSeconds }: GoingBackForm): number | undefined {
  return goBack === 'yes' ? goBackSeconds : undefined;
}

/** Where a successful save leads: to the question whether to keep it, if that was asked for. */
export function redirectAfterSave(
  reply: FastifyReply,
  form: GoingBackForm,
  outcome: Success,
  location: string,
): FastifyReply {
  const mustConfirm = form.goBack === 'yes' && outcome.kind === 'live';
  return reply.redirect(mustConfirm ? confirmPath : location, 303);
}
