import type { Accounts, User } from './accounts.ts';
import type { LoginThrottle } from './login-throttle.ts';

export type PasswordOutcome =
  | { kind: 'user'; user: User }
  | { kind: 'refused' }
  /** Too many failed attempts lately. */
  | { kind: 'wait'; seconds: number };

export interface PasswordCheck {
  accounts: Pick<Accounts, 'findUserByPassword'>;
  throttle: LoginThrottle;
}

/** Whether a password is that of an account, slowed down by the one throttle for all who ask. */
export async function checkPassword(
  { accounts, throttle }: PasswordCheck,
  name: string,
  password: string,
  address: string,
): Promise<PasswordOutcome> {
  const seconds = throttle.attempt(name, address);
  if (seconds > 0) return { kind: 'wait', seconds };
  const user = await accounts.findUserByPassword(name, password);
  if (!user) return { kind: 'refused' };
  throttle.succeed(name, address);
  return { kind: 'user', user };
}
