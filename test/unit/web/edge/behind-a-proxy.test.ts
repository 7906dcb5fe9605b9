/** The real app, asked as a proxy asks it: whom it believes, and what it does with it. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { TestContext } from 'node:test';
import { parseProgramOptions } from '../../../../server/program-options.ts';
import { createConnectionCap } from '../../../../server/web/connection-limit.ts';
import { createProxyTrust } from '../../../../server/web/edge/trusted-proxies.ts';
import { findOwnAddress } from '../../../../server/web/view/own-connection.ts';
import { eventually } from '../../../lab/eventually.ts';
import { createTestApp, TestBrowser } from '../app-harness.ts';

const proxy = '10.0.0.1';
const browserAddress = '192.0.2.1';

async function start(t: TestContext, settings: Record<string, string> = {}) {
  const options = parseProgramOptions({ WAI_TRUSTED_PROXIES: proxy, ...settings });
  const test = await createTestApp({ options });
  t.after(() => test.app.close());
  return test;
}

const tlsProxy = (client: string) => ({
  host: 'server1',
  'x-forwarded-for': client,
  'x-forwarded-proto': 'https',
  'x-forwarded-host': 'server1',
  origin: 'https://server1',
});

describe('the throttle of failed logins', () => {
  const tryPassword = async (browser: TestBrowser, peer: string, client: string) => {
    const from = { remoteAddress: peer };
    const fields = { username: `nobody-${Math.random()}`, password: 'wrong' };
    const answer = await browser.post('/login', fields, tlsProxy(client), from);
    return answer.statusCode;
  };

  test('counts by browser behind a trusted proxy', async (t) => {
    const { app } = await start(t);
    const browser = new TestBrowser(app);
    await browser.get('/login');
    const codes: number[] = [];
    for (let at = 0; at < 4; at++) codes.push(await tryPassword(browser, proxy, browserAddress));
    assert.deepEqual(codes, [401, 401, 401, 429]);
    assert.equal(await tryPassword(browser, proxy, '192.0.2.2'), 401, 'another browser goes on');
  });

  test('is not evaded by a forged header, through the proxy or past it', async (t) => {
    const { app } = await start(t);
    const browser = new TestBrowser(app);
    await browser.get('/login');
    for (const [peer, clientOf] of [
      ['192.0.2.99', (at: number) => `203.0.113.${at}`],
      [proxy, (at: number) => `203.0.113.${at}, 192.0.2.98`],
    ] as const) {
      const codes: number[] = [];
      for (let at = 0; at < 4; at++) codes.push(await tryPassword(browser, peer, clientOf(at)));
      assert.deepEqual(codes, [401, 401, 401, 429], peer);
    }
  });
});

describe('what the log says', () => {
  const logIn = async (t: TestContext, peer: string, settings: Record<string, string> = {}) => {
    const { app, logText } = await start(t, settings);
    const browser = new TestBrowser(app);
    await browser.get('/login');
    const fields = { username: 'admin', password: 'wrong' };
    await browser.post('/login', fields, tlsProxy(browserAddress), { remoteAddress: peer });
    const [line = ''] = logText()
      .split('\n')
      .filter((one) => one.includes('change refused'));
    return (JSON.parse(line) as { remoteAddress: string }).remoteAddress;
  };

  test('is the browser’s address', async (t) => {
    assert.equal(await logIn(t, proxy), browserAddress);
  });
  test('is the peer’s, if it is not trusted', async (t) => {
    assert.equal(await logIn(t, '192.0.2.99'), '192.0.2.99');
  });
  test('is the peer’s, if no proxy is set', async (t) => {
    assert.equal(await logIn(t, proxy, { WAI_TRUSTED_PROXIES: '' }), proxy);
  });
});

describe('TLS that ends at the proxy', () => {
  const open = async (t: TestContext, peer: string, headers: Record<string, string>) => {
    const { app } = await start(t);
    return new TestBrowser(app).request({ url: '/login', remoteAddress: peer, headers });
  };
  const cookiesOf = ({ headers }: { headers: Record<string, unknown> }) =>
    [headers['set-cookie']].flat().map(String);

  test('makes cookies Secure', async (t) => {
    const cookies = cookiesOf(await open(t, proxy, { 'x-forwarded-proto': 'https' }));
    assert.ok(cookies.length > 0);
    for (const cookie of cookies) {
      assert.match(cookie, /; Secure$/);
      assert.match(cookie, /; HttpOnly; .*SameSite=Strict|SameSite=Strict.*; HttpOnly/);
    }
  });
  test('is not believed of a stranger', async (t) => {
    for (const cookie of cookiesOf(await open(t, '192.0.2.9', { 'x-forwarded-proto': 'https' }))) {
      assert.doesNotMatch(cookie, /Secure/);
    }
  });

  test('the session’s cookie is Secure, a login works, and plain HTTP is another origin', async (t) => {
    const { app } = await start(t);
    const browser = new TestBrowser(app);
    await browser.get('/login');
    const fields = { username: 'admin', password: 'correct horse battery staple' };
    const from = { remoteAddress: proxy };
    const plain = { ...tlsProxy(browserAddress), origin: 'http://server1' };
    assert.equal((await browser.post('/login', fields, plain, from)).statusCode, 403);
    const answer = await browser.post('/login', fields, tlsProxy(browserAddress), from);
    assert.equal(answer.statusCode, 303);
    assert.ok(answer.cookies.length >= 2, 'the session and the known browser');
    for (const { secure } of answer.cookies) assert.equal(secure, true);
  });
});

describe('the name that the browser uses', () => {
  const ask = async (t: TestContext, peer: string, host: string, forwarded: string) => {
    const { app } = await start(t, { WAI_ALLOWED_HOSTS: 'ha.example' });
    const headers = { host, 'x-forwarded-host': forwarded };
    const answer = await app.inject({ url: '/login', remoteAddress: peer, headers });
    return answer.statusCode;
  };
  const cases: [what: string, peer: string, host: string, forwarded: string, status: number][] = [
    ['is allowed', proxy, '127.0.0.1:9443', 'ha.example', 200],
    ['has a port', proxy, '127.0.0.1:9443', 'HA.example.:8443', 200],
    ['is not ours', proxy, '127.0.0.1:9443', 'evil.example', 421],
    ['is ours only by what the client forged', proxy, 'evil.example', 'ha.example', 421],
    ['is the last of a list', proxy, '127.0.0.1', 'evil.example, ha.example', 200],
    ['is garbage', proxy, '127.0.0.1', 'ha.example/../x', 421],
    ['comes from a stranger', '192.0.2.9', '127.0.0.1', 'evil.example', 200],
  ];
  for (const [what, peer, host, forwarded, status] of cases) {
    test(`${what}: ${status}`, async (t) => {
      assert.equal(await ask(t, peer, host, forwarded), status);
    });
  }
});

describe('an administrator who comes through a proxy that is not believed', () => {
  const open = async (t: TestContext, peer: string, name: string, forwarded?: string) => {
    const { app } = await start(t);
    const browser = new TestBrowser(app);
    await browser.logIn(name);
    const headers = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded };
    return (await browser.request({ url: '/nowhere', remoteAddress: peer, headers })).body;
  };
  const warning =
    /through a proxy at 192\.0\.2\.99 that is not in WAI_TRUSTED_PROXIES.*add 192\.0\.2\.99 to/;

  test('is told so, and which address it has', async (t) => {
    assert.match(await open(t, '192.0.2.99', 'admin', '203.0.113.1'), warning);
  });
  test('is not told what is not so, nor is anybody else', async (t) => {
    assert.doesNotMatch(await open(t, '192.0.2.99', 'admin'), /WAI_TRUSTED_PROXIES/);
    assert.doesNotMatch(await open(t, proxy, 'admin', '203.0.113.1'), /WAI_TRUSTED_PROXIES/);
    assert.doesNotMatch(await open(t, '192.0.2.99', 'watcher', 'x'), /WAI_TRUSTED_PROXIES/);
  });
});

test('over a unix socket the group may connect, and is believed where that is set', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'wai-socket-'));
  t.after(() => rm(folder, { recursive: true }));
  const path = join(folder, 'socket');
  const { app, logText } = await start(t, { WAI_TRUSTED_PROXIES: 'unix' });
  await app.listen({ path });
  assert.equal((await stat(path)).mode & 0o777, 0o660);
  const headers = { host: 'localhost', 'x-forwarded-for': `1.2.3.4, ${browserAddress}` };
  const request = http.get({ socketPath: path, path: '/unknown', headers, agent: false });
  const [response] = (await once(request, 'response')) as [http.IncomingMessage];
  response.resume();
  await once(response, 'end');
  assert.equal(response.statusCode, 404);
  await eventually('a line of the log', () => logText().includes('request refused'));
  assert.match(logText(), new RegExp(`"remoteAddress":"${browserAddress}"`));
});

test('a port that is none is refused, and is no failure of this program', async (t) => {
  const { app } = await start(t);
  const headers = { host: 'server1:99999', origin: 'https://server1' };
  const answer = await app.inject({ method: 'POST', url: '/login', headers });
  assert.equal(answer.statusCode, 403);
});

test('a virtual IP by which the browser came is known, not the address that the proxy used', async (t) => {
  const options = parseProgramOptions({
    ...{ WAI_TRUSTED_PROXIES: proxy, WAI_ALLOWED_HOSTS: '192.168.0.100,192.168.0.10' },
  });
  const { app } = await createTestApp({ options }, (routes) => {
    routes.get('/own', { config: { access: 'public' } }, (request, reply) =>
      reply.send({ own: findOwnAddress(request, ['192.168.0.100']) ?? 'none' }),
    );
  });
  t.after(() => app.close());
  const ask = async (remoteAddress: string, forwarded: string) => {
    const headers = { host: '192.168.0.10', 'x-forwarded-host': forwarded };
    const answer = await app.inject({ url: '/own', remoteAddress, headers });
    return answer.json<{ own: string }>().own;
  };
  assert.equal(await ask(proxy, '192.168.0.100:8443'), '192.168.0.100');
  assert.equal(await ask(proxy, '192.168.0.10'), 'none');
  assert.equal(await ask('192.0.2.99', '192.168.0.100'), 'none', 'forged');
});

test('connections of a proxy are those of many browsers, and not counted as one', () => {
  const { trustedProxies } = parseProgramOptions({ WAI_TRUSTED_PROXIES: '10.0.0.0/24' });
  const { isCounted } = createConnectionCap(createProxyTrust(trustedProxies));
  assert.deepEqual(['10.0.0.7', '::ffff:10.0.0.7', '127.0.0.1', '10.0.1.7'].map(isCounted), [
    false,
    false,
    false,
    true,
  ]);
});
