import assert from 'node:assert/strict';
import test from 'node:test';
import { setImmediate } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { createTestApp, password, TestBrowser } from './app-harness.ts';
import { createStoppedClock } from './session-clock.ts';

test('the login page has the words of the contract', async (context) => {
  const { app } = await createTestApp();
  context.after(() => app.close());
  const { body } = await new TestBrowser(app).get('/login');
  assert.match(body, /<title>Log in - server1<\/title>/);
  assert.match(body, /<label for="username">Username<\/label>/);
  assert.match(body, /<label for="password">Password<\/label>/);
  assert.match(body, /<button type="submit">Log in<\/button>/);
});

test('the login page names the command for the first password while there is one', async (context) => {
  let file: string | undefined = '/var/lib/keepalived-wai/first-password';
  const { app, noteAccounts } = await createTestApp({ findFirstPasswordFile: () => file });
  context.after(() => app.close());
  const read = async () => (await new TestBrowser(app).get('/login')).body;
  assert.match(await read(), /<code>sudo keepalived-wai first-password<\/code>/);
  // Where it lies is nobody's business who has not logged in.
  assert.doesNotMatch(await read(), /\/var\/lib/);
  file = undefined;
  noteAccounts();
  assert.doesNotMatch(await read(), /first password/);
});

test('wrong credentials are one sentence, whoever it is, and keep the name', async (context) => {
  const { app } = await createTestApp();
  context.after(() => app.close());
  for (const username of ['admin', '"><img src=x onerror=alert(1)>']) {
    const browser = new TestBrowser(app);
    await browser.get('/login');
    const { statusCode, body } = await browser.post('/login', { username, password: 'wrong' });
    assert.equal(statusCode, 401);
    assert.match(body, /role="alert">The user name or the password is wrong\.</);
    const escaped = username
      .replaceAll('"', '&quot;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;');
    assert.ok(body.includes(`name="username" value="${escaped}"`), body);
    assert.equal(body.includes('wrong"'), false, 'the password is not sent back');
  }
});

test('after three failures the page says how long to wait', async (context) => {
  const clock = createStoppedClock(context);
  const { app } = await createTestApp();
  context.after(() => app.close());
  const browser = new TestBrowser(app);
  await browser.get('/login');
  for (let count = 0; count < 3; count += 1) {
    await browser.post('/login', { username: 'admin', password: 'wrong' });
  }
  const delayed = await browser.post('/login', { username: 'admin', password });
  assert.equal(delayed.statusCode, 429);
  assert.equal(delayed.headers['retry-after'], '1');
  assert.match(delayed.body, /Too many failed logins\. Try again in 1 s\./);
  assert.match(delayed.body, /name="username" value="admin"/);

  clock.passMs(1_000);
  const granted = await browser.post('/login', { username: 'admin', password });
  assert.equal(granted.statusCode, 303, 'never locked');
});

test('the login changes the session id: a planted one is worth nothing', async (context) => {
  const { app } = await createTestApp();
  context.after(() => app.close());
  const attacker = new TestBrowser(app);
  await attacker.get('/login');
  const planted = attacker.cookieHeader;

  const victim = new TestBrowser(app);
  for (const [name, value] of attacker.cookies) victim.cookies.set(name, value);
  assert.equal((await victim.logIn()).statusCode, 303);
  assert.notEqual(victim.cookieHeader, planted);
  assert.equal((await victim.get('/')).headers.location, '/keepalived');

  const stolen = await app.inject({ url: '/', headers: { host: 'localhost', cookie: planted } });
  assert.equal(stolen.headers.location, '/login?next=%2F');
});

test('logging out ends the session on the server, not only in the browser', async (context) => {
  const { app } = await createTestApp();
  context.after(() => app.close());
  const browser = new TestBrowser(app);
  await browser.logIn();
  const cookie = browser.cookieHeader;
  // Any page with the log-out form in its frame.
  assert.match((await browser.get('/nowhere')).body, /action="\/logout"/);
  const response = await browser.post('/logout');
  assert.equal(response.statusCode, 303);
  assert.equal(response.headers.location, '/login');
  const after = await app.inject({ url: '/', headers: { host: 'localhost', cookie } });
  assert.equal(after.headers.location, '/login?next=%2F');
});

test('the cookie is HttpOnly, SameSite=Strict, for the whole site, and one server its own', async (context) => {
  const one = await createTestApp();
  const two = await createTestApp({ secret: 'the other server of the cluster has another' });
  context.after(() => Promise.all([one.app.close(), two.app.close()]));
  const cookies = await Promise.all(
    [one, two].map(async ({ app }) => (await new TestBrowser(app).get('/login')).cookies),
  );
  for (const [cookie] of cookies) {
    assert.ok(cookie);
    const { httpOnly, sameSite, path, expires } = cookie;
    assert.deepEqual(
      { httpOnly, sameSite, path, expires },
      { httpOnly: true, sameSite: 'Strict', path: '/', expires: undefined },
    );
  }
  // Cookies do not know ports, and the two may share an address.
  assert.notEqual(cookies[0]?.[0]?.name, cookies[1]?.[0]?.name);
});

for (const [next, expected] of [
  [undefined, '/keepalived'],
  ['/', '/'],
  ['/?lines=5', '/?lines=5'],
  ['//evil.example', '/keepalived'],
  ['//evil.example/', '/keepalived'],
  ['/\\evil.example/', '/keepalived'],
  ['/\t/evil.example/', '/keepalived'],
  ['\\\\evil.example/', '/keepalived'],
  ['https://evil.example/', '/keepalived'],
  ['javascript:alert(1)', '/keepalived'],
  ['/nowhere', '/keepalived'],
  ['/login', '/keepalived'],
  ['/logout', '/keepalived'],
  ['/healthz', '/keepalived'],
  ['/public/*', '/keepalived'],
] as const) {
  test(`after the login, next=${JSON.stringify(next)} leads to ${expected}`, async (context) => {
    const { app } = await createTestApp();
    context.after(() => app.close());
    const browser = new TestBrowser(app);
    assert.equal((await browser.logIn('admin', next)).headers.location, expected);
    // And who is logged in already is sent on by the same rule.
    const query = next === undefined ? '' : `?next=${encodeURIComponent(next)}`;
    assert.equal((await browser.get(`/login${query}`)).headers.location, expected);
  });
}

test('what is typed as a name or a password never gets into the log', async (context) => {
  const { app, logText } = await createTestApp();
  context.after(() => app.close());
  const browser = new TestBrowser(app);
  await browser.get('/login');
  // A password in the wrong field, and a line of the log as a name.
  const forged = 'x\n{"level":30,"msg":"change done"}\r\u001b[31m\u009b31m\u2028\u202eadmin';
  for (const username of ['my secret password', forged]) {
    await browser.post('/login', { username, password: 'a secret password' });
  }
  await browser.logIn();

  const lines = logText()
    .split('\n')
    .filter((line) => line.includes('POST /login'))
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  assert.deepEqual(
    lines.map(({ msg, account, reason }) => ({ msg, account, reason })),
    [
      { msg: 'change refused', account: 'unknown', reason: 'wrong' },
      { msg: 'change refused', account: 'unknown', reason: 'wrong' },
      { msg: 'change done', account: 'admin', reason: undefined },
    ],
  );
  assert.ok(lines.every(({ remoteAddress }) => remoteAddress === '127.0.0.1'));
  const secrets = ['a secret', 'my secret', '31m', password, ...browser.cookies.values()];
  for (const secret of secrets) assert.equal(logText().includes(secret), false, secret);
});

test('a flood of strangers does not take a form away from anybody', async (context) => {
  const { app } = await createTestApp();
  context.after(() => app.close());
  const owner = new TestBrowser(app);
  await owner.get('/login');
  for (let stranger = 0; stranger < 1_100; stranger += 1) {
    await new TestBrowser(app).get('/login');
    // Else no timer comes to its turn, and the machine is taken for a busy one.
    await setImmediate();
  }
  assert.equal((await owner.post('/login', { username: 'admin', password })).statusCode, 303);
});

/** Tries the owner's name so often from one address; returns the last answer's status. */
async function guess(app: FastifyInstance, remoteAddress: string, attempts: number) {
  const stranger = new TestBrowser(app);
  await stranger.request({ url: '/login', remoteAddress });
  let statusCode = 0;
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const form = { username: 'admin', password: 'wrong' };
    ({ statusCode } = await stranger.post('/login', form, {}, { remoteAddress }));
  }
  return statusCode;
}

for (const [what, addresses] of [
  ['one address, that of a proxy', ['127.0.0.1']],
  ['sixty addresses', Array.from({ length: 60 }, (_, host) => `10.0.0.${host + 1}`)],
] as const) {
  test(`who has signed in from a browser before gets in while ${what} guesses`, async (context) => {
    const { app } = await createTestApp();
    context.after(() => app.close());
    const owner = new TestBrowser(app);
    await owner.logIn();
    await owner.get('/nowhere');
    await owner.post('/logout');
    const last: number[] = [];
    for (const address of addresses) {
      last.push(await guess(app, address, 150 / addresses.length + 3));
    }
    assert.ok(last.includes(429), 'a stranger is slowed down');
    assert.equal((await owner.logIn()).statusCode, 303);
  });
}

test('a device cookie cannot be made or changed, and a browser stays one', async (context) => {
  const { app } = await createTestApp({}, (routes) => {
    routes.get('/device', { config: { access: 'public' } }, (request) => ({
      id: request.findDeviceId(),
    }));
  });
  context.after(() => app.close());
  const browser = new TestBrowser(app);
  const findId = async () => (await browser.get('/device')).json<{ id?: string }>().id;
  assert.equal(await findId(), undefined);
  await browser.logIn('watcher');
  const id = await findId();
  assert.match(id ?? '', /^\S{22}$/);

  const [deviceName = '', value = ''] =
    [...browser.cookies].find(([name]) => name.endsWith('-device')) ?? [];
  const [content = '', ...signatures] = value.split('.');
  const claim = Buffer.from(content, 'base64url').toString().replace('watcher', 'admin');
  const forged = Buffer.from(claim).toString('base64url');
  const signed = signatures.join('.');
  for (const other of [`${forged}.${signed}`, forged, content, `${forged}.`, '.', '']) {
    browser.cookies.set(deviceName, other);
    assert.equal(await findId(), undefined, other);
  }

  // Another account at the same browser.
  browser.cookies.set(deviceName, value);
  await browser.get('/nowhere');
  await browser.post('/logout');
  await browser.logIn('admin');
  assert.equal(await findId(), id);
});

test('a password that is changed ends the sessions that were opened with the old one', async (context) => {
  let passwordId = 'the first';
  const { app, noteAccounts } = await createTestApp({
    accounts: {
      findUser: (name) => ({ name, role: 'admin' }),
      findPasswordId: () => passwordId,
      findUserByPassword: (name) => Promise.resolve({ name, role: 'admin' }),
    },
  });
  context.after(() => app.close());
  const browser = new TestBrowser(app);
  await browser.logIn();
  assert.equal((await browser.get('/')).headers.location, '/keepalived');
  passwordId = 'another';
  noteAccounts();
  assert.equal((await browser.get('/')).headers.location, '/login?next=%2F');
  passwordId = 'the first';
  assert.equal((await browser.get('/')).headers.location, '/login?next=%2F', 'for good');
});
