import cookie from '@fastify/cookie';
import type { FastifyReply, FastifyRequest } from 'fastify';
import fastifyPlugin from 'fastify-plugin';
import { describeCookie, nameCookie } from './cookie-names.ts';
import type { CookieScope } from './cookie-names.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The ticket in the cookie, signed by us; undefined: there is none. The agent knows what it is worth. */
    readTicket(): string | undefined;
  }
  interface FastifyReply {
    /** Has the browser keep the ticket of its session until it is closed. */
    keepTicket(ticket: string): FastifyReply;
    /** Has the browser forget it. */
    dropTicket(): FastifyReply;
  }
}

/**
 * The session of a browser: the ticket that the agent gave, in a cookie. Nothing of it is stored here,
 * so a web that was ended and started again knows everybody who is logged in (decision 59).
 */
export const session = fastifyPlugin<CookieScope>(async (app, scope) => {
  const name = nameCookie('session', scope);
  await app.register(cookie, { secret: scope.secret });
  app.decorateRequest('readTicket', function (this: FastifyRequest) {
    const { valid, value } = this.unsignCookie(this.cookies[name] ?? '');
    return valid ? value : undefined;
  });
  app.decorateReply('keepTicket', function (this: FastifyReply, ticket: string) {
    return this.setCookie(name, ticket, { ...describeCookie(scope), signed: true });
  });
  app.decorateReply('dropTicket', function (this: FastifyReply) {
    return this.clearCookie(name, describeCookie(scope));
  });
});
