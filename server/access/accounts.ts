import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { UserError } from '../shared/errors.ts';
import { readStoredAccounts, writeStoredAccounts } from './accounts-file.ts';
import type { Role, StoredAccount } from './accounts-file.ts';
import { findPasswordFlaw, generatePassword } from './password-rules.ts';
import { createUnmatchableHash, hashPassword, verifyPassword } from './passwords.ts';
import type { PasswordCost } from './passwords.ts';

export { roles } from './accounts-file.ts';
export type { Role } from './accounts-file.ts';

/** Somebody who may log in. */
export interface User {
  name: string;
  role: Role;
}

export interface Accounts {
  findUser(name: string): User | undefined;
  /** What changes with the password of an account: who has proved it before has to do so again. */
  findPasswordId(name: string): string | undefined;
  /**
   * The user if the password is right. An unknown name costs as much time as a known one.
   * @param options.isUrgent served before those that are not
   */
  findUserByPassword(
    name: string,
    password: string,
    options?: { isUrgent?: boolean },
  ): Promise<User | undefined>;
}

/** Accounts that may be replaced by what their file says now. */
export interface OpenAccounts extends Accounts {
  replace(stored: readonly StoredAccount[]): void;
}

/**
 * Reads `accounts.json` in the state folder, or makes it with the one account `admin`, whose
 * password is read from `adminPasswordFile` or else generated. An existing account's password is
 * never changed here.
 * @param options.passwordCost of a hash that is made here; default: what is recommended
 * @returns the accounts, and the generated password, which is known only now
 * @throws {UserError} if a file cannot be used, saying which and why
 */
export async function openAccounts(options: {
  stateDirectory: string;
  adminPasswordFile: string | undefined;
  passwordCost?: PasswordCost;
}): Promise<{ accounts: OpenAccounts; generatedPassword: string | undefined }> {
  const { stateDirectory, adminPasswordFile, passwordCost } = options;
  const known = await readStoredAccounts(stateDirectory);
  if (known) return { accounts: createAccounts(known, passwordCost), generatedPassword: undefined };
  const givenPassword =
    adminPasswordFile === undefined ? undefined : await readPasswordFile(adminPasswordFile);
  const password = givenPassword ?? generatePassword();
  const passwordHash = await hashPassword(password, passwordCost);
  const stored = [{ name: 'admin', role: 'admin' as const, passwordHash }];
  await writeStoredAccounts(stateDirectory, stored);
  return {
    accounts: createAccounts(stored, passwordCost),
    generatedPassword: givenPassword === undefined ? password : undefined,
  };
}

function createAccounts(stored: readonly StoredAccount[], cost?: PasswordCost): OpenAccounts {
  let byName = indexByName(stored);
  const unmatchableHash = createUnmatchableHash(cost);
  const findUser = (name: string): User | undefined => {
    const account = byName.get(name);
    return account && { name: account.name, role: account.role };
  };
  return {
    findUser,
    findPasswordId: (name) => byName.get(name)?.passwordId,
    async findUserByPassword(name, password, verifying) {
      const hash = byName.get(name)?.passwordHash ?? unmatchableHash;
      const isRight = await verifyPassword(password, hash, verifying);
      // It may have changed since.
      return isRight && byName.get(name)?.passwordHash === hash ? findUser(name) : undefined;
    },
    replace(now) {
      byName = indexByName(now);
    },
  };
}

function indexByName(stored: readonly StoredAccount[]) {
  const index = new Map<string, StoredAccount & { passwordId: string }>();
  for (const account of stored) {
    const passwordId = createHash('sha256').update(account.passwordHash).digest('base64url');
    index.set(account.name, { ...account, passwordId });
  }
  return index;
}

async function readPasswordFile(path: string): Promise<string> {
  const problem = (what: string, cause?: unknown) =>
    new UserError('admin-password-file', `WAI_ADMIN_PASSWORD_FILE: ${path} ${what}.`, { cause });
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw problem(`cannot be read (${(cause as NodeJS.ErrnoException).code ?? 'error'})`, cause);
  }
  const password = text.replace(/\r?\n$/, '');
  const flaw = findPasswordFlaw(password, 'admin');
  if (flaw !== undefined) throw problem(flaw);
  return password;
}
