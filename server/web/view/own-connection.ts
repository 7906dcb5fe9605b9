import { normalizeAddress } from '../../keepalived/addresses/addresses.ts';
import { summarizeConfiguration } from '../../keepalived/config/questions.ts';
import { parseConfiguration } from '../../keepalived/language/tree.ts';

/** What a request tells of how it came. */
export interface Connection {
  socket: { localAddress?: string | undefined };
  /** The name that the browser uses, also behind a trusted proxy. */
  host: string;
}

/**
 * The address by which somebody is connected, if a configuration makes it a virtual one: a change
 * of it can cut them off.
 * @param texts the configuration before and after the change, as far as they are known
 */
export function findOwnVirtualAddress(
  connection: Connection,
  texts: readonly (string | undefined)[],
): string | undefined {
  return findOwnAddress(connection, texts.flatMap(listVirtualAddresses));
}

/** The one of these addresses by which somebody is connected. */
export function findOwnAddress(
  { socket, host }: Connection,
  addresses: readonly string[],
): string | undefined {
  const virtual = new Set(addresses.map(normalizeAddress));
  // Behind a proxy or a forwarded port, only the name that the browser uses tells.
  const own = [socket.localAddress?.replace(/^::ffff:/, ''), hostOf(host)];
  return own.find((address) => address !== undefined && virtual.has(normalizeAddress(address)));
}

function listVirtualAddresses(text = ''): string[] {
  return summarizeConfiguration(parseConfiguration(text)).instances.flatMap(({ addresses }) =>
    addresses.map(({ address }) => normalizeAddress(address)),
  );
}

function hostOf(header: string): string | undefined {
  return /^\[(.*)\]|^([^:]*)/.exec(header)?.slice(1).find(Boolean);
}
