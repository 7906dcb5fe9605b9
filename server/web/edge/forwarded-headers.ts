/**
 * What reverse proxies say of a request that they pass on. The headers are read once, here, and left
 * behind so that whatever reads them later sees only what was found to be true.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { isAddress } from '../../keepalived/addresses/addresses.ts';
import { plainAddress } from './trusted-proxies.ts';
import type { IsTrustedProxy } from './trusted-proxies.ts';

/** As Node.js has a request: a header that came twice is one text, joined by commas. */
export interface ReceivedRequest {
  socket: { remoteAddress?: string | undefined };
  headers: IncomingHttpHeaders;
}

/**
 * Leaves of the `X-Forwarded-…` headers what is believed: `-For` is one address, that of the browser;
 * `-Proto` is `http` or `https`; `-Host` is one name. From a peer that is not trusted nothing is left.
 */
export function settleForwardedHeaders(
  { socket, headers }: ReceivedRequest,
  isTrusted: IsTrustedProxy,
): void {
  const {
    'x-forwarded-for': hops,
    'x-forwarded-proto': schemes,
    'x-forwarded-host': hosts,
  } = headers;
  delete headers['x-forwarded-for'];
  delete headers['x-forwarded-proto'];
  delete headers['x-forwarded-host'];
  if (!isTrusted(socket.remoteAddress)) return;

  const client = findClientAddress(socket.remoteAddress, textOf(hops), isTrusted);
  if (client !== undefined) headers['x-forwarded-for'] = client;
  const scheme = lastOf(textOf(schemes)).toLowerCase();
  if (scheme === 'http' || scheme === 'https') headers['x-forwarded-proto'] = scheme;
  const host = lastOf(textOf(hosts));
  if (host !== '') headers['x-forwarded-host'] = host;
}

/**
 * The address that no trusted proxy has: each of them adds, at the end, the one that it was asked from.
 * What stands before that was written by the client, and is not read. Where a hop is no address, the
 * proxy that should have named it counts as the client.
 * @param peer who is connected; undefined: over a unix socket
 * @returns undefined: nothing is known but the unix socket
 */
export function findClientAddress(
  peer: string | undefined,
  forwardedFor: string,
  isTrusted: IsTrustedProxy,
): string | undefined {
  let client = peer === undefined ? undefined : plainAddress(peer);
  for (const hop of forwardedFor.split(',').reverse()) {
    if (!isTrusted(client)) break;
    const address = readHop(hop);
    if (address === undefined) break;
    client = address;
  }
  return client;
}

/** `192.0.2.1`, `192.0.2.1:4711`, `2001:db8::1` or `[2001:db8::1]:4711`. */
function readHop(hop: string): string | undefined {
  const match = /^(?:\[([^\]]+)\](?::\d+)?|([\d.]+):\d+|([^[\]]+))$/.exec(hop.trim());
  const address = plainAddress(match?.slice(1).find(Boolean) ?? '');
  return isAddress(address) ? address : undefined;
}

/** What the nearest proxy said: what is before it may be the client's. */
function lastOf(list: string): string {
  return list.slice(list.lastIndexOf(',') + 1).trim();
}

function textOf(header: string | string[] | undefined): string {
  return Array.isArray(header) ? header.join(',') : (header ?? '');
}
