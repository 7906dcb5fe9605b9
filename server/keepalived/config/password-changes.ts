import type { ConfigurationContent } from '../language/tree.ts';
import { readPasswords } from './passwords.ts';

const carriedBytes = 8;

/**
 * The names of the instances whose `auth_pass` differs between two states of a configuration. Only
 * the 8 bytes count that VRRP carries, and no password leaves this function.
 */
export function findPasswordChanges(
  before: ConfigurationContent,
  after: ConfigurationContent,
): Set<string> {
  const [old, next] = [carriedPasswords(before), carriedPasswords(after)];
  return new Set(
    [...old.keys()].filter((name) => next.has(name) && old.get(name) !== next.get(name)),
  );
}

function carriedPasswords(content: ConfigurationContent): Map<string, string> {
  return new Map(
    readPasswords(content).map(({ instanceName, password }) => [
      instanceName,
      Buffer.from(password).subarray(0, carriedBytes).toString('hex'),
    ]),
  );
}
