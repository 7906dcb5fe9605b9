import assert from 'node:assert/strict';
import test from 'node:test';
import type { InjectOptions } from 'fastify';
import { parseProgramOptions } from '../../../server/program-options.ts';
import { createTestApp, TestBrowser } from './app-harness.ts';

const policy =
  "default-src 'none';script-src 'self';style-src 'self';img-src 'self' data:;" +
  "connect-src 'self';form-action 'self';frame-ancestors 'none';base-uri 'none'";

test('every POST route × bad or missing Origin is 403', async (context) => {
  const { app } = await createTestApp();
  context.after(() => app.close());
  const browser = new TestBrowser(app);
  await browser.logIn();
  const urls = app
    .listRouteRules()
    .filter(({ method }) => method === 'POST')
    .map(({ url }) => url);
  assert.ok(urls.includes('/login') && urls.includes('/logout'), String(urls));

  const foreign: Record<string, string>[] = [
    { origin: '' },
    { origin: 'null' },
    { origin: 'http://evil.example' },
    { origin: 'http://localhost.evil.example' },
    { origin: 'http://localhost:8080' },
    { origin: 'ftp://localhost' },
    { origin: 'http://localhost', 'sec-fetch-site': 'cross-site' },
    { origin: 'http://localhost', 'sec-fetch-site': 'same-site' },
    { origin: 'http://localhost', 'sec-fetch-site': 'none' },
  ];
  for (const url of urls) {
    for (const headers of foreign) {
      const response = await browser.post(url, {}, headers);
      assert.equal(response.statusCode, 403, `${url} ${JSON.stringify(headers)}`);
      assert.match(response.body, /did not come from a page of this server/);
    }
  }
  const missing = await browser.request({ method: 'POST', url: '/logout' });
  assert.equal(missing.statusCode, 403);
  assert.match((await browser.get('/login')).headers.location ?? '', /^\/keepalived$/);
});

for (const [host, origin] of [
  ['localhost:9443', 'http://localhost:9443'],
  ['192.168.0.10', 'http://192.168.0.10'],
  ['server1:80', 'http://server1'],
  ['[fd00::10]:9443', 'http://[fd00::10]:9443'],
  // TLS may end at a proxy before us.
  ['server1', 'https://server1'],
] as const) {
  test(`a form of ${origin} is ours when the Host is ${host}`, async (context) => {
    const { app } = await createTestApp();
    context.after(() => app.close());
    const browser = new TestBrowser(app);
    await browser.get('/login');
    const headers = { host, origin, 'sec-fetch-site': 'same-origin' };
    const response = await browser.post('/login', { username: 'x', password: 'x' }, headers);
    assert.equal(response.statusCode, 401);
  });
}

test('a POST without the right token is 403, and changes nothing', async (context) => {
  const { app } = await createTestApp();
  context.after(() => app.close());
  const browser = new TestBrowser(app);
  const other = new TestBrowser(app);
  await browser.logIn();
  const otherPage = await other.get('/login');
  const otherToken = /name="_csrf" value="([^"]+)"/.exec(otherPage.body)?.[1] ?? '';
  for (const token of ['', 'wrong', otherToken]) {
    const response = await browser.post('/logout', { _csrf: token });
    assert.equal(response.statusCode, 403);
    assert.match(response.body, /This form has expired/);
  }
  assert.equal((await browser.get('/')).headers.location, '/keepalived');
});

test('only names of this machine are answered, else 421', async (context) => {
  let own = ['server1', 'fd00::10'];
  const { app } = await createTestApp({ listOwnHosts: () => own });
  context.after(() => app.close());
  const status = async (host: string) =>
    (await app.inject({ url: '/login', headers: { host } })).statusCode;

  for (const host of ['localhost', '127.0.0.1:9443', '[::1]:1', 'SERVER1.', '[fd00::10]:9443']) {
    assert.equal(await status(host), 200, host);
  }
  const strange = ['evil', 'localhost.evil.example', '[fd00::11]', 'server1@evil', 'a b', ':80'];
  for (const host of strange) assert.equal(await status(host), 421, host);

  // A virtual address that was added later is found, though not for each of a flood of requests.
  own = ['server1', '192.168.0.100'];
  await new Promise((resolve) => setTimeout(resolve, 1000));
  assert.equal(await status('192.168.0.100:9443'), 200);
});

test('WAI_ALLOWED_HOSTS takes the place of the own names, but not of the loopback', async (context) => {
  const { app } = await createTestApp({
    options: parseProgramOptions({ WAI_ALLOWED_HOSTS: 'ha.example.com [fd00::1]' }),
  });
  context.after(() => app.close());
  for (const [host, expected] of [
    ['HA.example.com:443', 200],
    ['[fd00::1]', 200],
    ['localhost', 200],
    ['server1', 421],
  ] as const) {
    const response = await app.inject({ url: '/login', headers: { host } });
    assert.equal(response.statusCode, expected, host);
  }
});

test('every answer has the strict policy: found, not found, refused, failed', async (context) => {
  const { app } = await createTestApp({}, (routes) => {
    routes.get('/fails', { config: { access: 'public' } }, () => {
      throw new Error('secret detail');
    });
  });
  context.after(() => app.close());
  const requests: [InjectOptions, number][] = [
    [{ url: '/login' }, 200],
    [{ url: '/healthz' }, 200],
    [{ url: '/public/css/page.css' }, 200],
    [{ url: '/' }, 303],
    [{ url: '/login', method: 'POST' }, 403],
    [{ url: '/nowhere' }, 404],
    [{ url: '/api/nowhere' }, 404],
    [{ url: '/public/nowhere.css' }, 404],
    [{ url: '/login', headers: { host: 'evil' } }, 421],
    [{ url: '/fails' }, 500],
  ];
  for (const [options, statusCode] of requests) {
    const response = await app.inject({ headers: { host: 'localhost' }, ...options });
    const what = JSON.stringify(options);
    assert.equal(response.statusCode, statusCode, what);
    assert.equal(response.headers['content-security-policy'], policy, what);
    assert.equal(response.headers['x-frame-options'], 'DENY', what);
    assert.equal(response.headers['x-content-type-options'], 'nosniff', what);
    // Without it browsers would send `Origin: null` with our own forms.
    assert.equal(response.headers['referrer-policy'], 'same-origin', what);
    assert.match(String(response.headers['cache-control']), /no-store|no-cache/, what);
  }
  const malformed = await app.inject({ url: '/%', headers: { host: 'localhost' } });
  assert.equal(malformed.statusCode, 400);
  assert.match(String(malformed.headers['content-security-policy']), /frame-ancestors 'none'/);
});

test('a body over 1 MiB is 413, a compressed one 415, a strange one 415', async (context) => {
  const { app } = await createTestApp();
  context.after(() => app.close());
  const browser = new TestBrowser(app);
  await browser.get('/login');
  const mebibyte = 'x'.repeat(1024 * 1024);
  const tooLarge = await browser.post('/login', { username: mebibyte, password: '' });
  assert.equal(tooLarge.statusCode, 413);
  assert.match(tooLarge.body, /at most 1 MiB/);
  for (const encoding of ['gzip', 'br', 'deflate, gzip']) {
    const packed = await browser.post('/login', {}, { 'content-encoding': encoding });
    assert.equal(packed.statusCode, 415, encoding);
  }
  const strange = await browser.post('/login', {}, { 'content-type': 'application/xml' });
  assert.equal(strange.statusCode, 415);
});

test('payloads that reach for the prototype are refused and reach nothing', async (context) => {
  const { app } = await createTestApp();
  context.after(() => app.close());
  const browser = new TestBrowser(app);
  await browser.get('/login');
  for (const name of [
    '__proto__',
    '__proto__[polluted]',
    'constructor',
    'constructor[prototype]',
  ]) {
    const fields = { username: 'admin', password: 'x', [name]: '{"polluted":true}' };
    const form = await browser.post('/login', fields);
    assert.equal(form.statusCode, 400, name);
    const query = await browser.get(`/login?${encodeURIComponent(name)}=1&next=/`);
    assert.equal(query.statusCode, 200);
  }
  const json = await browser.request({
    method: 'POST',
    url: '/login',
    payload: '{"__proto__":{"polluted":true}}',
    headers: { 'content-type': 'application/json', origin: 'http://localhost' },
  });
  assert.equal(json.statusCode, 400);
  assert.equal('polluted' in {}, false);
});
