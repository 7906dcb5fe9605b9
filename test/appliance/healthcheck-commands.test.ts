/**
 * The page's own request and the real command, side by side against real servers: what the command
 * takes for a success the page must not call a failure, and the other way round.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { generate } from 'selfsigned';
import { probeHealthcheck } from '../../server/appliance/healthcheck/healthcheck-probe.ts';
import { splitScriptCommand } from '../../server/keepalived/config/script-command.ts';
import { findScriptRequest } from '../../server/keepalived/healthcheck/find-probe.ts';

const folder = mkdtempSync(join(tmpdir(), 'healthcheck-commands-'));
const servers: http.Server[] = [];
let plain = '';
let secure = '';
let closed = '';

const answer: http.RequestListener = (request, response) => {
  const [path = '', query = ''] = (request.url ?? '').split('?');
  switch (path) {
    case '/ok':
      return response.end('ok');
    case '/503':
      return response.writeHead(503).end('down');
    case '/redirect':
      return response.writeHead(302, { location: query === '' ? '/ok' : query }).end();
    case '/loop':
      return response.writeHead(302, { location: '/loop' }).end();
    case '/get-only':
      return response.writeHead(request.method === 'GET' ? 200 : 405).end();
    case '/authorized':
      return response
        .writeHead(request.headers.authorization === 'Basic YWRtaW46c2VjcmV0MDE=' ? 200 : 401)
        .end();
    case '/host':
      return response.writeHead(request.headers.host?.startsWith('gateway') ? 200 : 404).end();
    case '/header':
      return response.writeHead(request.headers['x-key'] === 'a b' ? 200 : 403).end();
    case '/hang':
      return undefined;
    default:
      return response.writeHead(404).end();
  }
};

async function listen(server: http.Server): Promise<string> {
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

before(async () => {
  const pems = await generate([{ name: 'commonName', value: 'localhost' }], {
    extensions: [
      { name: 'basicConstraints', cA: true },
      { name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] },
    ],
  });
  writeFileSync(join(folder, 'ca.pem'), pems.cert);
  writeFileSync(join(folder, 'client.pem'), `${pems.private}\n${pems.cert}`);
  writeFileSync(join(folder, 'none.pem'), 'nothing');
  const tls = { key: pems.private, cert: pems.cert };
  plain = `http://${await listen(http.createServer(answer))}`;
  const [, port] = (await listen(https.createServer(tls, answer))).split(':');
  secure = `https://localhost:${port ?? ''}`;
  const gone = http.createServer();
  closed = `http://${await listen(gone)}`;
  gone.close();
  await once(gone, 'close');
});

after(() => {
  for (const server of servers) {
    server.close();
    server.closeAllConnections();
  }
  rmSync(folder, { recursive: true });
});

/** Whether the command succeeds, as keepalived runs it: without a shell. */
async function run(command: string): Promise<boolean> {
  const [file = '', ...words] = splitScriptCommand(command);
  const child = spawn(file, words, { stdio: 'ignore' });
  const [exitCode] = (await once(child, 'exit')) as [number | null];
  return exitCode === 0;
}

const commands: [command: string, succeeds: boolean][] = [
  ['curl -s PLAIN/ok', true],
  ['curl -s PLAIN/503', true],
  ['curl -sf PLAIN/503', false],
  ['curl -s --fail-with-body PLAIN/503', false],
  ['curl -sf PLAIN/redirect', true],
  ['curl -sfL PLAIN/redirect', true],
  ['curl -sfL PLAIN/redirect?/503', false],
  ['curl -sL PLAIN/redirect?/503', true],
  ['curl -sL --max-redirs 3 PLAIN/loop', false],
  ['curl -sL PLAIN/redirect?CLOSED/', false],
  ['curl -s CLOSED/', false],
  ['curl -sfI PLAIN/ok', true],
  ['curl -sfI PLAIN/get-only', false],
  ['curl -s -m 0.3 PLAIN/hang', false],
  ['timeout 0.3 curl -s PLAIN/hang', false],
  ['curl -sf -u admin:secret01 PLAIN/authorized', true],
  ['curl -sf -u admin:wrong PLAIN/authorized', false],
  ['curl -sf -H "Host: gateway" PLAIN/host', true],
  ['curl -sf PLAIN/host', false],
  ["curl -sf -H 'X-Key: a b' PLAIN/header", true],
  ['curl -sf SECURE/ok', false],
  ['curl -sfk SECURE/ok', true],
  ['curl -sf --insecure SECURE/503', false],
  ['curl -sfk -H "Host: gateway" SECURE/host', true],
  ['curl -sf --cacert FOLDER/ca.pem SECURE/ok', true],
  ['curl -sf --cacert FOLDER/none.pem SECURE/ok', false],
  ['curl -sf --cacert FOLDER/missing.pem SECURE/ok', false],
  ['curl -sf --cacert FOLDER/ca.pem https://127.0.0.1:PORT/ok', false],
  ['curl -sf --resolve gateway.test:PORT:127.0.0.1 -k https://gateway.test:PORT/host', true],
  ['curl -sf -6 PLAIN/ok', false],
  ['curl -sf -4 SECURE/ok -k', true],
  ["sh -c 'curl -sf PLAIN/503 >/dev/null 2>&1 || exit 1'", false],
  ["sh -c 'curl -sf PLAIN/ok >/dev/null 2>&1 || exit 1'", true],
  ['wget -q -O /dev/null PLAIN/ok', true],
  ['wget -q -O /dev/null PLAIN/503', false],
  ['wget -q -O /dev/null PLAIN/redirect', true],
  ['wget -q -O /dev/null --max-redirect=0 PLAIN/redirect', false],
  ['wget -q --spider PLAIN/ok', true],
  ['wget -q --spider PLAIN/get-only', false],
  ['wget -q -T 0.3 -t 1 -O /dev/null PLAIN/hang', false],
  ['wget -q -O /dev/null SECURE/ok', false],
  ['wget -q -O /dev/null --no-check-certificate SECURE/ok', true],
  ['wget -q -O /dev/null --ca-certificate=FOLDER/ca.pem SECURE/ok', true],
];

const fill = (command: string): string =>
  command
    .replaceAll('PLAIN', plain)
    .replaceAll('SECURE', secure)
    .replaceAll('CLOSED', closed)
    .replaceAll('FOLDER', folder)
    .replaceAll('PORT', new URL(secure).port);

describe('the page’s own request and the command', () => {
  for (const [written, succeeds] of commands) {
    it(`${succeeds ? 'succeed' : 'fail'}: ${written}`, async () => {
      const command = fill(written);
      assert.equal(await run(command), succeeds, command);
      const probe = findScriptRequest(command)?.probe;
      assert.ok(probe?.kind === 'repeatable', JSON.stringify(probe));
      const { outcome } = await probeHealthcheck(probe.request);
      const isSuccess = outcome.kind === 'ok' || outcome.kind === 'accepted';
      assert.equal(isSuccess, succeeds, JSON.stringify(outcome));
      assert.doesNotMatch(JSON.stringify(outcome), /secret01|nothing/);
    });
  }

  it('no request is made with a client certificate', () => {
    const request = findScriptRequest(fill('curl -sk --cert FOLDER/client.pem SECURE/ok'));
    assert.deepEqual(request?.probe, { kind: 'not-repeatable', why: 'it uses --cert' });
  });
});
