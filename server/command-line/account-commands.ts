import { readFirstPassword, readStoredAccounts, accountsPath } from '../access/accounts-file.ts';
import { roles } from '../access/accounts.ts';
import type { User } from '../access/accounts.ts';
import { setAccount } from '../access/set-account.ts';
import { UserError } from '../shared/errors.ts';
import { readPassword } from './read-password.ts';
import type { PasswordTerminal } from './read-password.ts';

/** What a subcommand is given, and where it prints. */
export interface AccountDependencies {
  stateDirectory: string;
  terminal: PasswordTerminal;
  print: (text: string) => void;
}

/**
 * `add-account NAME ROLE`.
 * @throws {UserError} see `setAccount`
 */
export async function addAccount(
  [name = '', roleWord]: readonly string[],
  options: ReadonlySet<string>,
  dependencies: AccountDependencies,
): Promise<void> {
  const role = roles.find((one) => one === roleWord);
  if (role === undefined) throw new Error('the role was not checked');
  await changeAccount({ name, role }, options, dependencies);
}

/**
 * `reset-password NAME`: another password for the role that the account has.
 * @throws {UserError} see `setAccount`; `no-account`
 */
export async function resetPassword(
  [name = '']: readonly string[],
  options: ReadonlySet<string>,
  dependencies: AccountDependencies,
): Promise<void> {
  const { stateDirectory } = dependencies;
  const stored = await readStoredAccounts(stateDirectory);
  const found = stored?.find((account) => account.name === name);
  if (stored && !found) {
    const names = stored.map((account) => account.name).join(', ');
    throw new UserError(
      'no-account',
      `There is no account ${JSON.stringify(name)} in ${accountsPath(stateDirectory)}. The accounts are: ${names}.`,
    );
  }
  // Without a file setAccount says what to do.
  await changeAccount({ name, role: found?.role ?? 'admin' }, options, dependencies);
}

async function changeAccount(
  { name, role }: User,
  options: ReadonlySet<string>,
  { stateDirectory, terminal, print }: AccountDependencies,
): Promise<void> {
  const password = await readPassword(name, options, terminal);
  const { isNew, generatedPassword } = await setAccount(stateDirectory, { name, role, password });
  print(
    `The account ${name} (${role}) was ${isNew ? 'made' : 'changed'}. A running keepalived-wai uses it within a second.${isNew ? '' : ' Anyone who is logged in with the old password must log in again.'}\n`,
  );
  if (generatedPassword === undefined) return;
  print(
    `\n    Username: ${name}\n    Password: ${generatedPassword}\n\nThe password is shown only once.\n`,
  );
}

/**
 * `first-password`: the password alone, so that a script can take it.
 * @throws {UserError} `no-first-password`: what to do then
 */
export async function printFirstPassword({
  stateDirectory,
  print,
}: Pick<AccountDependencies, 'stateDirectory' | 'print'>): Promise<void> {
  const password = await readFirstPassword(stateDirectory);
  if (password !== undefined) {
    print(`${password}\n`);
    return;
  }
  const hasAccounts = (await readStoredAccounts(stateDirectory)) !== undefined;
  throw new UserError(
    'no-first-password',
    hasAccounts
      ? `There is no first password in ${stateDirectory} any more: it was changed, or set by WAI_ADMIN_PASSWORD_FILE. For another one run: sudo keepalived-wai reset-password admin`
      : `There is no first password in ${stateDirectory} yet: the first start makes it. Start keepalived-wai, or set WAI_STATE_DIR as the program has it.`,
  );
}
