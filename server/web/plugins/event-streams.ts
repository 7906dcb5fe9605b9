import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import fastifyPlugin from 'fastify-plugin';
import type { Role } from '../../access/accounts.ts';
import { UserError } from '../../shared/errors.ts';
import type { Tickets } from '../agent/tickets.ts';

export interface StreamLimits {
  /** Of one session: a browser has six connections to a server, and must keep some for requests. */
  perSession: number;
  /** Of one account, whatever its sessions. */
  perAccount: number;
  total: number;
  /** How many of them are kept free for administrators. */
  reservedForAdmins: number;
  /** Who has left so many bytes unread when more is to be sent is dropped. */
  unreadBytes: number;
}

const defaultLimits: StreamLimits = {
  perSession: 4,
  perAccount: 16,
  total: 40,
  reservedForAdmins: 12,
  unreadBytes: 1024 * 1024,
};

/** An open answer of server-sent events. */
export interface EventStream {
  /** Sends text in the stream's format: whole events, each with the empty line at its end. */
  send(text: string): void;
  onClose(listener: () => void): void;
}

declare module 'fastify' {
  interface FastifyReply {
    /**
     * Answers with server-sent events until the client goes, its session or account ends, it reads
     * too slowly, or the program closes.
     * @throws {UserError} `too-many-streams` (503)
     */
    sendEvents(): EventStream;
  }
  interface FastifyInstance {
    countEventStreams(): number;
  }
}

export interface EventStreamsOptions {
  tickets: Tickets;
  limits?: StreamLimits | undefined;
  /** How often it is looked whether a session or account still stands. */
  checkEveryMs?: number;
}

interface OpenStream {
  body: Readable;
  userName: string;
  /** Of its reader's session at the agent. */
  ticket: string;
  /** What its reader may see; with another role it is another stream. */
  role: Role | undefined;
}

/** Server-sent events: limited in number and in what they hold, and ended before the app closes. */
export const eventStreams = fastifyPlugin<EventStreamsOptions>((app, options, done) => {
  const { tickets, limits = defaultLimits, checkEveryMs = 5_000 } = options;
  const streams = new Set<OpenStream>();
  /** Only while there are any. */
  let checks: NodeJS.Timeout | undefined;
  const stopChecks = () => {
    clearInterval(checks);
    checks = undefined;
  };
  let isClosing = false;

  const isOver = async ({ ticket, role }: OpenStream) =>
    (await tickets.find(ticket, false))?.user.role !== role;
  /** While the agent is away nobody knows, and streams go on: they tell that it is. */
  const endWhatIsOver = () => {
    for (const stream of streams) {
      isOver(stream).then(
        (over) => {
          if (over) stream.body.push(null);
        },
        () => undefined,
      );
    }
  };

  const admit = (request: FastifyRequest): OpenStream => {
    const { user, claim } = request;
    const { ticket = '' } = claim;
    const userName = user?.name ?? '';
    const ofAccount = [...streams].filter((other) => other.userName === userName);
    const ofSession = ofAccount.filter((other) => other.ticket === ticket);
    const total = limits.total - (user?.role === 'admin' ? 0 : limits.reservedForAdmins);
    if (
      isClosing ||
      ofSession.length >= limits.perSession ||
      ofAccount.length >= limits.perAccount ||
      streams.size >= total
    ) {
      throw new UserError('too-many-streams', 'Too many live pages are open. Close one of them.', {
        statusCode: 503,
      });
    }
    const body = new Readable({ read: () => undefined });
    const stream = { body, userName, ticket, role: user?.role };
    streams.add(stream);
    checks ??= setInterval(endWhatIsOver, checkEveryMs).unref();
    stream.body.once('close', () => {
      streams.delete(stream);
      if (streams.size === 0) stopChecks();
    });
    return stream;
  };

  app.decorateReply('sendEvents', function (this: FastifyReply) {
    const { body } = admit(this.request);
    this.type('text/event-stream; charset=utf-8');
    // A proxy that gathers the answer before it passes it on would make the page late.
    this.header('x-accel-buffering', 'no');
    body.push('retry: 2000\n\n');
    void this.send(body);
    return {
      send(text) {
        if (body.readableLength > limits.unreadBytes) body.destroy();
        else if (!body.readableEnded && !body.destroyed) body.push(text);
      },
      onClose: (listener) => void body.once('close', listener),
    };
  });
  app.decorate('countEventStreams', () => streams.size);

  tickets.onChange(endWhatIsOver);
  // An open stream would make the app wait for it for ever.
  app.addHook('preClose', (next) => {
    isClosing = true;
    stopChecks();
    for (const { body } of streams) body.push(null);
    next();
  });
  done();
});
