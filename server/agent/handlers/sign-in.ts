import type { Accounts, User } from '../../access/accounts.ts';
import { createBasicCredentials } from '../../access/basic-credentials.ts';
import { checkPassword } from '../../access/check-password.ts';
import type { PasswordOutcome } from '../../access/check-password.ts';
import { createKnownDevices } from '../../access/known-devices.ts';
import type { LoginThrottle } from '../../access/login-throttle.ts';
import type { OwnPasswords } from '../../access/own-password.ts';
import { findPasswordFlaw } from '../../access/password-rules.ts';
import type { Sessions, SignedIn } from '../../access/sessions.ts';
import { getKnown } from '../caller.ts';
import type { CallHandlers } from './handler.ts';

export interface SignInDependencies {
  accounts: Accounts;
  throttle: LoginThrottle;
  sessions: Sessions;
  ownPasswords: OwnPasswords;
  /** Signs what browsers keep. */
  secret: string;
}

type Refusal = Exclude<PasswordOutcome, { kind: 'user' }>;

/** `ticket`: names the session in all further calls. */
export type SignInOutcome =
  Refusal | { kind: 'user'; user: User; ticket: string; mustChoosePassword: boolean };
/** `first-password`: right, but programs may not use it. */
export type ProgramOutcome =
  Refusal | { kind: 'first-password' } | { kind: 'user'; user: User; ticket: string };
/**
 * `changed`: the session goes on with this ticket. `unfit`: the new one cannot be a password; the
 * flaw follows “the password”.
 */
export type PasswordChangeOutcome =
  Refusal | { kind: 'unfit'; flaw: string } | { kind: 'changed'; user: User; ticket: string };

export interface SignInResult {
  outcome: SignInOutcome;
  /** The account that was tried; undefined: there is none of that name. */
  accountName: string | undefined;
  /** What the browser is to keep, after a sign-in. */
  device: string | undefined;
}

type SignInCalls = 'signIn' | 'signInProgram' | 'findSignedIn' | 'signOut' | 'changePassword';

/** Passwords, sessions and the throttle: the web learns only what came of them. */
export function createSignIn(dependencies: SignInDependencies) {
  const { accounts, throttle, sessions, ownPasswords, secret } = dependencies;
  const devices = createKnownDevices(secret);
  const basicCredentials = createBasicCredentials({
    ...{ accounts, throttle },
    isFirstPassword: (name, password) => ownPasswords.isFirst(name, password),
  });
  return {
    async signIn({ userName, password, device: cookie }, { address }): Promise<SignInResult> {
      const device = devices.read(cookie);
      const isOfAccount = device?.names.includes(userName) === true;
      const knownPlace = isOfAccount ? `device ${device.id}` : undefined;
      const attempt = { accountName: userName, address, knownPlace };
      // Before the check: the session is opened in the same turn as the password was right.
      const mustChoosePassword = await ownPasswords.isFirst(userName, password);
      const outcome = await checkPassword({ accounts, throttle }, attempt, password);
      // Only a name that there is: people type their password into the wrong field.
      const accountName = accounts.findUser(userName)?.name;
      if (outcome.kind !== 'user') return { outcome, accountName, device: undefined };
      const { user } = outcome;
      const ticket = sessions.open(user.name, { mustChoosePassword });
      return {
        outcome: { kind: 'user', user, ticket, mustChoosePassword },
        accountName,
        device: devices.remember(device, user.name),
      };
    },
    async signInProgram({ header }, { address }): Promise<ProgramOutcome> {
      const outcome = await basicCredentials(header, address);
      if (outcome.kind !== 'user') return outcome;
      const { user } = outcome;
      const { name } = user;
      return {
        kind: 'user',
        user: { name, role: 'viewer' },
        ticket: sessions.openForPrograms(name),
      };
    },
    findSignedIn({ isUse }, { signedIn, ticket }): SignedIn | undefined {
      if (isUse && ticket !== undefined) sessions.use(ticket);
      return signedIn;
    },
    signOut(_nothing, caller): void {
      sessions.end(getKnown(caller).ticket);
    },
    async changePassword({ password, newPassword }, caller): Promise<PasswordChangeOutcome> {
      const { signedIn, ticket, address } = getKnown(caller);
      const { user } = signedIn;
      // Only who has a session of the account gets here: no stranger makes its owner wait.
      const attempt = { accountName: user.name, address, knownPlace: 'session' };
      const outcome = await checkPassword({ accounts, throttle }, attempt, password);
      if (outcome.kind !== 'user') return outcome;
      if (newPassword === password) return { kind: 'unfit', flaw: 'is the present one' };
      const flaw = findPasswordFlaw(newPassword, user.name);
      if (flaw !== undefined) return { kind: 'unfit', flaw };
      await ownPasswords.change(user.name, newPassword);
      // All that were opened with the old password are over; the end of one is told, for all.
      sessions.end(ticket);
      const next = sessions.open(user.name);
      return { kind: 'changed', user: outcome.user, ticket: next };
    },
  } satisfies CallHandlers<SignInCalls>;
}
