import assert from 'node:assert/strict';
import net from 'node:net';
import type { AddressInfo } from 'node:net';
import test from 'node:test';
import fastify from 'fastify';
import { version } from '../../../server/shared/version.ts';
import { registerHealth } from '../../../server/web/api/health.ts';
import { limits } from '../../../server/web/plugins/limits.ts';
import { createServerFactory } from '../../../server/web/server-factory.ts';

test('an overloaded process refuses with 503, but /healthz still answers', async (context) => {
  const app = fastify();
  context.after(() => app.close());
  await app.register(limits, { maximumDelayMs: 100 });
  await app.register(registerHealth);
  app.get('/page', () => 'served');
  await app.ready();
  assert.equal((await app.inject('/page')).statusCode, 200);

  const blockUntilMs = performance.now() + 1500;
  while (performance.now() < blockUntilMs);
  // The next sample of the delay is taken now.
  await new Promise((resolve) => setTimeout(resolve, 20));
  const refused = await app.inject('/page');
  assert.equal(refused.statusCode, 503);
  assert.equal(refused.headers['retry-after'], '5');
  const alive = await app.inject('/healthz');
  assert.equal(alive.statusCode, 200);
  assert.deepEqual(alive.json(), { status: 'ok', version });
});

for (const [slow, head] of [
  ['headers', 'POST /page HTTP/1.1\r\nHost: localhost\r\n'],
  [
    'body',
    'POST /page HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\nx',
  ],
] as const) {
  test(`a client whose ${slow} do not end gets 408, and others are served`, async (context) => {
    const app = fastify({
      serverFactory: createServerFactory(undefined, {
        limits: { requestTimeoutMs: 1000, headersTimeoutMs: 500, checkingIntervalMs: 100 },
      }),
    });
    context.after(() => app.close());
    app.post('/page', () => 'served');
    app.get('/page', () => 'served');
    await app.listen({ host: '127.0.0.1', port: 0 });
    const { port } = app.server.address() as AddressInfo;

    const startMs = performance.now();
    const socket = net.connect(port, '127.0.0.1');
    context.after(() => socket.destroy());
    socket.write(head);
    let answer = '';
    socket.on('data', (chunk) => (answer += chunk.toString()));
    const ended = new Promise((resolve) => socket.on('close', resolve));

    const other = await fetch(`http://127.0.0.1:${port}/page`);
    assert.equal(await other.text(), 'served');
    await ended;
    assert.match(answer, /^HTTP\/1\.1 408 /);
    // Without the checking interval it would be 30 s; on a busy machine a second takes longer, too.
    assert.ok(performance.now() - startMs < 25_000);
  });
}
