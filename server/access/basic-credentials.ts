import { createHmac, randomBytes } from 'node:crypto';
import type { Accounts } from './accounts.ts';
import { checkPassword } from './check-password.ts';
import type { PasswordOutcome } from './check-password.ts';
import type { LoginThrottle } from './login-throttle.ts';
import { maximumPasswordLength } from './password-rules.ts';

/** `first-password`: right, but good for nothing but to choose another. */
export type CredentialsOutcome = PasswordOutcome | { kind: 'first-password' };
export type BasicCredentials = (header: string, address: string) => Promise<CredentialsOutcome>;

const refused: PasswordOutcome = { kind: 'refused' };
const forgetAfterMs = 24 * 60 * 60_000;
const maximumRemembered = 100;

/** Credentials that were right, and what they were right for. */
interface Remembered {
  passwordId: string;
  usedAtMs: number;
}

/**
 * Who an `Authorization: Basic` header (RFC 7617) speaks for: the same accounts as at the login
 * page, slowed down by the same throttle. A password hash costs 0.2 s of a core, so right credentials
 * are remembered, as a keyed hash in memory, until the password is changed: then a scraper is also
 * served while strangers try passwords.
 * @param now milliseconds on the monotonic clock
 */
export function createBasicCredentials({
  accounts,
  throttle,
  isFirstPassword,
  now = () => performance.now(),
}: {
  accounts: Accounts;
  throttle: LoginThrottle;
  isFirstPassword: (name: string, password: string) => Promise<boolean>;
  now?: () => number;
}): BasicCredentials {
  const key = randomBytes(32);
  /** Least recently used first. Wrong ones have no place here: they could push out the right ones. */
  const remembered = new Map<string, Remembered>();
  const underWay = new Map<string, Promise<PasswordOutcome>>();

  const remember = (id: string, passwordId: string) => {
    remembered.delete(id);
    remembered.set(id, { passwordId, usedAtMs: now() });
    const [oldest] = remembered.keys();
    if (remembered.size > maximumRemembered && oldest !== undefined) remembered.delete(oldest);
  };

  const findRemembered = (id: string, name: string) => {
    const known = remembered.get(id);
    const user = accounts.findUser(name);
    if (!known || !user || known.passwordId !== accounts.findPasswordId(name)) return undefined;
    return now() - known.usedAtMs < forgetAfterMs ? { user, ...known } : undefined;
  };

  const check = async (id: string, name: string, password: string, address: string) => {
    // Before the check: if the password changes now, it was right for the old one.
    const passwordId = accounts.findPasswordId(name);
    const attempt = { accountName: name, address };
    const outcome = await checkPassword({ accounts, throttle }, attempt, password);
    if (outcome.kind === 'user' && passwordId !== undefined) remember(id, passwordId);
    return outcome;
  };

  const find = async (name: string, password: string, address: string) => {
    const id = createHmac('sha256', key)
      .update(JSON.stringify([name, password]))
      .digest('base64');
    const known = findRemembered(id, name);
    if (known) {
      remember(id, known.passwordId);
      return { kind: 'user' as const, user: known.user };
    }
    // Requests at the same time are one attempt.
    const asked = underWay.get(id) ?? check(id, name, password, address);
    underWay.set(id, asked);
    return asked.finally(() => underWay.delete(id));
  };

  return async (header, address) => {
    const parsed = parseBasic(header);
    if (!parsed) return refused;
    const { name, password } = parsed;
    const outcome = await find(name, password, address);
    const isFirst = outcome.kind === 'user' && (await isFirstPassword(name, password));
    return isFirst ? { kind: 'first-password' } : outcome;
  };
}

function parseBasic(header: string): { name: string; password: string } | undefined {
  const [, encoded] = /^Basic +([A-Za-z0-9+/]+={0,2}) *$/i.exec(header) ?? [];
  if (encoded === undefined) return undefined;
  const [, name, password] =
    /^([^:]*):(.*)$/s.exec(Buffer.from(encoded, 'base64').toString()) ?? [];
  if (name === undefined || password === undefined) return undefined;
  return password.length > maximumPasswordLength ? undefined : { name, password };
}
