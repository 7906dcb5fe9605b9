import type { FastifyReply, FastifyRequest } from 'fastify';
import fastifyPlugin from 'fastify-plugin';

/** A message that the next page shows once: what was done, by which command, what it printed. */
export interface Flash {
  tone: 'good' | 'bad' | 'info';
  text: string;
  command?: string;
  output?: string;
}

declare module 'fastify' {
  interface Session {
    flash?: Flash[];
  }
  interface FastifyReply {
    /** Keeps a message for the next page that this user sees. */
    flash(message: Flash): FastifyReply;
  }
}

const maximumMessages = 20;

/** What was said with an answer, for the log. */
const said = new WeakMap<FastifyReply, Flash[]>();

/** The messages that were made by the request that is answered. */
export function listFlashes(reply: FastifyReply): readonly Flash[] {
  return said.get(reply) ?? [];
}

/** One-shot messages, kept in the session across the redirect after a POST. */
export const flash = fastifyPlugin((app, _options, done) => {
  app.decorateReply('flash', function (message) {
    const { session } = this.request;
    session.flash = [...(session.flash ?? []), message].slice(-maximumMessages);
    said.set(this, [...(said.get(this) ?? []), message]);
    return this;
  });
  done();
});

/** Takes the messages out of the session. None if the request was refused before it had one. */
export function takeFlash(request: FastifyRequest): Flash[] {
  const session = request.session as FastifyRequest['session'] | null;
  const messages = session?.flash ?? [];
  delete session?.flash;
  return messages;
}
