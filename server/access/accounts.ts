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
  await writeDurably(path, `${JSON.stringify({ accounts: stored }, undefined, 2)}\n`);
  return {
    accounts: createAccounts(stored),
    generatedPassword: givenPassword === undefined ? password : undefined,
  };
}

type StoredAccount = z.infer<typeof accountsFileSchema>['accounts'][number];

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
  if (password === '') throw problem('is empty');
  if (password.length > maximumPasswordLength) {
    throw problem(`holds more than ${maximumPasswordLength} characters`);
  }
  return password;
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
