import { once } from 'node:events';
import { chmod, chown, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import path from 'node:path';
import { errorCode } from '../shared/error-code.ts';
import { UserError } from '../shared/errors.ts';
import type { CallTable } from './calls.ts';
import { bindHandlers } from './handlers.ts';
import type { Handlers } from './handlers.ts';
import { defaultSeamLimits } from './limits.ts';
import type { SeamLimits } from './limits.ts';
import { limitProblems } from './problems.ts';
import type { SeamProblem } from './problems.ts';
import { serveConnection } from './server-connection.ts';

export interface SeamServer {
  /** Serves a connection that exists already: the socket pair of a web that the agent has started. */
  accept(socket: Socket): void;
  /** Ends all connections, and aborts what they asked for. */
  close(): Promise<void>;
}

export interface ListenPlace {
  path: string;
  /** 0o660: its user and its group. */
  mode: number;
  /** Its group; undefined: as the kernel has it. */
  gid?: number;
}

/**
 * Answers what the table has: over a unix socket that it listens on, and to whom `accept` is given.
 *
 * Who may connect is said by the socket's mode and group, and by its folder: Node.js cannot ask the
 * kernel who is at the other end (SO_PEERCRED). So the folder has to be this user's, and nobody else
 * may write in it: they could replace the socket. With a group, its mode is 0750.
 *
 * @param at where to listen; undefined: nowhere
 */
export async function createSeamServer<Table extends CallTable>({
  at,
  table,
  version,
  handlers,
  onProblem,
  limits: givenLimits,
}: {
  at: ListenPlace | undefined;
  table: Table;
  /** Of this program: the other side has to have the same. */
  version: string;
  handlers: Handlers<Table>;
  onProblem: (problem: SeamProblem) => void;
  limits?: Partial<SeamLimits>;
}): Promise<SeamServer> {
  const limits = { ...defaultSeamLimits, ...givenLimits };
  const entries = bindHandlers(table, handlers);
  const report = limitProblems(onProblem);
  const sockets = new Set<Socket>();
  let peerId = 0;

  const serve = (socket: Socket, helloMs: number) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    peerId += 1;
    const ownLimits = { ...limits, helloMs };
    serveConnection({ socket, peerId, version, entries, limits: ownLimits, onProblem: report });
  };
  const server = createServer((socket) => {
    serve(socket, limits.helloMs);
  });
  server.maxConnections = limits.connections;
  if (at) {
    await listen(server, at);
    server.on('error', (error) => {
      report({ kind: 'accept', error });
    });
  }

  return {
    accept(socket) {
      serve(socket, limits.startMs);
    },
    async close() {
      const ended = [...sockets].map((socket) => once(socket, 'close'));
      for (const socket of sockets) socket.destroy();
      await Promise.all(ended);
      if (server.listening) await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function listen(server: Server, { path: socketPath, mode, gid }: ListenPlace): Promise<void> {
  await assertSafeFolder(path.dirname(socketPath));
  await bind(server, socketPath);
  if (gid !== undefined) await chown(socketPath, process.geteuid?.() ?? 0, gid);
  await chmod(socketPath, mode);
}

/** For nobody else till its mode is set: the socket is made while the mask forbids all. */
function bind(server: Server, socketPath: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    // Node.js makes the socket before `listen` returns.
    const mask = process.umask(0o177);
    server.listen(socketPath, () => {
      server.off('error', reject);
      resolve();
    });
    process.umask(mask);
  });
}

async function assertSafeFolder(folder: string): Promise<void> {
  const { uid, mode } = await stat(folder).catch((error: unknown) => {
    if (errorCode(error) !== 'ENOENT') throw error;
    throw new UserError(
      'no-socket-folder',
      `The folder ${folder}, where the socket of the agent is to be, does not exist. Make it root's, with mode 0750 and the group of the web.`,
    );
  });
  const isOwn = uid === process.geteuid?.();
  if (isOwn && (mode & 0o022) === 0) return;
  throw new UserError(
    'unsafe-socket-folder',
    `Others may write in ${folder}, so they could replace the socket of the agent. Make it root's, with mode 0750.`,
  );
}
