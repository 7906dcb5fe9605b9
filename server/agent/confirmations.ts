import { createHash, randomBytes } from 'node:crypto';
import type { Accounts } from '../access/accounts.ts';
import { checkPassword } from '../access/check-password.ts';
import type { LoginThrottle } from '../access/login-throttle.ts';
import type { ApplyOutcome } from '../operations/outcomes.ts';
import { UserError } from '../shared/errors.ts';
import type { Proof } from './call-rules.ts';
import { getKnown } from './caller.ts';
import type { Caller } from './caller.ts';

/** A request of a row with `takesProof`. */
interface SaveRequest {
  confirmedCommands?: readonly string[];
  proof?: Proof;
}
/** What such a row answers: what became of the save, perhaps beside a plan. */
type SaveResult = ApplyOutcome | { outcome: ApplyOutcome | undefined };

export interface Confirmations {
  /**
   * Makes a save. The commands of a request count as confirmed only with its proof.
   * @param name of the call
   * @throws {UserError} `password-refused` (403), `password-wait` (429): nothing was done
   */
  answer(
    name: string,
    request: SaveRequest,
    caller: Caller,
    save: (request: object) => Promise<SaveResult>,
  ): Promise<SaveResult>;
}

interface Given {
  ticket: string;
  digest: string;
  untilMs: number;
}

const validForMs = 5 * 60_000;
/** Of all sessions; the oldest goes first, and its password is asked for again. */
const mostGiven = 1_000;

/**
 * A password confirms the one save that it came with, and nothing stays proved. Where that save has to
 * be asked once more, because it can do harm, the agent gives an id in its place: it is worth one use,
 * by the same session, for the same call with the same text or values, the same file that was read and
 * the same commands. Only dangers may be accepted and the comment may change in between.
 * @param now milliseconds on the monotonic clock
 */
export function createConfirmations({
  accounts,
  throttle,
  now = () => performance.now(),
}: {
  accounts: Pick<Accounts, 'findUserByPassword'>;
  throttle: LoginThrottle;
  now?: () => number;
}): Confirmations {
  const given = new Map<string, Given>();

  const give = (ticket: string, digest: string): string => {
    const [oldest] = given.keys();
    if (given.size >= mostGiven && oldest !== undefined) given.delete(oldest);
    const id = randomBytes(32).toString('base64url');
    given.set(id, { ticket, digest, untilMs: now() + validForMs });
    return id;
  };

  const take = (id: string, ticket: string, digest: string): boolean => {
    const found = given.get(id);
    given.delete(id);
    return found?.ticket === ticket && found.digest === digest && now() < found.untilMs;
  };

  const check = async (caller: Caller, password: string): Promise<void> => {
    const { signedIn, address } = getKnown(caller);
    // Only who has a session of the account gets here: no stranger makes its owner wait.
    const attempt = { accountName: signedIn.user.name, address, knownPlace: 'session' };
    const outcome = await checkPassword({ accounts, throttle }, attempt, password);
    if (outcome.kind === 'user') return;
    if (outcome.kind === 'refused') {
      throw new UserError('password-refused', 'This is not your password.', { statusCode: 403 });
    }
    const sentence = `Too many wrong passwords. Try again in ${outcome.seconds} s.`;
    throw new UserError('password-wait', sentence, { statusCode: 429 });
  };

  return {
    async answer(name, { proof, ...request }, caller, save) {
      const { ticket } = getKnown(caller);
      const digest = digestOf(name, request);
      if (proof && 'password' in proof) await check(caller, proof.password);
      const isProved = proof && ('password' in proof || take(proof.id, ticket, digest));
      if (!isProved) return save({ ...request, confirmedCommands: [] });
      const result = await save(request);
      const outcome = 'kind' in result ? result : result.outcome;
      // Its commands were confirmed, and something else is asked.
      if (outcome?.kind !== 'needs-acceptance' || outcome.addedCommands.length > 0) return result;
      if ((request.confirmedCommands ?? []).length === 0) return result;
      const asked = { ...outcome, proof: give(ticket, digest) };
      return 'kind' in result ? asked : { ...result, outcome: asked };
    },
  };
}

/** Of what a password confirms: all of a save but what may change while it is asked once more. */
function digestOf(name: string, request: object): string {
  const free = ['acceptedDangers', 'comment', 'confirmWithinSeconds'];
  const bound = Object.entries(request).filter(([field]) => !free.includes(field));
  return createHash('sha256')
    .update(JSON.stringify([name, bound]))
    .digest('hex');
}
