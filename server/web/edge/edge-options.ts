import type { RawRequestDefaultExpression } from 'fastify';
import type { ProgramOptions } from '../../program-options.ts';
import { findInnerUrl } from './base-path.ts';
import { settleForwardedHeaders } from './forwarded-headers.ts';
import { createProxyTrust } from './trusted-proxies.ts';

export type EdgeSettings = Pick<ProgramOptions, 'basePath' | 'trustedProxies'>;

/** Whether there is a setting for a proxy. */
export function isBehindProxy({ basePath, trustedProxies }: EdgeSettings): boolean {
  return basePath !== '' || trustedProxies.unix || trustedProxies.networks.length > 0;
}

/**
 * Options of Fastify for a page behind a proxy: within, a request has the path of our route, and the
 * address, scheme and host of its browser. `rewriteUrl` is called before anything of a request is read.
 * Without a setting for proxies they are empty, and nothing is changed.
 */
export function createEdgeOptions(settings: EdgeSettings) {
  const { basePath, trustedProxies } = settings;
  if (!isBehindProxy(settings)) return {};
  const isTrusted = createProxyTrust(trustedProxies);
  return {
    trustProxy: (address: string | undefined) => isTrusted(address),
    rewriteUrl: (request: RawRequestDefaultExpression) => {
      settleForwardedHeaders(request, isTrusted);
      return findInnerUrl(request.url, basePath) ?? request.url ?? '/';
    },
  };
}
