import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import net, { type AddressInfo } from 'node:net';
import test, { type TestContext } from 'node:test';
import { generate } from 'selfsigned';
import { probeHealthcheck } from '../../../../server/appliance/healthcheck/healthcheck-probe.ts';
import { plainRequest } from '../../../../server/keepalived/healthcheck/request.ts';

async function listen(context: TestContext, server: net.Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  context.after(() => {
    server.close();
    if (server instanceof http.Server) server.closeAllConnections();
  });
  return (server.address() as AddressInfo).port;
}

async function probe(context: TestContext, handler: http.RequestListener, timeoutMs?: number) {
  const port = await listen(context, http.createServer(handler));
  const url = `http://127.0.0.1:${port}/healthcheck`;
  const result = await probeHealthcheck({ ...plainRequest, url, timeoutMs });
  assert.equal(result.url, url);
  assert.ok(result.durationMs >= 0);
  return result.outcome;
}

test('2xx is ok', async (context) => {
  const outcome = await probe(context, (request, response) => {
    response
      .writeHead(request.method === 'GET' && request.url === '/healthcheck' ? 204 : 500)
      .end();
  });
  assert.deepEqual(outcome, { kind: 'ok', httpStatus: 204 });
});

test('an error status is reported', async (context) => {
  const outcome = await probe(context, (_, response) => response.writeHead(503).end('down'));
  assert.deepEqual(outcome, { kind: 'http-error', httpStatus: 503 });
});

test('a redirect is an answer and is not followed', async (context) => {
  let requests = 0;
  const outcome = await probe(context, (_, response) => {
    requests += 1;
    response.writeHead(302, { location: '/elsewhere' }).end();
  });
  assert.deepEqual(outcome, { kind: 'http-error', httpStatus: 302 });
  assert.equal(requests, 1);
});

test('an endless body is cut off', async (context) => {
  let sentBytes = 0;
  const outcome = await probe(context, (_, response) => {
    const chunk = Buffer.alloc(16_384);
    const send = () => {
      while (!response.destroyed && response.write(chunk)) sentBytes += chunk.length;
    };
    response.on('drain', send);
    send();
  });
  assert.deepEqual(outcome, { kind: 'ok', httpStatus: 200 });
  assert.ok(sentBytes < 64 * 1024 * 1024);
});

test('a server that stalls before or within its answer times out', async (context) => {
  const silent = await probe(context, () => undefined, 200);
  assert.deepEqual(silent, { kind: 'timed-out', afterMs: 200 });
  const halfway = await probe(context, (_, response) => response.write('half'), 200);
  assert.deepEqual(halfway, { kind: 'timed-out', afterMs: 200 });
});

test('a closed port is refused, by address and by name', async (context) => {
  const server = net.createServer();
  const port = await listen(context, server);
  server.close();
  await once(server, 'close');
  for (const host of ['127.0.0.1', 'localhost']) {
    const { outcome } = await probeHealthcheck({ ...plainRequest, url: `http://${host}:${port}/` });
    assert.deepEqual(outcome, { kind: 'refused' });
  }
});

test('a connection that is closed, and one that is not HTTP, say so', async (context) => {
  const closing = await listen(
    context,
    net.createServer((socket) => socket.destroy()),
  );
  const closed = await probeHealthcheck({ ...plainRequest, url: `http://127.0.0.1:${closing}/` });
  assert.deepEqual(closed.outcome, {
    kind: 'failed',
    reason: 'the server closed the connection without a complete answer',
  });
  const ssh = await listen(
    context,
    net.createServer((socket) => {
      socket.on('error', () => undefined).end('SSH-2.0-OpenSSH_9.2\r\n');
    }),
  );
  const notHttp = await probeHealthcheck({ ...plainRequest, url: `http://127.0.0.1:${ssh}/` });
  assert.deepEqual(notHttp.outcome, { kind: 'failed', reason: 'the answer is not HTTP' });
});

test('a certificate that nobody vouches for is named as the reason', async (context) => {
  const pems = await generate([{ name: 'commonName', value: 'localhost' }]);
  const server = https.createServer({ key: pems.private, cert: pems.cert }, (_, response) => {
    response.end();
  });
  const port = await listen(context, server);
  const { outcome } = await probeHealthcheck({
    ...plainRequest,
    url: `https://localhost:${port}/`,
  });
  assert.equal(outcome.kind, 'failed');
  assert.match(outcome.reason, /^certificate: /);
});

test('what is no web address is refused without asking anyone', async () => {
  for (const url of ['file:///etc/shadow', 'ftp://127.0.0.1/', 'not a url', '']) {
    const { outcome } = await probeHealthcheck({ ...plainRequest, url });
    assert.deepEqual(outcome, {
      kind: 'failed',
      reason: 'this is not an http:// or https:// address',
    });
  }
});

test('an address that cannot be requested is a failure, and nothing is thrown', async () => {
  const { outcome } = await probeHealthcheck({ ...plainRequest, url: 'http://us%er@127.0.0.1:9/' });
  assert.deepEqual(outcome, { kind: 'failed', reason: 'URI malformed' });
});
