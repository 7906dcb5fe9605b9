import type { Server, Socket } from 'node:net';

/**
 * Calls back once when nobody has been connected for a time. A request, an open stream and what a
 * browser keeps open for its next request are connections.
 * @param server its connections are counted from now on
 */
export function endWhenIdle(server: Server, idleMs: number, onIdle: () => void): void {
  let open = 0;
  let timer: NodeJS.Timeout | undefined;
  const wait = () => {
    timer = setTimeout(() => {
      server.off('connection', count);
      onIdle();
    }, idleMs).unref();
  };
  const count = (socket: Socket) => {
    open += 1;
    clearTimeout(timer);
    socket.once('close', () => {
      open -= 1;
      if (open === 0) wait();
    });
  };
  server.on('connection', count);
  wait();
}
