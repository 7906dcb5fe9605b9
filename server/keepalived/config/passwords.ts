import { getChildren, lastNumber, lastValue } from '../language/block-reading.ts';
import { findStatements } from '../language/tree.ts';
import type { ConfigurationContent } from '../language/tree.ts';
import { readHmacKeys } from './hmac-questions.ts';

export interface InstancePassword {
  instanceName: string;
  interfaceName: string | undefined;
  virtualRouterId: number | undefined;
  /** Empty if there is none. */
  password: string;
  /** Of `auth_hmac`, by number; undefined: it is in a file of its own. */
  hmacKeys: ReadonlyMap<number, Uint8Array | undefined>;
}

/**
 * The `auth_pass` of each instance, for those who compare it with another one; it must go no
 * further. keepalived skips an instance whose name was used before: so does this.
 */
export function readPasswords({
  children,
}: Pick<ConfigurationContent, 'children'>): InstancePassword[] {
  const instances = findStatements(children, 'vrrp_instance');
  const byName = new Map(
    instances.toReversed().map((statement): [string, InstancePassword] => {
      const nodes = getChildren(statement);
      const block = findStatements(nodes, 'authentication').flatMap(getChildren);
      const instanceName = statement.words[1]?.text ?? '';
      const interfaceName = lastValue(nodes, 'interface');
      const virtualRouterId = lastNumber(nodes, 'virtual_router_id');
      const hmacKeys = readHmacKeys(nodes);
      const password = lastValue(block, 'auth_pass') ?? '';
      return [instanceName, { instanceName, interfaceName, virtualRouterId, password, hmacKeys }];
    }),
  );
  return [...byName.values()];
}
