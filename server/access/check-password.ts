import type { Accounts, User } from './accounts.ts';
import type { LoginThrottle, SignInAttempt } from './login-throttle.ts';

export type PasswordOutcome =
  | { kind: 'user'; user: User }
  | { kind: 'refused' }
  /** Too many failed attempts recently. */
  | { kind: 'wait'; seconds: number };

export interface PasswordCheck {
  accounts: Pick<Accounts, 'findUserByPassword'>;
  throttle: LoginThrottle;
}

/**
 * Whether a password is that of an account, slowed down by the one throttle for all who ask. Who
 * comes from a known place is served before strangers.
 */
export async function checkPassword(
  { accounts, throttle }: PasswordCheck,
  attempt: SignInAttempt,
  password: string,
): Promise<PasswordOutcome> {
  const seconds = throttle.attempt(attempt);
  if (seconds > 0) return { kind: 'wait', seconds };
  const { accountName, knownPlace } = attempt;
  const user = await accounts.findUserByPassword(accountName, password, {
    isUrgent: knownPlace !== undefined,
  });
  if (!user) return { kind: 'refused' };
  throttle.succeed(attempt);
  return { kind: 'user', user };
}
