import { createHmac, randomBytes } from 'node:crypto';
import { maximumPasswordLength } from './accounts.ts';
import type { Accounts } from './accounts.ts';
import { checkPassword } from './check-password.ts';
import type { PasswordOutcome } from './check-password.ts';
import type { LoginThrottle } from './login-throttle.ts';

export type BasicCredentials = (header: string, address: string) => Promise<PasswordOutcome>;

const refused: PasswordOutcome = { kind: 'refused' };
/** A password hash costs 0.2 s of a core; a scraper must not pay that every few seconds. */
const rememberForMs = 60_000;
const maximumRemembered = 100;

/**
 * Who an `Authorization: Basic` header (RFC 7617) speaks for: the same accounts as at the login
 * page, slowed down by the same throttle. Right credentials are remembered for a minute, as a keyed
 * hash in memory; the account must still be there.
 * @param now milliseconds on the monotonic clock
 */
export function createBasicCredentials({
  accounts,
  throttle,
  now = () => performance.now(),
}: {
  accounts: Accounts;
  throttle: LoginThrottle;
  now?: () => number;
}): BasicCredentials {
  const key = randomBytes(32);
  const remembered = new Map<string, { outcome: Promise<PasswordOutcome>; untilMs: number }>();

  return async (header, address) => {
    const parsed = parseBasic(header);
    if (!parsed) return refused;
    const { name, password } = parsed;
    const id = createHmac('sha256', key)
      .update(JSON.stringify([name, password]))
      .digest('base64');
    const known = remembered.get(id);
    if (known && known.untilMs > now()) {
      const outcome = await known.outcome;
      if (outcome.kind !== 'user') return outcome;
      const user = accounts.findUser(name);
      return user ? { kind: 'user', user } : refused;
    }
    // The promise, not its value: requests at the same time are one attempt.
    const outcome = checkPassword({ accounts, throttle }, name, password, address);
    remembered.delete(id);
    remembered.set(id, { outcome, untilMs: now() + rememberForMs });
    const [oldest] = remembered.keys();
    if (remembered.size > maximumRemembered && oldest !== undefined) remembered.delete(oldest);
    const isRight = await outcome.then(({ kind }) => kind === 'user').catch(() => false);
    if (!isRight) remembered.delete(id);
    return outcome;
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
