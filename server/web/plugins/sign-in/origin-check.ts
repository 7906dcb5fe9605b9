import type { FastifyRequest } from 'fastify';
import fastifyPlugin from 'fastify-plugin';
import { UserError } from '../../../shared/errors.ts';

const safeMethods = ['GET', 'HEAD', 'OPTIONS'];

export interface OriginCheckOptions {
  /** Whether TLS ends here; else it may end at a proxy, and only a trusted one tells. */
  tls: boolean;
}

/**
 * Every request that may change something must come from a page of ours (CSRF): the `Origin` header
 * must be there and name this server, and `Sec-Fetch-Site`, where the browser sends it, must agree.
 * Needs `hostCheck` before it, which vouches for the Host header.
 */
export const originCheck = fastifyPlugin<OriginCheckOptions>((app, { tls }, done) => {
  app.addHook('onRequest', (request, _reply, next) => {
    const isAllowed = safeMethods.includes(request.method) || isSameOrigin(request, tls);
    next(isAllowed ? undefined : foreignOrigin());
  });
  done();
});

function foreignOrigin(): UserError {
  return new UserError(
    'foreign-origin',
    'This request did not come from a page of this server. Nothing was changed.',
    { statusCode: 403 },
  );
}

function isSameOrigin(request: FastifyRequest, tls: boolean): boolean {
  const site = request.headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin') return false;
  const { host } = request;
  const { origin } = request.headers;
  if (origin === undefined || host === '' || !URL.canParse(origin)) return false;
  const { protocol, host: originHost } = new URL(origin);
  const isSecure = tls || request.protocol === 'https';
  if (protocol !== 'https:' && (isSecure || protocol !== 'http:')) return false;
  // Parsed the same way, so that a default port may be written or not.
  const own = `${protocol}//${host}`;
  return URL.canParse(own) && originHost === new URL(own).host;
}
