import type { FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import fastifyPlugin from 'fastify-plugin';
import type { Accounts, User } from '../../access/accounts.ts';
import { UserError } from '../../errors.ts';

/** Who may use a route. What a viewer may, an admin may too. */
export type RouteAccess = 'public' | 'viewer' | 'admin';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Every route must say it: a route without it fails the build of the app. */
    access?: RouteAccess;
  }
  interface FastifyRequest {
    /** Who is logged in. */
    user: User | undefined;
  }
  interface FastifyInstance {
    /** `next` if it is a page of ours, else the start page: never another site. */
    resolveNextPage(next: string | undefined): string;
  }
}

export interface AuthenticationOptions {
  accounts: Pick<Accounts, 'findUser'>;
  startPage: string;
}

/**
 * Knows the one table route × role, fills it from each route's `config.access`, and refuses whoever
 * may not: to the login page (303), or 401 below `/api`; 403 for a role that is too small. Reads
 * `request.session`, so it comes after the session plugin.
 */
export const authentication = fastifyPlugin<AuthenticationOptions>((app, options, done) => {
  const routes: Pick<RouteOptions, 'method' | 'url' | 'config'>[] = [];
  app.addHook('onRoute', (route) => void routes.push(route));
  // Not in onRoute: a scope's own hook, which runs later, may set the access of all its routes.
  app.addHook('onReady', (ready) => {
    const undeclared = routes.filter((route) => route.config?.access === undefined);
    const names = undeclared.map((route) => `${String(route.method)} ${route.url}`);
    ready(names.length > 0 ? new Error(`No config.access: ${names.join(', ')}`) : undefined);
  });

  app.decorateRequest('user', undefined);
  app.addHook('onRequest', async (request, reply) => {
    const { userName } = request.session;
    request.user = userName === undefined ? undefined : options.accounts.findUser(userName);
    const access = request.is404 ? 'public' : request.routeOptions.config.access;
    if (access === 'public') return;
    if (!request.user) return refuseStranger(request, reply);
    if (access !== 'viewer' && request.user.role !== 'admin') {
      throw new UserError('not-allowed', 'Your account may look, but not change anything.', {
        statusCode: 403,
      });
    }
  });

  app.decorate('resolveNextPage', (next) => {
    // As a browser would resolve it: `//evil` and `/\evil` lead to another host.
    const base = 'http://this.invalid';
    if (next === undefined || !URL.canParse(next, base)) return options.startPage;
    const { origin, pathname, search } = new URL(next, base);
    const isOurPage = routes.some(
      (route) => route.method === 'GET' && route.url === pathname && isPage(route),
    );
    return origin === base && isOurPage ? pathname + search : options.startPage;
  });
  done();
});

function isPage(route: Pick<RouteOptions, 'url' | 'config'>): boolean {
  return route.config?.access !== 'public' && !route.url.startsWith('/api/');
}

function refuseStranger(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (request.url.startsWith('/api/')) {
    throw new UserError('not-logged-in', 'Log in first.', { statusCode: 401 });
  }
  return reply.redirect(`/login?next=${encodeURIComponent(request.url)}`, 303);
}
