import { childrenOf, lastValue } from './block-reading.ts';
import { findStatements, parseConfiguration } from './tree.ts';

const carriedBytes = 8;

/**
 * The names of the instances whose `auth_pass` differs between two states of the same files. Only
 * the 8 bytes count that VRRP carries, and no password leaves this function.
 */
export function findPasswordChanges(
  before: readonly { text: string }[],
  after: readonly { text: string }[],
): Set<string> {
  const [old, next] = [readPasswords(before), readPasswords(after)];
  return new Set(
    [...old.keys()].filter((name) => next.has(name) && old.get(name) !== next.get(name)),
  );
}

function readPasswords(files: readonly { text: string }[]): Map<string, string> {
  const instances = files.flatMap(({ text }) =>
    findStatements(parseConfiguration(text).children, 'vrrp_instance'),
  );
  // keepalived skips an instance whose name was used before: the first one wins.
  return new Map(
    instances.toReversed().map((statement) => {
      const block = findStatements(childrenOf(statement), 'authentication').flatMap(childrenOf);
      const password = Buffer.from(lastValue(block, 'auth_pass') ?? '');
      return [statement.words[1]?.text ?? '', password.subarray(0, carriedBytes).toString('hex')];
    }),
  );
}
