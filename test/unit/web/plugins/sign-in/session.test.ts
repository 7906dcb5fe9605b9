import assert from 'node:assert/strict';
import test from 'node:test';
import { createTestApp, TestBrowser } from '../../app-harness.ts';
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
