import assert from 'node:assert/strict';
import test from 'node:test';
import { createTestApp, password, TestBrowser } from './app-harness.ts';

test('the login page has the words of the contract', async (context) => {
  const { app } = await createTestApp();
  context.after(() => app.close());
  const { body } = await new TestBrowser(app).get('/login');
  assert.match(body, /<title>Log in - server1<\/title>/);
  assert.match(body, /<label for="username">Username<\/label>/);
  assert.match(body, /<label for="password">Password<\/label>/);
  assert.match(body, /<button type="submit">Log in<\/button>/);
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

  await new Promise((resolve) => setTimeout(resolve, 1000));
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
  const two = await createTestApp({ sessionSecret: 'the other server of the cluster has another' });
  context.after(() => Promise.all([one.app.close(), two.app.close()]));
  const cookies = await Promise.all(
    [one, two].map(async ({ app }) => (await new TestBrowser(app).get('/login')).cookies),
  );
  for (const [cookie] of cookies) {
    const { httpOnly, sameSite, path, expires } = cookie ?? {};
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

test('a forged name stays one line of the log, and no password gets there', async (context) => {
  const { app, logText } = await createTestApp();
  context.after(() => app.close());
  const browser = new TestBrowser(app);
  await browser.get('/login');
  const username = 'x\n{"level":30,"msg":"logged in"}\r\u001b[31m\u009b31m\u2028\u202eadmin';
  await browser.post('/login', { username, password: 'a secret password' });
  await browser.logIn();

  const lines = logText()
    .split('\n')
    .filter((line) => line.includes('login refused'));
  assert.equal(lines.length, 1);
  const [line = ''] = lines;
  // eslint-disable-next-line no-control-regex -- they are what must not be there
  assert.doesNotMatch(line, /[\u0000-\u001f\u007f-\u009f\u2028\u202e]/);
  assert.equal((JSON.parse(line) as { userName: string }).userName, username, 'nothing is lost');
  for (const secret of ['a secret password', password, ...browser.cookies.values()]) {
    assert.equal(logText().includes(secret), false);
  }
});
