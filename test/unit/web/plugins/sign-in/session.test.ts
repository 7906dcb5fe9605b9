import assert from 'node:assert/strict';
import test from 'node:test';
import { createTestApp, password, TestBrowser } from '../../app-harness.ts';
import { createSessionClock } from '../../session-clock.ts';

const requests: [string, 'GET' | 'POST', Record<string, string>, boolean][] = [
  [
    'a person who opens a page',
    'GET',
    { 'sec-fetch-mode': 'navigate', 'sec-fetch-user': '?1' },
    true,
  ],
  ['a browser that tells nothing', 'GET', {}, true],
  ['a form', 'POST', { 'sec-fetch-mode': 'navigate', 'sec-fetch-user': '?1' }, true],
  ['a script that sends what a person typed', 'POST', { 'sec-fetch-mode': 'cors' }, true],
  ['an event stream', 'GET', { accept: 'text/event-stream', 'sec-fetch-mode': 'cors' }, false],
  ['an event stream without TLS', 'GET', { accept: 'text/event-stream' }, false],
  ['what a script reads', 'GET', { 'sec-fetch-mode': 'cors' }, false],
  ['a page that loads itself again', 'GET', { 'sec-fetch-mode': 'navigate' }, false],
];

for (const [what, method, headers, isUse] of requests) {
  test(`${what} ${isUse ? 'keeps a session alive' : 'does not keep a session alive'}`, async (t) => {
    const clock = createSessionClock(t);
    const { app } = await createTestApp({}, (routes) => {
      routes.get('/asked', { config: { access: 'viewer' } }, () => 'served');
      routes.post('/asked', { config: { access: 'viewer' } }, () => 'served');
    });
    t.after(() => app.close());
    const browser = new TestBrowser(app);
    await browser.logIn();
    await browser.get('/nowhere');
    clock.passMinutes(20);
    const answer =
      method === 'POST'
        ? await browser.post('/asked', {}, headers)
        : await browser.request({ method, url: '/asked', headers });
    assert.equal(answer.statusCode, 200);
    clock.passMinutes(20);
    const { location } = (await browser.get('/')).headers;
    assert.equal(location, isUse ? '/keepalived' : '/login?next=%2F');
  });
}

test('no use keeps a session alive beyond 12 hours', async (t) => {
  const clock = createSessionClock(t);
  const { app } = await createTestApp();
  t.after(() => app.close());
  const browser = new TestBrowser(app);
  await browser.logIn();
  for (let minutes = 20; minutes < 12 * 60; minutes += 20) {
    clock.passMinutes(20);
    assert.equal((await browser.get('/')).headers.location, '/keepalived');
  }
  clock.passMinutes(20);
  assert.equal((await browser.get('/')).headers.location, '/login?next=%2F');
});

test('a web that is started again knows who is logged in, and their forms; not who logged out', async (t) => {
  const { app, openAgain } = await createTestApp();
  t.after(() => app.close());
  const [admin, other] = [new TestBrowser(app), new TestBrowser(app)];
  await admin.logIn();
  await other.logIn('watcher');
  await admin.get('/nowhere');
  await other.get('/nowhere');
  const cookie = other.cookieHeader;
  await other.post('/logout');

  const next = await openAgain();
  t.after(() => next.close());
  const ask = (cookies: string) =>
    next.inject({ url: '/', headers: { host: 'localhost', cookie: cookies } });
  assert.equal((await ask(admin.cookieHeader)).headers.location, '/keepalived');
  assert.equal((await ask(cookie)).headers.location, '/login?next=%2F');

  // A form that was opened before.
  const moved = admin.goOnAt(next);
  const foreign = await moved.post('/logout', {}, { origin: 'http://evil.example' });
  assert.equal(foreign.statusCode, 403);
  const forged = await moved.post('/logout', { _csrf: 'another' });
  assert.equal(forged.statusCode, 403);
  const kept = admin.cookieHeader;
  assert.equal((await moved.post('/logout')).statusCode, 303);
  assert.equal((await ask(kept)).headers.location, '/login?next=%2F');
});

test('a cookie that was changed or made by somebody is nobody’s', async (t) => {
  const { app } = await createTestApp();
  t.after(() => app.close());
  const [browser, other] = [new TestBrowser(app), new TestBrowser(app)];
  await browser.logIn();
  await other.logIn('watcher');
  const find = (one: TestBrowser) =>
    [...one.cookies].find(([name]) => /wai-[0-9a-f]{8}$/.test(name)) ?? ['', ''];
  const [name, value] = find(browser);
  const [, theirs] = find(other);
  const [ticket = '', signature = ''] = value.split('.');
  const [ticketOfOther = ''] = theirs.split('.');
  for (const made of [
    ...[ticket, `${ticket}.`, `.${signature}`, `${ticketOfOther}.${signature}`, ''],
    ...[`${ticket.slice(1)}.${signature}`, `admin.${signature}`, `${value}.${signature}`],
  ]) {
    const answer = await app.inject({
      url: '/',
      headers: { host: 'localhost', cookie: `${name}=${made}` },
    });
    assert.equal(answer.headers.location, '/login?next=%2F', made);
  }
});

test('a login over another session ends that one', async (t) => {
  const { app } = await createTestApp();
  t.after(() => app.close());
  const browser = new TestBrowser(app);
  // Two tabs with the form.
  await browser.logIn();
  const cookie = browser.cookieHeader;
  await browser.get('/nowhere');
  assert.equal((await browser.post('/login', { username: 'admin', password })).statusCode, 303);
  assert.notEqual(browser.cookieHeader, cookie);
  const old = await app.inject({ url: '/', headers: { host: 'localhost', cookie } });
  assert.equal(old.headers.location, '/login?next=%2F');
  assert.equal((await browser.get('/')).headers.location, '/keepalived');
});
