import { roles } from '../access/accounts.ts';
import type { User } from '../access/accounts.ts';
import { SettingsError } from '../settings.ts';

/** What the program is asked for by its arguments. */
export type Command =
  { kind: 'serve' } | { kind: 'add-account'; account: User; isPasswordGiven: boolean };

const usage = `Use no argument to serve, or --add-account NAME ${roles.join('|')} [--password-stdin] to make or change an account.`;

/**
 * Reads the arguments behind the program's name.
 * @throws {SettingsError} saying what is allowed
 */
export function readCommandLine(words: readonly string[]): Command {
  const [option, name, roleWord, more, ...rest] = words;
  if (option === undefined) return { kind: 'serve' };
  const role = roles.find((one) => one === roleWord);
  const isPasswordGiven = more === '--password-stdin';
  const isSound = rest.length === 0 && (more === undefined || isPasswordGiven);
  if (option !== '--add-account' || name === undefined || role === undefined || !isSound) {
    throw new SettingsError(`“${words.join(' ')}” is not understood. ${usage}`);
  }
  return { kind: 'add-account', account: { name, role }, isPasswordGiven };
}
