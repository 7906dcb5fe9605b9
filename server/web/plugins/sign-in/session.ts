import cookie from '@fastify/cookie';
import fastifySession from '@fastify/session';
import fastifyPlugin from 'fastify-plugin';
import { createSessionStore } from '../../../access/session-store.ts';
import { sessionIdleMs, sessionLengthMs } from '../../../access/sessions.ts';
import { isAskedByItself } from './asked-by-itself.ts';
import { describeCookie, nameCookie } from './cookie-names.ts';
import type { CookieScope } from './cookie-names.ts';

declare module 'fastify' {
  interface Session {
    /** Who is logged in with this session; absent before the login. */
    userName?: string;
    /** Names the session at the agent, which alone knows what it may. */
    ticket?: string;
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
    idleMs: sessionIdleMs,
    absoluteMs: sessionLengthMs,
    findOwner: (stored) => stored.userName,
    onEnd: (id) => {
      for (const listener of endListeners) listener(id);
    },
  });
  app.decorate('sessions', {
    isAlive: store.isAlive,
    onEnd: (listener: (id: string) => void) => void endListeners.push(listener),
  });
  await app.register(cookie, { secret: scope.secret });
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
