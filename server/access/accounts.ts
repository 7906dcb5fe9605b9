import { randomInt } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { findFileText, writeDurably } from '../durable-file.ts';
import { UserError } from '../errors.ts';
import { createUnmatchableHash, hashPassword, verifyPassword } from './passwords.ts';

const roleSchema = z.enum(['admin', 'viewer']);
const accountsFileSchema = z.object({
  accounts: z.array(
    z.object({ name: z.string().min(1), role: roleSchema, passwordHash: z.string().min(1) }),
  ),
});

/** `admin` may change things, `viewer` may look. */
export const roles = roleSchema.options;
export type Role = z.infer<typeof roleSchema>;

/** Somebody who may log in. */
export interface User {
  name: string;
  role: Role;
}

export interface Accounts {
  findUser(name: string): User | undefined;
  /** The user if the password is right. An unknown name costs as much time as a known one. */
  findUserByPassword(name: string, password: string): Promise<User | undefined>;
}

/**
 * Reads `accounts.json` in the state folder, or makes it with the one account `admin`, whose
 * password is read from `adminPasswordFile` or else generated. An existing account's password is
 * never changed here.
 * @returns the accounts, and the generated password, which is known only now
 * @throws {UserError} if a file cannot be used, saying which and why
 */
export async function openAccounts(options: {
  stateDirectory: string;
  adminPasswordFile: string | undefined;
}): Promise<{ accounts: Accounts; generatedPassword: string | undefined }> {
  const path = join(options.stateDirectory, 'accounts.json');
  const text = await findFileText(path);
  if (text !== undefined) {
    return { accounts: createAccounts(parseAccounts(path, text)), generatedPassword: undefined };
  }
  const givenPassword =
    options.adminPasswordFile === undefined
      ? undefined
      : await readPasswordFile(options.adminPasswordFile);
  const password = givenPassword ?? generatePassword();
  const stored = [
    { name: 'admin', role: 'admin' as const, passwordHash: await hashPassword(password) },
  ];
  await writeAccounts(path, stored);
  return {
    accounts: createAccounts(stored),
    generatedPassword: givenPassword === undefined ? password : undefined,
  };
}

/**
 * Makes an account in `accounts.json`, or gives one another role and another password. A program
 * that runs has read the file already.
 * @param change.password undefined: one is generated
 * @throws {UserError} for a name that cannot be one, the last administrator's role, a password that
 * is empty or too long, a file that cannot be used or is not there yet
 */
export async function setAccount(
  stateDirectory: string,
  { name, role, password }: User & { password: string | undefined },
): Promise<{ isNew: boolean; generatedPassword: string | undefined }> {
  if (!/^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$/.test(name)) {
    throw new UserError(
      'account-name',
      `“${name}” cannot be the name of an account: use up to 64 letters, digits and . _ @ -, beginning with a letter or a digit.`,
    );
  }
  const path = join(stateDirectory, 'accounts.json');
  const text = await findFileText(path);
  if (text === undefined) {
    throw new UserError(
      'no-accounts',
      `${path} does not exist. Start keepalived-wai once: that makes the account admin. Or set WAI_STATE_DIR as the program has it.`,
    );
  }
  const before = parseAccounts(path, text);
  const others = before.filter((account) => account.name !== name);
  const isNew = others.length === before.length;
  if (role !== 'admin' && !others.some((account) => account.role === 'admin')) {
    throw new UserError('last-admin', `${name} is the only administrator, and has to stay one.`);
  }
  const flaw = password === undefined ? undefined : findPasswordFlaw(password);
  if (flaw !== undefined) throw new UserError('account-password', `The password ${flaw}.`);
  const given = password ?? generatePassword();
  const accounts = [...others, { name, role, passwordHash: await hashPassword(given) }];
  await writeAccounts(path, accounts);
  return { isNew, generatedPassword: password === undefined ? given : undefined };
}

type StoredAccount = z.infer<typeof accountsFileSchema>['accounts'][number];

function writeAccounts(path: string, accounts: StoredAccount[]): Promise<void> {
  return writeDurably(path, `${JSON.stringify({ accounts }, undefined, 2)}\n`);
}

function createAccounts(stored: StoredAccount[]): Accounts {
  const byName = new Map(stored.map((account) => [account.name, account]));
  const unmatchableHash = createUnmatchableHash();
  const findUser = (name: string): User | undefined => {
    const account = byName.get(name);
    return account && { name: account.name, role: account.role };
  };
  return {
    findUser,
    async findUserByPassword(name, password) {
      const hash = byName.get(name)?.passwordHash ?? unmatchableHash;
      return (await verifyPassword(password, hash)) ? findUser(name) : undefined;
    },
  };
}

function parseAccounts(path: string, text: string): StoredAccount[] {
  try {
    return accountsFileSchema.parse(JSON.parse(text)).accounts;
  } catch (cause) {
    throw new UserError(
      'accounts-unreadable',
      `${path} is damaged. Restore it from a backup, or remove it to get a new admin password.`,
      { cause },
    );
  }
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
  const flaw = findPasswordFlaw(password);
  if (flaw !== undefined) throw problem(flaw);
  return password;
}

function findPasswordFlaw(password: string): string | undefined {
  if (password === '') return 'is empty';
  return password.length > maximumPasswordLength
    ? `holds more than ${maximumPasswordLength} characters`
    : undefined;
}

/** What the login form accepts, in characters. */
export const maximumPasswordLength = 1024;

/** Crockford's base32: no letter that looks like a digit. */
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';

/** 100 random bits as `xxxxx-xxxxx-xxxxx-xxxxx`, to be read off a console and typed. */
function generatePassword(): string {
  const group = () => Array.from({ length: 5 }, () => alphabet[randomInt(32)]).join('');
  return Array.from({ length: 4 }, group).join('-');
}
