import { createHmac } from 'node:crypto';
import csrfProtection from '@fastify/csrf-protection';
import formbody from '@fastify/formbody';
import type { FastifyReply, FastifyRequest } from 'fastify';
import fastifyPlugin from 'fastify-plugin';
import { describeCookie, nameCookie } from './cookie-names.ts';
import type { CookieScope } from './cookie-names.ts';

declare module 'fastify' {
  interface FastifyReply {
    /** For the hidden field `_csrf`: a token of this browser and of who is logged in. */
    makeFormToken(): string;
  }
}

/**
 * Forms, and the token that each of them carries in the hidden field `_csrf` (scripts: in the
 * header `x-csrf-token`). Checked when the body is parsed and before it is validated; the field is
 * removed then, so that a form's strict schema need not name it.
 *
 * A token belongs to a browser, known by a cookie of its own, and to a user. Nothing is stored for
 * it: strangers cannot push out anybody's form, and a form outlasts its session.
 */
export const csrf = fastifyPlugin<CookieScope>(async (app, scope) => {
  await app.register(formbody);
  await app.register(csrfProtection, {
    sessionPlugin: '@fastify/cookie',
    cookieKey: nameCookie('form', scope),
    cookieOpts: describeCookie(scope),
    csrfOpts: { hmacKey: createHmac('sha256', scope.secret).update('form token').digest('hex') },
    getUserInfo: ownerOf,
    // A refused form is said once, with its answer.
    logLevel: 'debug',
    getToken: (request) => {
      const token = request.headers['x-csrf-token'] ?? formOf(request.body)?.['_csrf'];
      return typeof token === 'string' ? token : undefined;
    },
  });
  app.decorateReply('makeFormToken', function (this: FastifyReply) {
    return this.generateCsrf({ userInfo: ownerOf(this.request) });
  });
  app.addHook('preValidation', (request, reply, done) => {
    if (request.method === 'GET' || request.method === 'HEAD') {
      done();
      return;
    }
    app.csrfProtection(request, reply, () => {
      delete formOf(request.body)?.['_csrf'];
      done();
    });
  });
});

/** None if the request was refused before it was asked who sends it. */
function ownerOf({ user }: Partial<Pick<FastifyRequest, 'user'>>): string {
  return user ? `user ${user.name}` : 'nobody';
}

function formOf(body: unknown): Record<string, unknown> | undefined {
  return typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : undefined;
}
