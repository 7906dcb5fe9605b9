import { readFile } from 'node:fs/promises';

/** NETLINK_CONNECTOR (linux/netlink.h), over which the kernel tells of processes. */
const connector = '11';

/**
 * Whether the kernel's own end of the connector is in a network namespace: without it the kernel
 * sends no process events there (measured, 6.18: only the first namespace has one, no container's).
 * With it, it may still be built without them (CONFIG_PROC_EVENTS).
 * @param pid of a process in that namespace; undefined: this program's own
 * @returns undefined if it cannot be looked at
 */
export async function hasProcessConnector(pid: number | undefined): Promise<boolean | undefined> {
  try {
    return listsConnector(await readFile(`/proc/${pid ?? 'self'}/net/netlink`, 'utf8'));
    // eslint-disable-next-line no-restricted-syntax -- undefined says that it was not seen
  } catch {
    return undefined;
  }
}

/** `sk Eth Pid Groups …`, a socket a line; the kernel's own ones have the pid 0. */
export function listsConnector(table: string): boolean | undefined {
  const [heading, ...lines] = table.trimEnd().split('\n');
  if (!/^sk\s+Eth\s+Pid\s/.test(heading ?? '') || lines.length === 0) return undefined;
  return lines.some((line) => {
    const [, protocol, pid] = line.trim().split(/\s+/);
    return protocol === connector && pid === '0';
  });
}
