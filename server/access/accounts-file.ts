import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { findFileText, writeDurably } from '../shared/durable-file.ts';
import { UserError } from '../shared/errors.ts';
import { parseJson } from '../shared/parse-json.ts';
import { findFormat, refuseNewerFormat, withFormat } from '../shared/state-format.ts';

const roleSchema = z.enum(['admin', 'viewer']);
const accountsFileSchema = z.object({
  /** Absent in format 1. */
  format: z.int().min(1).exactOptional(),
  accounts: z.array(
    z.object({ name: z.string().min(1), role: roleSchema, passwordHash: z.string().min(1) }),
  ),
});

/** `admin` may change things, `viewer` may look. */
export const roles = roleSchema.options;
export type Role = z.infer<typeof roleSchema>;
export type StoredAccount = z.infer<typeof accountsFileSchema>['accounts'][number];

/** Where the accounts are, with the hashes of their passwords. */
export function accountsPath(stateDirectory: string): string {
  return join(stateDirectory, 'accounts.json');
}

/** Where the first password of `admin` is, where there was no terminal to print it on. */
export function firstPasswordPath(stateDirectory: string): string {
  return join(stateDirectory, 'first-password');
}

/**
 * undefined: there is no such file.
 * @throws {UserError} `accounts-unreadable`, `state-newer`
 */
export async function readStoredAccounts(
  stateDirectory: string,
): Promise<StoredAccount[] | undefined> {
  const path = accountsPath(stateDirectory);
  const text = await findFileText(path);
  if (text === undefined) return undefined;
  const value = parseJson(text);
  refuseNewerFormat(path, findFormat(value));
  const { success, data, error: cause } = accountsFileSchema.safeParse(value);
  if (success) return data.accounts;
  throw new UserError(
    'accounts-unreadable',
    `${path} is damaged. Restore it from a backup, or remove it to get a new admin password.`,
    { cause },
  );
}

export function writeStoredAccounts(
  stateDirectory: string,
  accounts: StoredAccount[],
): Promise<void> {
  return writeDurably(
    accountsPath(stateDirectory),
    `${JSON.stringify(withFormat({ accounts }), undefined, 2)}\n`,
  );
}

/** Owner only. @returns its path */
export async function writeFirstPassword(
  stateDirectory: string,
  password: string,
): Promise<string> {
  const path = firstPasswordPath(stateDirectory);
  await writeDurably(path, `${password}\n`);
  return path;
}

/** undefined: there is none (any more). */
export async function readFirstPassword(stateDirectory: string): Promise<string | undefined> {
  return (await findFileText(firstPasswordPath(stateDirectory)))?.trimEnd();
}

export async function removeFirstPassword(stateDirectory: string): Promise<void> {
  await rm(firstPasswordPath(stateDirectory), { force: true });
}
