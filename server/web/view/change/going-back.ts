import type { FastifyReply } from 'fastify';
import { findOwnVirtualAddress } from '../own-connection.ts';
import type { Connection } from '../own-connection.ts';
import type { Success } from './apply-outcome.ts';
import { confirmPath } from './apply-outcome.ts';

const shortestSeconds = 60;
const longestSeconds = 600;
const defaultSeconds = '120';

/** As the form sends it. */
export interface GoingBackFields {
  goBack?: 'yes' | undefined;
  goBackSeconds?: string | undefined;
}

/** What the partial `going-back` shows. */
export interface GoingBackModel {
  checked: boolean;
  /** As it was typed. */
  seconds: string;
  shortestSeconds: number;
  longestSeconds: number;
  /** The address of the administrator's own connection that the change may take away. */
  ownAddress: string | undefined;
  error: string | undefined;
}

/**
 * The choice to roll back without a confirmation: as it was typed, else made for whoever might cut
 * themselves off.
 * @param texts the configuration before and after the change, as far as they are known
 */
export function describeGoingBack(
  request: Connection,
  texts: readonly (string | undefined)[],
  typed?: GoingBackFields,
): GoingBackModel {
  const ownAddress = findOwnVirtualAddress(request, texts);
  const isChosen = typed?.goBack === 'yes';
  return {
    checked: typed ? isChosen : ownAddress !== undefined,
    seconds: typed?.goBackSeconds ?? defaultSeconds,
    ...{ shortestSeconds, longestSeconds, ownAddress },
    error: isChosen ? judgeGoBackSeconds(typed.goBackSeconds) : undefined,
  };
}

/** Why these seconds cannot be waited; undefined: they can. */
export function judgeGoBackSeconds(typed = defaultSeconds): string | undefined {
  const isWhole = /^\d{1,9}$/.test(typed);
  if (isWhole && Number(typed) >= shortestSeconds && Number(typed) <= longestSeconds) {
    return undefined;
  }
  return `Write a whole number of seconds from ${shortestSeconds} to ${longestSeconds}.`;
}

/** undefined: the change is to stay, whether or not anybody confirms it. */
export function readConfirmSeconds({ goBack, goBackSeconds }: GoingBackFields): number | undefined {
  return goBack === 'yes' ? Number(goBackSeconds ?? defaultSeconds) : undefined;
}

/** Where a successful save leads: to the question whether to keep it, if that was asked for. */
export function redirectAfterSave(
  reply: FastifyReply,
  fields: GoingBackFields,
  outcome: Success,
  location: string,
): FastifyReply {
  const mustConfirm = fields.goBack === 'yes' && outcome.kind === 'live';
  return reply.redirect(mustConfirm ? confirmPath : location, 303);
}
