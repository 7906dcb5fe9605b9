import { UserError } from '../shared/errors.ts';
import { refuseInterruptedRestore, refuseNewerState } from '../shared/state-files.ts';
import {
  accountsPath,
  readStoredAccounts,
  removeFirstPassword,
  writeStoredAccounts,
} from './accounts-file.ts';
import type { User } from './accounts.ts';
import { findPasswordFlaw, generatePassword } from './password-rules.ts';
import { hashPassword } from './passwords.ts';
import type { PasswordCost } from './passwords.ts';

/**
 * Makes an account in `accounts.json`, or gives one another role and another password. A program
 * that runs reads the file again within a second.
 * @param change.password undefined: one is generated
 * @param cost of the password's hash; default: what is recommended
 * @throws {UserError} for a name that cannot be one, the last administrator's role, a password that
 * is too short, too long or too simple, a file that cannot be used or is not there yet
 * @throws {UserError} `state-newer`, `restore-interrupted`
 */
export async function setAccount(
  stateDirectory: string,
  { name, role, password }: User & { password: string | undefined },
  cost?: PasswordCost,
): Promise<{ isNew: boolean; generatedPassword: string | undefined }> {
  if (!/^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$/.test(name)) {
    throw new UserError(
      'account-name',
      `“${name}” cannot be the name of an account: use up to 64 letters, digits and . _ @ -, beginning with a letter or a digit.`,
    );
  }
  await refuseNewerState(stateDirectory);
  await refuseInterruptedRestore(stateDirectory);
  const before = await readStoredAccounts(stateDirectory);
  if (before === undefined) {
    throw new UserError(
      'no-accounts',
      `${accountsPath(stateDirectory)} does not exist. Start keepalived-wai once: that makes the account admin. Or set WAI_STATE_DIR as the program has it.`,
    );
  }
  const others = before.filter((account) => account.name !== name);
  const isNew = others.length === before.length;
  if (role !== 'admin' && !others.some((account) => account.role === 'admin')) {
    throw new UserError('last-admin', `${name} is the only administrator and must stay one.`);
  }
  const flaw = password === undefined ? undefined : findPasswordFlaw(password, name);
  if (flaw !== undefined) throw new UserError('account-password', `The password ${flaw}.`);
  const given = password ?? generatePassword();
  const account = { name, role, passwordHash: await hashPassword(given, cost) };
  await writeStoredAccounts(stateDirectory, [...others, account]);
  // It opens nothing any more.
  if (name === 'admin') await removeFirstPassword(stateDirectory);
  return { isNew, generatedPassword: password === undefined ? given : undefined };
}
