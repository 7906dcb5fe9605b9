import type { Accounts, User } from '../../access/accounts.ts';
import { createBasicCredentials } from '../../access/basic-credentials.ts';
import { checkPassword } from '../../access/check-password.ts';
import type { PasswordOutcome } from '../../access/check-password.ts';
import { createKnownDevices } from '../../access/known-devices.ts';
import type { LoginThrottle } from '../../access/login-throttle.ts';
import type { Sessions, SignedIn } from '../../access/sessions.ts';
import { getKnown } from '../caller.ts';
import type { CallHandlers } from './handler.ts';

export interface SignInDependencies {
  accounts: Accounts;
  throttle: LoginThrottle;
  sessions: Sessions;
  /** Signs what browsers keep. */
  secret: string;
}

type Refusal = Exclude<PasswordOutcome, { kind: 'user' }>;

/** `ticket`: names the session in all further calls. */
export type SignInOutcome = Refusal | { kind: 'user'; user: User; ticket: string };

export interface SignInResult {
  outcome: SignInOutcome;
  /** The account that was tried; undefined: there is none of that name. */
  accountName: string | undefined;
  /** What the browser is to keep, after a sign-in. */
  device: string | undefined;
}

type SignInCalls = 'signIn' | 'signInProgram' | 'findSignedIn' | 'signOut';

/** Passwords, sessions and the throttle: the web learns only what came of them. */
export function createSignIn({ accounts, throttle, sessions, secret }: SignInDependencies) {
  const devices = createKnownDevices(secret);
  const basicCredentials = createBasicCredentials({ accounts, throttle });
  return {
    async signIn({ userName, password, device: cookie }, { address }): Promise<SignInResult> {
      const device = devices.read(cookie);
      const isOfAccount = device?.names.includes(userName) === true;
      const knownPlace = isOfAccount ? `device ${device.id}` : undefined;
      const attempt = { accountName: userName, address, knownPlace };
      const outcome = await checkPassword({ accounts, throttle }, attempt, password);
      // Only a name that there is: people type their password into the wrong field.
      const accountName = accounts.findUser(userName)?.name;
      if (outcome.kind !== 'user') return { outcome, accountName, device: undefined };
      const { user } = outcome;
      return {
        outcome: { kind: 'user', user, ticket: sessions.open(user.name) },
        accountName,
        device: devices.remember(device, user.name),
      };
    },
    async signInProgram({ header }, { address }): Promise<SignInOutcome> {
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
  } satisfies CallHandlers<SignInCalls>;
}
