import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { pipeline } from 'node:stream';
import type { Machine } from './machine.ts';

const socketPath = '/run/lab/doorway.sock';

/** The port on which this program listens inside a server. */
export const waiPort = 9443;

/** A TCP port on this machine's 127.0.0.1 that leads to port 9443 on a lab machine's 127.0.0.1. */
export interface Doorway {
  url: string;
  close(): Promise<void>;
}

/** @param port 0 takes a free one. @throws when the port is taken. */
export async function createDoorway(machine: Machine, port: number): Promise<Doorway> {
  const inner = await machine.start(process.execPath, [
    'test/lab/inside/doorway.mjs',
    socketPath,
    String(waiPort),
  ]);
  await inner.waitForOutput(/listening/);

  const visitors = new Set<Socket>();
  const outer = createServer((visitor) => {
    visitors.add(visitor);
    visitor.once('close', () => visitors.delete(visitor));
    // A socket in the file system is reached across network namespaces.
    const inside = connect(machine.outsidePath(socketPath));
    pipeline(visitor, inside, () => inside.destroy());
    pipeline(inside, visitor, () => visitor.destroy());
  });
  outer.listen(port, '127.0.0.1');
  await once(outer, 'listening');

  return {
    url: `https://127.0.0.1:${(outer.address() as AddressInfo).port}`,
    async close() {
      for (const visitor of visitors) visitor.destroy();
      outer.close();
      await once(outer, 'close');
    },
  };
}
