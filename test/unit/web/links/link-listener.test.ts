import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import test from 'node:test';
import { linkPath, linkProtocol } from '../../../../server/pair/link-protocol.ts';
import { dialPage } from '../../../../server/process/pair/dial-page.ts';
import { parseProgramOptions } from '../../../../server/program-options.ts';
import { createTestApp } from '../app-harness.ts';
import type { TestAppOptions } from '../app-harness.ts';

const never = new AbortController().signal;

async function serve(t: test.TestContext, options: TestAppOptions = {}): Promise<string> {
  const { app } = await createTestApp(options);
  t.after(() => app.close());
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.server.address() as AddressInfo;
  return `http://127.0.0.1:${port}`;
}

const echo = (stream: Duplex) => void stream.pipe(stream);

async function readBytes(stream: Duplex, count: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    length += chunk.length;
    if (length >= count) break;
  }
  return Buffer.concat(chunks);
}

test('the agents of two servers get the bytes of each other as they were sent', async (t) => {
  const url = await serve(t, { acceptLink: echo });
  const stream = await dialPage(url, never);
  const sent = randomBytes(3 * 1024 * 1024);
  stream.write(sent);
  assert.deepEqual(await readBytes(stream, sent.length), sent);
});

test('the agent is told where a connection comes from', async (t) => {
  const addresses: string[] = [];
  const url = await serve(t, {
    acceptLink(stream, { address }) {
      addresses.push(address);
      stream.end('seen');
    },
  });
  const stream = await dialPage(url, never);
  await readBytes(stream, 4);
  assert.deepEqual(addresses, ['127.0.0.1']);
});

test('an end on either side is an end on the other', async (t) => {
  const accepted: Duplex[] = [];
  const url = await serve(t, { acceptLink: (stream) => accepted.push(stream) });
  const first = await dialPage(url, never);
  first.resume();
  accepted[0]?.destroy();
  await once(first, 'close');
  const second = await dialPage(url, never);
  second.write('x');
  const [, other] = accepted;
  assert.ok(other);
  await once(other, 'data');
  second.destroy();
  await once(other, 'close');
});

test('who does not read is waited for: the other side is not read meanwhile', async (t) => {
  let written = 0;
  const url = await serve(t, {
    acceptLink(stream) {
      const write = () => {
        while (stream.write(Buffer.alloc(64 * 1024))) written += 64 * 1024;
      };
      stream.on('drain', write);
      write();
    },
  });
  const stream = await dialPage(url, never);
  await once(stream, 'readable');
  let before = -1;
  while (before !== written) {
    before = written;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  // What the kernel holds for both directions of one connection, and what waits within.
  assert.ok(written < 32 * 1024 * 1024, `${written} bytes were taken`);
  stream.destroy();
});

test('WAI_BASE_PATH is a part of the address', async (t) => {
  const options = parseProgramOptions({ WAI_BASE_PATH: '/ha' });
  const url = await serve(t, { options, acceptLink: echo });
  const stream = await dialPage(`${url}/ha/`, never);
  stream.write('hello');
  assert.equal(String(await readBytes(stream, 5)), 'hello');
  await assert.rejects(dialPage(url, never), /is not a keepalived-wai that can be paired/);
});

test('another upgrade is answered as if it had not been asked for', async (t) => {
  const url = await serve(t);
  const { port } = new URL(url);
  const socket = connect(Number(port), '127.0.0.1');
  socket.write(
    'GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA\r\n\r\n',
  );
  const answer = String(await readBytes(socket, Infinity));
  assert.match(answer, /^HTTP\/1\.1 200 OK/);
  assert.match(answer, /connection: close/i);
});

test('an agent that is away is told of', async (t) => {
  const server = http.createServer().listen(0, '127.0.0.1');
  t.after(() => server.close());
  await once(server, 'listening');
  server.on('upgrade', (_request, socket: Duplex) => {
    socket.end('HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n');
  });
  const { port } = server.address() as AddressInfo;
  await assert.rejects(dialPage(`http://127.0.0.1:${port}`, never), /its agent does not/);
});

test('one address does not hold all connections', async (t) => {
  const url = await serve(t);
  const open = await Promise.all(Array.from({ length: 8 }, () => dialPage(url, never)));
  await assert.rejects(dialPage(url, never), { code: 'other-server-away' });
  open[0]?.destroy();
  // The server needs a moment to see the end.
  for (let tries = 0; ; tries += 1) {
    try {
      (await dialPage(url, never)).destroy();
      break;
    } catch (error) {
      if (tries === 100) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
  for (const stream of open) stream.destroy();
});

test('each failure says what to do', async () => {
  await assert.rejects(dialPage('http://127.0.0.1:1', never), /refuses the connection.*WAI_LISTEN/);
  await assert.rejects(dialPage('http://nowhere.invalid', never), /was not found/);
});

test('a page that speaks HTTP is told apart from one of HTTPS', async (t) => {
  const url = await serve(t);
  await assert.rejects(dialPage(url.replace('http:', 'https:'), never), /does not speak HTTPS/);
});

test('what is refused is not kept open by who does not close it', async (t) => {
  const url = await serve(t);
  const { port } = new URL(url);
  const socket = connect({ port: Number(port), host: '127.0.0.1', allowHalfOpen: true });
  socket.write(
    `POST ${linkPath} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: ${linkProtocol}\r\nContent-Length: 3\r\n\r\nabc`,
  );
  assert.match(String(await readBytes(socket, Infinity)), /^HTTP\/1\.1 400/);
  socket.write('more');
  await once(socket, 'error');
});
