import { readPasswords } from './passwords.ts';
import type { ParseOptions } from './tree.ts';

const carriedBytes = 8;

/**
 * The names of the instances whose `auth_pass` differs between two states of the same files. Only
 * the 8 bytes count that VRRP carries, and no password leaves this function.
 */
export function findPasswordChanges(
  before: readonly { text: string }[],
  after: readonly { text: string }[],
  options: ParseOptions = {},
): Set<string> {
  const [old, next] = [carriedPasswords(before, options), carriedPasswords(after, options)];
  return new Set(
    [...old.keys()].filter((name) => next.has(name) && old.get(name) !== next.get(name)),
  );
}

function carriedPasswords(
  files: readonly { text: string }[],
  options: ParseOptions,
): Map<string, string> {
  return new Map(
    readPasswords(files, options).map(({ instanceName, password }) => [
      instanceName,
      Buffer.from(password).subarray(0, carriedBytes).toString('hex'),
    ]),
  );
}
