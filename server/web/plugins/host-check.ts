import fastifyPlugin from 'fastify-plugin';
import { UserError } from '../../shared/errors.ts';

const loopbackNames = ['localhost', '127.0.0.1', '::1'];
const askAgainAfterMs = 1000;

export interface HostCheckOptions {
  /** WAI_ALLOWED_HOSTS; empty: this machine's own names and addresses. */
  allowedHosts: string[];
  /** This machine's names and addresses as of now: a virtual address comes and goes. */
  listOwnHosts: () => string[];
}

/**
 * Answers only to names that are this machine's (DNS rebinding): any other Host header gets 421.
 * The port does not matter, it may be forwarded. Behind a trusted proxy both names have to be: the one
 * that the browser used, and the one that the proxy uses or passes on.
 */
export const hostCheck = fastifyPlugin<HostCheckOptions>((app, options, done) => {
  const { allowedHosts, listOwnHosts } = options;
  let known = new Set<string>();
  let askedAtMs = -Infinity;

  // Asked only for a name not seen yet, and not for each of a flood of them.
  const isKnown = (host: string) => {
    if (!known.has(host) && performance.now() - askedAtMs >= askAgainAfterMs) {
      askedAtMs = performance.now();
      const names = allowedHosts.length > 0 ? allowedHosts : listOwnHosts();
      known = new Set([...loopbackNames, ...names.map(normalize)]);
    }
    return known.has(host);
  };

  app.addHook('onRequest', (request, _reply, next) => {
    const hosts = [request.headers.host, request.host].map(findHost);
    const areKnown = hosts.every((host) => host !== undefined && isKnown(host));
    next(areKnown ? undefined : unknownHost());
  });
  done();
});

function unknownHost(): UserError {
  return new UserError(
    'unknown-host',
    'This server does not answer to that name. Use one of its own names or addresses, or add the name to WAI_ALLOWED_HOSTS.',
    { statusCode: 421 },
  );
}

/** The name or address in a Host header, without the port. */
function findHost(header: string | undefined): string | undefined {
  const match = /^(\[[0-9a-f:.]+\]|[^:[\]]+)(?::\d+)?$/i.exec(header ?? '');
  return match?.[1] && normalize(match[1]);
}

/** One spelling: lower case, without the brackets of an IPv6 address or the root's dot. */
function normalize(host: string): string {
  return host
    .toLowerCase()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '');
}
