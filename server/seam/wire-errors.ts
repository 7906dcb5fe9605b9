/** Errors on their way through the seam. */
import { randomBytes } from 'node:crypto';
import { UserError } from '../shared/errors.ts';
import type { WireError } from './wire/messages.ts';

/** @returns a user's error as it is; of any other only a number, which the agent logs with the error */
export function toWireError(error: unknown, onInternal: (errorId: string) => void): WireError {
  if (error instanceof UserError) {
    const { code, statusCode, message } = error;
    return { code, statusCode, message };
  }
  const errorId = randomBytes(4).toString('hex');
  onInternal(errorId);
  return {
    code: 'internal-error',
    statusCode: 500,
    message: `Internal error ${errorId}. The log of keepalived-wai on the server says more about it.`,
  };
}

export function fromWireError({ code, statusCode, message }: WireError): UserError {
  return new UserError(code, message, { statusCode });
}

/** What the web says while there is no agent. */
export function createAwayError(): UserError {
  return new UserError(
    'agent-away',
    'The agent of keepalived-wai does not answer, so nothing is known and nothing can be changed. keepalived runs without it. It usually starts again by itself within seconds; if not, look into its log on the server.',
    { statusCode: 503 },
  );
}

/** @param own @param agents the versions of the two programs */
export function createVersionError(own: string, agents: string): UserError {
  return new UserError(
    'agent-version',
    `This page is of version ${own} and its agent of ${agents}: an upgrade is under way, or one of the two was not restarted. If this stays, restart both services.`,
    { statusCode: 503 },
  );
}

export function createBusyError(): UserError {
  return new UserError(
    'agent-busy',
    'Too many requests are waiting for the agent of keepalived-wai. Try again in a moment.',
    { statusCode: 503 },
  );
}

export function createBadCallError(why: string): UserError {
  return new UserError('bad-call', `The agent of keepalived-wai refuses this request: ${why}.`, {
    statusCode: 400,
  });
}
