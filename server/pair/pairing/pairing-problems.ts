/** Why two servers were not paired, and what to do. Nothing that a stranger says is quoted. */
import { UserError } from '../../shared/errors.ts';
import { mostServers } from '../identity/pinned-servers.ts';
import type { Reply } from '../wire/greetings.ts';
import { pairProtocol } from '../wire/greetings.ts';

export function createBadAddressError(): UserError {
  return new UserError(
    'pair-bad-address',
    'This is not the address of a page. Enter the address that a browser shows for the page of the other server, such as https://server2:9443.',
  );
}

export function createBadCodeError(): UserError {
  return new UserError(
    'pair-bad-code',
    'This is not a code. A code has 16 letters and digits, such as 0A1B-2C3D-4E5F-6G7H. Show one on the page of the other server, and enter it here within ten minutes.',
  );
}

export function createSameServerError(): UserError {
  return new UserError(
    'pair-same-server',
    'This address leads to this server itself, or to a copy of it that has its key. Enter the address of the other server. If that was copied from this one, stop keepalived-wai there, remove the folder pair in its state folder, and start it again.',
  );
}

/** Not a word about the code: whoever answers may be anybody. */
export function createUnprovedError(url: string): UserError {
  return new UserError(
    'pair-not-proved',
    `The server at ${url} does not prove that it knows the code, so nothing was paired: somebody may be between the two servers. Show a new code, and try again over a network that you trust.`,
  );
}

export function createNoAnswerError(url: string): UserError {
  return new UserError(
    'pair-no-answer',
    `The page at ${url} does not answer as keepalived-wai does for a pair. Is that the address of the other server’s page? keepalived-wai there may be older than this one, or a proxy before it does not pass on connections that ask for an upgrade.`,
  );
}

export function createNotStoredError(cause: unknown): UserError {
  return new UserError(
    'pair-not-stored',
    'This server could not write into its state folder, so nothing was paired or changed. Is its disk full?',
    { statusCode: 503, cause },
  );
}

export function createRefusedError(
  url: string,
  { reason, triesLeft = 0, protocol, version }: Extract<Reply, { kind: 'refused' }>,
): UserError {
  switch (reason) {
    case 'wrong-code':
      return new UserError(
        'pair-wrong-code',
        triesLeft === 0
          ? `The server at ${url} does not know this code, and that was the last try. Show a new code there.`
          : `The server at ${url} does not know this code. It has ${triesLeft} ${triesLeft === 1 ? 'try' : 'tries'} left. Compare the code with the one that is shown there.`,
      );
    case 'no-code':
      return new UserError(
        'pair-no-code',
        `The server at ${url} shows no code now: it was used, has expired after ten minutes, or was ended by wrong tries. Show a new one there.`,
      );
    case 'same-server':
      return createSameServerError();
    case 'too-many-servers':
      return new UserError(
        'pair-too-many-servers',
        `The server at ${url} is paired with ${mostServers} others already. End the pairing with one of them there first.`,
      );
    case 'not-stored':
      return new UserError(
        'pair-not-stored-there',
        `The server at ${url} could not write into its state folder, so nothing was paired. Is its disk full?`,
      );
    case 'protocol':
      return new UserError(
        'pair-protocol',
        `The server at ${url} runs keepalived-wai ${version}, which pairs by ${protocol}; this server speaks ${pairProtocol}. Install the same version on both.`,
      );
    default:
      return createNoAnswerError(url);
  }
}
