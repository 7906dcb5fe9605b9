/** Where the file on disk says otherwise than what keepalived runs: the two are never mixed. */
import { bareAddress, normalizeAddress } from '../addresses/addresses.ts';
import { getPrefixLength } from '../config/addresses.ts';
import type { ConfiguredInstance } from '../config/questions.ts';
import type { RuntimeInstance } from '../proof/evidence.ts';

/** What the file has in place of what runs; absent: the same, or not known. */
export type FileDifference =
  | { kind: 'missing' }
  | {
      kind: 'differs';
      addresses?: string[];
      interfaceName?: string;
      virtualRouterId?: number;
      priority?: number;
    };

/** undefined: the file says what runs, as far as it can be compared. */
export function compareWithFile(
  running: RuntimeInstance,
  configured: ConfiguredInstance | undefined,
): FileDifference | undefined {
  if (!configured) return { kind: 'missing' };
  const { interfaceName, virtualRouterId, priority } = configured;
  const isOnInterface =
    configured.virtualInterface !== undefined ||
    running.virtualInterfaceName !== undefined ||
    interfaceName === running.interfaceName;
  const differing = {
    ...(differs(virtualRouterId, running.virtualRouterId) && { virtualRouterId }),
    ...(differs(priority, running.basePriority) && { priority }),
    ...(interfaceName !== undefined && !isOnInterface && { interfaceName }),
    ...(!configured.hasUnreadParts &&
      !isSameList(configured, running) && {
        addresses: configured.addresses.map(
          (address) => `${address.address}/${getPrefixLength(address)}`,
        ),
      }),
  };
  return Object.keys(differing).length === 0 ? undefined : { kind: 'differs', ...differing };
}

const differs = <Value>(inFile: Value | undefined, running: Value): inFile is Value =>
  inFile !== undefined && inFile !== running;

function isSameList(configured: ConfiguredInstance, running: RuntimeInstance): boolean {
  const inFile = new Set(configured.addresses.map(({ address }) => normalizeAddress(address)));
  const loaded = new Set(running.addresses.map((one) => normalizeAddress(bareAddress(one.cidr))));
  return inFile.size === loaded.size && [...inFile].every((address) => loaded.has(address));
}
