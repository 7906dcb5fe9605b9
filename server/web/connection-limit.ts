import type http from 'node:http';
import type { Socket } from 'node:net';

export interface ConnectionCap {
  total: number;
  /** From one address; a browser opens six. */
  perAddress: number;
  /** Not where a proxy may stand: behind it all come from one address. */
  isCounted: (address: string) => boolean;
}

const isLoopback = (address: string) => /^(127\.|::1$|::ffff:127\.)/.test(address);

/** @param isProxy whether others than its own users connect from an address */
export function createConnectionCap(isProxy: (address: string) => boolean): ConnectionCap {
  const isCounted = (address: string) => !isLoopback(address) && !isProxy(address);
  return { total: 400, perAddress: 64, isCounted };
}

interface Connection {
  socket: Socket;
  address: string;
  /** The request that it brought last. */
  request: http.IncomingMessage | undefined;
  isAnswering: boolean;
}

/**
 * Bounds how many connections a server holds. Where one more comes, the one that was idle for the
 * longest is closed, or has not sent its request yet: who holds connections open keeps nobody out.
 * Only if all are being answered is the new one refused.
 */
export function limitConnections(server: http.Server, cap: ConnectionCap): void {
  /** By address and port, which are the same under TLS; the least recently used first. */
  const connections = new Map<string, Connection>();

  const makeRoom = (isMeant: (connection: Connection) => boolean) => {
    for (const [key, connection] of connections) {
      const { socket, request, isAnswering } = connection;
      if (!isMeant(connection) || (isAnswering && request?.complete === true)) continue;
      connections.delete(key);
      socket.destroy();
      return true;
    }
    return false;
  };

  const hasRoomFor = (address: string): boolean => {
    if (cap.isCounted(address)) {
      const isOfAddress = (connection: Connection) => connection.address === address;
      const count = [...connections.values()].filter(isOfAddress).length;
      if (count >= cap.perAddress && !makeRoom(isOfAddress)) return false;
    }
    return connections.size < cap.total || makeRoom(() => true);
  };

  server.on('connection', (socket: Socket) => {
    const key = keyOf(socket);
    const { remoteAddress: address } = socket;
    // Over a unix socket: who may open that is said by its mode.
    if (key === undefined || address === undefined) return;
    if (!hasRoomFor(address)) {
      socket.destroy();
      return;
    }
    connections.set(key, { socket, address, request: undefined, isAnswering: false });
    socket.once('close', () => {
      if (connections.get(key)?.socket === socket) connections.delete(key);
    });
  });
  server.on('upgrade', (request: http.IncomingMessage) => {
    const connection = connections.get(keyOf(request.socket) ?? '');
    // It is in use until it ends.
    if (connection) Object.assign(connection, { request, isAnswering: true });
  });
  server.on('request', (request: http.IncomingMessage, response: http.ServerResponse) => {
    const key = keyOf(request.socket) ?? '';
    const connection = connections.get(key);
    if (!connection) return;
    Object.assign(connection, { request, isAnswering: true });
    connections.delete(key);
    connections.set(key, connection);
    response.once('close', () => {
      if (connection.request === request) connection.isAnswering = false;
    });
  });
}

function keyOf({ remoteAddress, remotePort }: Socket): string | undefined {
  return remoteAddress === undefined ? undefined : `${remoteAddress} ${remotePort}`;
}
