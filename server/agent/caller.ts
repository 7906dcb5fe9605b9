import type { User } from '../access/accounts.ts';
import type { SignedIn, Sessions } from '../access/sessions.ts';
import type { Actor } from '../operations/outcomes.ts';
import { UserError } from '../shared/errors.ts';
import type { CallRule } from './call-rules.ts';

/** Who a call says it is from: a ticket proves it, an address is only a claim. */
export interface Claim {
  ticket?: string | undefined;
  /** Where the request of the browser came from: an IP address, or `unix`. */
  address: string;
}

/** Who a call is from, by what the agent knows itself. */
export interface Caller extends Claim {
  /** undefined: nobody has signed in; only what is public is answered. */
  signedIn: SignedIn | undefined;
}

/** A caller who has signed in. */
export interface KnownCaller extends Caller {
  signedIn: SignedIn;
  ticket: string;
}

/**
 * Who calls, if that may be: the session of the ticket and its role count, not what the web says.
 * @throws {UserError} `not-logged-in` (401), `not-allowed` (403), `first-password` (403)
 */
export function admit(
  { access, isBeforeOwnPassword }: CallRule,
  claim: Claim,
  sessions: Sessions,
): Caller {
  const signedIn = claim.ticket === undefined ? undefined : sessions.find(claim.ticket);
  if (access !== 'public') {
    if (!signedIn) throw new UserError('not-logged-in', 'Log in first.', { statusCode: 401 });
    if (signedIn.mustChoosePassword && !isBeforeOwnPassword) {
      throw new UserError('first-password', 'Choose your own password first.', {
        statusCode: 403,
      });
    }
    if (access === 'admin' && signedIn.user.role !== 'admin') {
      throw new UserError('not-allowed', 'You have read-only access.', { statusCode: 403 });
    }
  }
  return { ...claim, signedIn };
}

/** @throws {Error} the call is public, and nobody has signed in */
export function getKnown(caller: Caller): KnownCaller {
  const { signedIn, ticket } = caller;
  if (!signedIn || ticket === undefined) throw new Error('A public call asks who calls.');
  return { ...caller, signedIn, ticket };
}

/** Who calls, for the history. */
export function getActor(caller: Caller): Actor {
  return { userName: getUser(caller).name, remoteAddress: caller.address };
}

export const getUser = (caller: Caller): User => getKnown(caller).signedIn.user;
