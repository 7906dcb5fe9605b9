/** Real connections: who holds many of them open keeps nobody out. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import test from 'node:test';
import type { TestContext } from 'node:test';
import { limitConnections } from '../../../server/web/connection-limit.ts';
import type { ConnectionCap } from '../../../server/web/connection-limit.ts';
import { eventually } from '../../lab/eventually.ts';

async function serve(t: TestContext, cap: ConnectionCap) {
  const server = http.createServer((request, response) => {
    // `/slow` is being answered until its client goes.
    if (request.url === '/slow') response.write('x');
    else response.end('served');
  });
  limitConnections(server, cap);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const sockets: Socket[] = [];
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.closeAllConnections();
    server.close();
  });
  const connect = async (request = '') => {
    const socket = net.connect(port, '127.0.0.1');
    let text = '';
    socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
    socket.on('error', () => undefined);
    sockets.push(socket);
    await once(socket, 'connect');
    socket.write(request);
    return { socket, text: () => text };
  };
  const count = () =>
    new Promise<number>((resolve) => {
      server.getConnections((_error, number) => {
        resolve(number);
      });
    });
  return { connect, count };
}

const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`;
const cap = { total: 5, perAddress: 100, isCounted: () => true };

for (const [what, held] of [
  ['idle', ''],
  ['with half a head', 'GET / HT'],
  ['with half a body', 'POST /slow HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nx'],
] as const) {
  test(`connections that are held ${what} make room for one that is used`, async (t) => {
    const { connect, count } = await serve(t, cap);
    for (let held_ = 0; held_ < 20; held_ += 1) await connect(held);
    const { text } = await connect(get('/'));
    await eventually('the answer', () => text().includes('served'));
    assert.ok((await count()) <= 6, 'the server holds no more');
  });
}

test('what is being answered is not cut off: then the new one is refused', async (t) => {
  const { connect } = await serve(t, cap);
  const streams: Awaited<ReturnType<typeof connect>>[] = [];
  for (let stream = 0; stream < 5; stream += 1) streams.push(await connect(get('/slow')));
  await eventually('all five', () => streams.every(({ text }) => text().endsWith('x\r\n')));
  const { socket } = await connect(get('/'));
  await eventually('the refusal', () => socket.destroyed || socket.closed);
  assert.ok(streams.every((stream) => !stream.socket.destroyed));
});

test('one address has a limit of its own, unless it may be a proxy', async (t) => {
  const counted = await serve(t, { ...cap, total: 100, perAddress: 3 });
  for (let held = 0; held < 20; held += 1) await counted.connect();
  await eventually('three left', async () => (await counted.count()) <= 3);
  const free = await serve(t, { total: 100, perAddress: 3, isCounted: () => false });
  for (let held = 0; held < 20; held += 1) await free.connect();
  await eventually('all', async () => (await free.count()) === 20);
});
