import type { FastifyReply, FastifyRequest } from 'fastify';
import fastifyPlugin from 'fastify-plugin';
import type { Claim } from '../../agent/caller.ts';

/** A message that the next page shows once: what was done, by which command, what it printed. */
export interface Flash {
  tone: 'good' | 'bad' | 'info';
  text: string;
  command?: string;
  output?: string;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** The messages for this user, which are then shown. None if the request was refused before. */
    takeFlash(): Flash[];
  }
  interface FastifyReply {
    /** Keeps a message for the next page that this user sees. */
    flash(message: Flash): FastifyReply;
  }
}

const maximumMessages = 20;
/** Sessions whose messages wait for a page; the oldest are forgotten first. */
const maximumSessions = 200;

/** What was said with an answer, for the log. */
const said = new WeakMap<FastifyReply, Flash[]>();

/** The messages that were made by the request that is answered. */
export function listFlashes(reply: FastifyReply): readonly Flash[] {
  return said.get(reply) ?? [];
}

/** One-shot messages, kept in memory for a session across the redirect after a POST. */
export const flash = fastifyPlugin((app, _options, done) => {
  const waiting = new Map<string, Flash[]>();
  const take = (request: FastifyRequest): Flash[] => {
    // Absent if the request was refused before anybody asked whose it is.
    const { ticket = '' } = (request.claim as Claim | undefined) ?? {};
    const messages = waiting.get(ticket) ?? [];
    waiting.delete(ticket);
    return messages;
  };
  app.decorateRequest('takeFlash', function (this: FastifyRequest) {
    return take(this);
  });
  app.decorateReply('flash', function (message) {
    const { request } = this;
    said.set(this, [...(said.get(this) ?? []), message]);
    const { ticket } = request.claim;
    if (ticket === undefined) return this;
    const messages = [...take(request), message].slice(-maximumMessages);
    const [oldest] = waiting.keys();
    if (waiting.size >= maximumSessions && oldest !== undefined) waiting.delete(oldest);
    waiting.set(ticket, messages);
    return this;
  });
  done();
});
