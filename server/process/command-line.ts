import { roles } from '../access/accounts.ts';
import type { User } from '../access/accounts.ts';
import { ProgramOptionsError } from '../program-options.ts';
import { version } from '../shared/version.ts';

/** What the program is asked for by its arguments. */
export type Command =
  | { kind: 'serve' }
  | { kind: 'tell'; text: string }
  | { kind: 'add-account'; account: User; isPasswordGiven: boolean };

const usage = `Use no argument to serve, --add-account NAME ${roles.join('|')} [--password-stdin] to make or change an account, --version, or --help.`;

/** Options that stand alone, and what they print. */
const told = new Map([
  ['--version', `keepalived-wai ${version}`],
  [
    '--help',
    `keepalived-wai ${version}\n\n${usage}\nThe settings are environment variables; README.md lists them.`,
  ],
]);

/**
 * Reads the arguments behind the program's name.
 * @throws {ProgramOptionsError} saying what is allowed
 */
export function readCommandLine(words: readonly string[]): Command {
  const [option, name, roleWord, more, ...rest] = words;
  if (option === undefined) return { kind: 'serve' };
  const text = words.length === 1 ? told.get(option) : undefined;
  if (text !== undefined) return { kind: 'tell', text };
  const role = roles.find((one) => one === roleWord);
  const isPasswordGiven = more === '--password-stdin';
  const isSound = rest.length === 0 && (more === undefined || isPasswordGiven);
  if (option !== '--add-account' || name === undefined || role === undefined || !isSound) {
    throw new ProgramOptionsError(`“${words.join(' ')}” is not understood. ${usage}`);
  }
  return { kind: 'add-account', account: { name, role }, isPasswordGiven };
}
