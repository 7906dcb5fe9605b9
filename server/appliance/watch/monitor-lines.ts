import type { AddressChange } from '../../keepalived/proof/evidence.ts';

/** `Deleted 2: eth0    inet 10.9.0.100/24 scope global secondary eth0:1\ …`, with `peer` before the length. */
const addressLine =
  /^(?<deleted>Deleted )?\d+: (?<name>[^\s@]+)(?:@\S+)? +(?<family>inet6?) (?<address>[^\s/]+)(?: peer [^\s/]+)?\/(?<length>\d+) (?<rest>[^\\]*)/;

/** What a line of `ip -o monitor address` says of an address; undefined: it is about something else. */
export function readMonitorLine(line: string): AddressChange | undefined {
  const groups = addressLine.exec(line)?.groups;
  if (!groups) return undefined;
  const { name: interfaceName = '', family, address = '', length, rest = '' } = groups;
  const label = family === 'inet' ? rest.trim().split(' ').at(-1) : undefined;
  return {
    kind: groups['deleted'] === undefined ? 'added' : 'removed',
    interfaceName,
    address: {
      family: family === 'inet' ? 'inet' : 'inet6',
      address,
      prefixLength: Number(length),
      ...(label !== undefined && label !== '' && label !== interfaceName && { label }),
    },
  };
}
