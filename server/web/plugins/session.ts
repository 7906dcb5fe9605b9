import { createHash } from 'node:crypto';
import cookie from '@fastify/cookie';
import fastifySession from '@fastify/session';
import fastifyPlugin from 'fastify-plugin';
import { createSessionStore } from '../../access/session-store.ts';

declare module 'fastify' {
  interface Session {
    /** Who is logged in with this session; absent before the login. */
    userName?: string;
  }
  interface FastifyInstance {
    sessions: {
      /** Counts as a use of the session; false if it is over. For what stays open after its request. */
      touch(id: string): boolean;
      /** Calls back when a session is ended, not when it merely grows too old. */
      onEnd(listener: (id: string) => void): void;
    };
  }
}

export interface SessionOptions {
  /** Signs the cookies; at least 32 characters. */
  secret: string;
  /** Whether this server itself speaks TLS. */
  tls: boolean;
}

/** Cookie and session: ends after 30 minutes without use and 12 hours after the login. */
export const session = fastifyPlugin<SessionOptions>(async (app, { secret, tls }) => {
  const endListeners: ((id: string) => void)[] = [];
  const store = createSessionStore({
    capacity: 1000,
    idleMs: 30 * 60_000,
    absoluteMs: 12 * 60 * 60_000,
    isExpendable: (stored) => stored.userName === undefined,
    onEnd: (id) => {
      for (const listener of endListeners) listener(id);
    },
  });
  app.decorate('sessions', {
    touch: store.touch,
    onEnd: (listener: (id: string) => void) => void endListeners.push(listener),
  });
  await app.register(cookie);
  await app.register(fastifySession, {
    secret,
    cookieName: sessionCookieName(secret, tls),
    cookie: { path: '/', httpOnly: true, sameSite: 'strict', secure: tls },
    // The store counts the time; the cookie is sent when the session is made, not on each answer.
    rolling: false,
    saveUninitialized: false,
    store,
  });
});

/**
 * Cookies do not know ports: two servers of a cluster that are both reached at 127.0.0.1 must not
 * overwrite each other's, so the name is different on each.
 */
function sessionCookieName(secret: string, tls: boolean): string {
  const serverId = createHash('sha256').update(`cookie name ${secret}`).digest('hex').slice(0, 8);
  return `${tls ? '__Host-' : ''}wai-${serverId}`;
}
