import { isAddress, isLinkLocal } from '../../keepalived/addresses/addresses.ts';
import type { ProgramOptions } from '../../program-options.ts';

/**
 * Where another server may reach this page, best first; nowhere if it listens for this machine only. A
 * proxy in front of it is not known.
 * @param addresses those of this machine
 * @param virtualAddresses they move: none of them is this server's
 */
export function listOwnUrls(
  { listen, tls, basePath }: Pick<ProgramOptions, 'listen' | 'tls' | 'basePath'>,
  addresses: readonly string[],
  virtualAddresses: readonly string[],
): string[] {
  if ('path' in listen) return [];
  const hosts = listHosts(listen.host, addresses).filter(
    (host) => !virtualAddresses.includes(host) && !isLocal(host),
  );
  const scheme = tls.enabled ? 'https' : 'http';
  return hosts.map((host) => {
    const name = host.includes(':') ? `[${host}]` : host;
    return `${scheme}://${name}:${listen.port}${basePath}`;
  });
}

/** Of both families where it listens for all of IPv6: Linux takes IPv4 there, too. */
function listHosts(host: string, addresses: readonly string[]): readonly string[] {
  if (host === '::') return addresses;
  return host === '0.0.0.0' ? addresses.filter((address) => !address.includes(':')) : [host];
}

const isLocal = (host: string) =>
  host === 'localhost' ||
  host.startsWith('127.') ||
  host === '::1' ||
  (isAddress(host) && isLinkLocal(host));
