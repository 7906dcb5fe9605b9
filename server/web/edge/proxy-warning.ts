import type { FastifyRequest } from 'fastify';
import type { IsTrustedProxy } from './trusted-proxies.ts';

/**
 * What an administrator has to know whose own request came through a proxy that is not believed. Of
 * their own only: a stranger can send the header, too.
 * @returns undefined: nothing
 */
export function findProxyWarning(
  { socket, raw }: Pick<FastifyRequest, 'socket' | 'raw'>,
  isTrusted: IsTrustedProxy,
): string | undefined {
  const { remoteAddress } = socket;
  // As it was sent: what is not believed is no longer among the headers.
  const isForwarded = raw.rawHeaders.some((name) => /^x-forwarded-for$/i.test(name));
  if (!isForwarded || isTrusted(remoteAddress)) return undefined;
  const place = remoteAddress === undefined ? 'on the unix socket' : `at ${remoteAddress}`;
  return `You reach this page through a proxy ${place} that is not in WAI_TRUSTED_PROXIES. All browsers behind it count as one: somebody who tries passwords makes you wait, and the log names the proxy. If the proxy is yours, add ${remoteAddress ?? '“unix”'} to that setting.`;
}
