import cookie from '@fastify/cookie';
import fastifySession from '@fastify/session';
import type { FastifyRequest } from 'fastify';
import fastifyPlugin from 'fastify-plugin';
import { createSessionStore } from '../../../access/session-store.ts';
import { describeCookie, nameCookie } from './cookie-names.ts';
import type { CookieScope } from './cookie-names.ts';

declare module 'fastify' {
  interface Session {
    /** Who is logged in with this session; absent before the login. */
    userName?: string;
    /** Which password was given; once the account has another one, the session is over. */
    passwordId?: string;
  }
  interface FastifyInstance {
    sessions: {
      /** Whether a session still stands; to ask is no use of it. */
      isAlive(id: string): boolean;
      /** Calls back when a session is ended, not when it merely grows too old. */
      onEnd(listener: (id: string) => void): void;
    };
  }
}

/** Cookie and session: ends after 30 minutes without use and 12 hours after the login. */
export const session = fastifyPlugin<CookieScope>(async (app, scope) => {
  const endListeners: ((id: string) => void)[] = [];
  const store = createSessionStore({
    capacity: 1000,
    capacityPerOwner: 100,
    idleMs: 30 * 60_000,
    absoluteMs: 12 * 60 * 60_000,
    findOwner: (stored) => stored.userName,
    onEnd: (id) => {
      for (const listener of endListeners) listener(id);
    },
  });
  app.decorate('sessions', {
    isAlive: store.isAlive,
    onEnd: (listener: (id: string) => void) => void endListeners.push(listener),
  });
  await app.register(cookie);
  await app.register(fastifySession, {
    secret: scope.secret,
    cookieName: nameCookie('session', scope),
    cookie: describeCookie(scope),
    // The store counts the time; the cookie is sent when the session is made, not on each answer.
    rolling: false,
    saveUninitialized: false,
    store,
  });
  app.addHook('onRequest', (request, _reply, next) => {
    if (!isAskedByItself(request)) store.touch(request.session.sessionId);
    next();
  });
});

/**
 * Whether no person is behind a request, but a page that stays open: its stream of events, what its
 * scripts read, or a page that loads itself again. Browsers send `Sec-Fetch-User` with what somebody
 * did, where TLS or the loopback is used; else what is no stream counts as somebody's.
 */
function isAskedByItself({ method, headers }: FastifyRequest): boolean {
  if (method !== 'GET') return false;
  if (headers.accept === 'text/event-stream') return true;
  return headers['sec-fetch-mode'] !== undefined && headers['sec-fetch-user'] !== '?1';
}
