import { rm, stat } from 'node:fs/promises';
import { connect } from 'node:net';

/**
 * Removes a unix socket that a crashed program left behind: one on which nobody listens. Anything
 * else at the path is left alone, and listening then says that it is in use.
 */
export async function freeSocketPath(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  // A plain file refuses a connection just as an abandoned socket does.
  if (found?.isSocket() && (await isRefused(path))) await rm(path);
}

function isRefused(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.on('connect', () => {
      socket.destroy();
      resolve(false);
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      resolve(error.code === 'ECONNREFUSED');
    });
  });
}
