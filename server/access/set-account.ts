import { UserError } from '../shared/errors.ts';
import { refuseInterruptedRestore, refuseNewerState } from '../shared/state-files.ts';
import {
  accountsPath,
  readStoredAccounts,
  removeFirstPassword,
  writeStoredAccounts,
} from './accounts-file.ts';
import type { Role } from './accounts.ts';
import { findPasswordFlaw, generatePassword } from './password-rules.ts';
import { hashPassword } from './passwords.ts';
import type { PasswordCost } from './passwords.ts';

/**
 * Makes an account in `accounts.json`, or gives one another role and another password. A program
 * that runs reads the file again within a second.
 * @param change.role undefined: the one that the account has
 * @param change.password undefined: one is generated
 * @param cost of the password's hash; default: what is recommended
 * @throws {UserError} for a name that cannot be one, the last administrator's role, a password that
 * is too short, too long or too simple, a file that cannot be used or is not there yet
 * @throws {UserError} `state-newer`, `restore-interrupted`
 */
export async function setAccount(
  stateDirectory: string,
  change: { name: string; role: Role | undefined; password: string | undefined },
  cost?: PasswordCost,
): Promise<{ isNew: boolean; generatedPassword: string | undefined }> {
  const { name, password } = change;
  if (!/^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$/.test(name)) {
    throw new UserError(
      'account-name',
      `“${name}” cannot be the name of an account: use up to 64 letters, digits and . _ @ -, beginning with a letter or a digit.`,
    );
  }
  await refuseNewerState(stateDirectory);
  await refuseInterruptedRestore(stateDirectory);
  const flaw = password === undefined ? undefined : findPasswordFlaw(password, name);
  if (flaw !== undefined) throw new UserError('account-password', `The password ${flaw}.`);
  const given = password ?? generatePassword();
  // Before the file is read: what another program writes meanwhile is not lost.
  const passwordHash = await hashPassword(given, cost);
  const before = await readStoredAccounts(stateDirectory);
  if (before === undefined) {
    throw new UserError(
      'no-accounts',
      `${accountsPath(stateDirectory)} does not exist. Start keepalived-wai once: that makes the account admin. Or set WAI_STATE_DIR as the program has it.`,
    );
  }
  const found = before.find((account) => account.name === name);
  const role = change.role ?? found?.role;
  if (role === undefined) {
    throw new UserError('no-account', `There is no account ${name} any more.`);
  }
  const others = before.filter((account) => account.name !== name);
  if (role !== 'admin' && !others.some((account) => account.role === 'admin')) {
    throw new UserError('last-admin', `${name} is the only administrator and must stay one.`);
  }
  const account = { name, role, passwordHash };
  await writeStoredAccounts(stateDirectory, [...others, account]);
  // It opens nothing any more.
  if (name === 'admin') await removeFirstPassword(stateDirectory);
  return { isNew: !found, generatedPassword: password === undefined ? given : undefined };
}
