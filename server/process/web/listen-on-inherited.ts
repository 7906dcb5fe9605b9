import { createServer } from 'node:net';
import type { Server } from 'node:net';
import type { FastifyInstance } from 'fastify';

export interface InheritedListening {
  /** Of each socket, as `describeAddress` writes it. */
  addresses: string[];
  /** Accepts no more; resolves once what is open has ended. Who comes later waits at the service manager. */
  stop: () => Promise<void>;
}

/**
 * Has the app answer on listening sockets that the service manager has opened, whatever they are: a
 * port below 1024, several addresses, a unix socket. TLS is spoken as the settings say.
 * @param descriptors at least one
 */
export async function listenOnInherited(
  app: FastifyInstance,
  [first, ...others]: readonly number[],
): Promise<InheritedListening> {
  const servers: Server[] = [];
  app.addHook('preClose', (next) => {
    for (const server of servers) server.close();
    next();
  });
  // An empty host: Fastify would listen on localhost as well.
  const place = { fd: first, host: '' };
  await app.listen({ ...place, listenTextResolver: () => 'listening' });
  for (const fd of others) {
    // As an HTTP server has its connections; it takes them from wherever they come.
    const options = { allowHalfOpen: true, noDelay: true };
    const server = createServer(options, (socket) => app.server.emit('connection', socket));
    servers.push(server);
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen({ fd }, resolve);
    });
  }
  const all = [app.server, ...servers];
  return {
    addresses: all.map((server) => describeAddress(server.address())),
    async stop() {
      await Promise.all(all.map((server) => new Promise((resolve) => server.close(resolve))));
    },
  };
}

function describeAddress(address: ReturnType<Server['address']>): string {
  if (address === null) return 'an unnamed socket';
  if (typeof address === 'string') return `unix:${address}`;
  const host = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return `${host}:${address.port}`;
}
