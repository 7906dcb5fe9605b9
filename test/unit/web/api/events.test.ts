/** Event streams over real connections: who gets one, what it says, and how it ends. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { statusDocumentSchema } from '../../../../server/web/api/status-document.ts';
import { eventually } from '../../../lab/eventually.ts';
import { assertSampleAge } from '../aged.ts';
import { createTestApp, TestBrowser } from '../app-harness.ts';
import type { TestAppOptions } from '../app-harness.ts';
import { listen, openEvents } from '../event-client.ts';
import type { EventClient } from '../event-client.ts';
import { sampleInstance } from '../pages/samples.ts';
import { createTestKeeper } from '../test-keeper.ts';

const standby = { instances: [sampleInstance({ state: 'Standby' })] };
const active = { instances: [sampleInstance()] };
/** Limits that only a test of limits meets. */
const roomy = {
  perSession: 4,
  perAccount: 200,
  total: 200,
  reservedForAdmins: 0,
  unreadBytes: 1024 * 1024,
};

async function serve(t: TestContext, options: TestAppOptions = {}) {
  const keeper = createTestKeeper();
  const { app, logText, noteAccounts } = await createTestApp({ keeper, ...options });
  const url = await listen(app);
  const clients: EventClient[] = [];
  t.after(async () => {
    for (const client of clients) client.close();
    await app.close();
  });
  return {
    ...{ keeper, app, logText, noteAccounts, url },
    logIn: async (name = 'admin') => {
      const browser = new TestBrowser(app);
      await browser.logIn(name);
      return browser;
    },
    open: async (browser: TestBrowser, path = '/api/v1/events', headers = {}) => {
      const client = await openEvents(url + path, { cookie: browser.cookieHeader, ...headers });
      clients.push(client);
      return client;
    },
  };
}

const stateOf = ({ data }: { data: unknown }) =>
  statusDocumentSchema.parse(data).instances[0]?.state;

describe('/api/v1/events', () => {
  test('says the status at once and each change, and a heartbeat', async (t) => {
    const beganAtMs = performance.now();
    const { keeper, logIn, open } = await serve(t);
    const client = await open(await logIn());
    assert.match(String(client.headers['content-type']), /^text\/event-stream/);
    assert.match(String(client.headers['content-security-policy']), /frame-ancestors 'none'/);
    assert.equal(client.headers['cache-control'], 'no-store');
    const first = await client.awaitEvent('status');
    assert.equal(stateOf(first), 'Active');
    const { data } = await client.awaitEvent('heartbeat');
    assertSampleAge(data as { at: string; evidenceAgeMs: number }, beganAtMs);

    keeper.say(standby);
    const second = await client.awaitEvent('status', 2);
    assert.equal(stateOf(second), 'Standby');
    assert.ok(Number(second.id) > Number(first.id));

    // Looked at again without a change: a sign of life comes, not the same document.
    await client.awaitEvent('heartbeat', 2);
    assert.equal(client.events('status').length, 2);
  });

  test('brings what was missed after Last-Event-ID, and only that', async (t) => {
    const { keeper, logIn, open } = await serve(t);
    const browser = await logIn();
    const before = await open(browser);
    const { id } = await before.awaitEvent('status');
    before.close();
    for (const state of [standby, active, standby]) {
      keeper.say(state);
      await delay(40);
    }
    const after = await open(browser, undefined, { 'last-event-id': id });
    await after.awaitEvent('heartbeat');
    assert.deepEqual(after.events('status').map(stateOf), ['Standby', 'Active', 'Standby']);

    const upToDate = await open(browser, undefined, {
      'last-event-id': after.events('status').at(-1)?.id,
    });
    await upToDate.awaitEvent('heartbeat');
    assert.deepEqual(upToDate.events('status'), []);

    for (const unknown of ['7', '-1', 'x', '1e99']) {
      const lost = await open(await logIn(), undefined, { 'last-event-id': unknown });
      assert.equal(stateOf(await lost.awaitEvent('status')), 'Standby', unknown);
      assert.equal(lost.events('status').length, 1);
    }
  });

  test('is for those who are logged in', async (t) => {
    const { app, open } = await serve(t);
    const stranger = await open(new TestBrowser(app));
    assert.equal(stranger.statusCode, 401);
  });
});

describe('limits', () => {
  test('four of a session: one more is 503, and a closed one makes room', async (t) => {
    const { app, logIn, open } = await serve(t);
    const browser = await logIn();
    const paths = ['/api/v1/events', '/keepalived/events', '/api/v1/events', '/keepalived/events'];
    const clients = await Promise.all(paths.map((path) => open(browser, path)));
    assert.deepEqual(
      clients.map(({ statusCode }) => statusCode),
      [200, 200, 200, 200],
    );
    const fifth = await open(browser);
    assert.equal(fifth.statusCode, 503);
    await eventually('the refusal', () => fifth.hasEnded());
    assert.match(fifth.text(), /"code":"too-many-streams"/);

    const other = await open(await logIn('watcher'));
    assert.equal(other.statusCode, 200);

    clients[0]?.close();
    await eventually('a free place', () => app.countEventStreams() === 4);
    assert.equal((await open(browser)).statusCode, 200);
  });

  test('forty in all: one more is 503', async (t) => {
    const { app, logIn, open } = await serve(t, { streamLimits: { ...roomy, total: 40 } });
    for (let session = 0; session < 10; session += 1) {
      const browser = await logIn();
      await Promise.all([1, 2, 3, 4].map(() => open(browser)));
    }
    assert.equal(app.countEventStreams(), 40);
    assert.equal((await open(await logIn())).statusCode, 503);
  });

  test('an account has sixteen, whatever its sessions: it cannot take those of others', async (t) => {
    const { app, logIn, open } = await serve(t);
    for (let session = 0; session < 10; session += 1) {
      const browser = await logIn('watcher');
      await Promise.all([1, 2, 3, 4].map(() => open(browser)));
    }
    assert.equal(app.countEventStreams(), 16);
    const admin = await open(await logIn());
    assert.equal(admin.statusCode, 200);
  });

  test('viewers together leave room for an administrator', async (t) => {
    const streamLimits = { ...roomy, total: 10, reservedForAdmins: 3 };
    const { app, logIn, open } = await serve(t, { streamLimits });
    for (let session = 0; session < 4; session += 1) {
      const browser = await logIn('watcher');
      await Promise.all([1, 2, 3, 4].map(() => open(browser)));
    }
    assert.equal(app.countEventStreams(), 7);
    const admin = await logIn();
    for (const expected of [200, 200, 200, 503]) {
      assert.equal((await open(admin)).statusCode, expected);
    }
  });

  test('a HEAD request opens none', async (t) => {
    const { app, logIn } = await serve(t);
    const browser = await logIn();
    for (const url of ['/api/v1/events', '/keepalived/events']) {
      assert.equal((await browser.request({ method: 'HEAD', url })).statusCode, 404);
    }
    assert.equal(app.countEventStreams(), 0);
  });

  test('who does not read is dropped, and the others are served', async (t) => {
    const streamLimits = { ...roomy, total: 40, unreadBytes: 64 * 1024 };
    const { app, keeper, logIn, open } = await serve(t, { streamLimits });
    const browser = await logIn();
    const slow = await open(browser);
    const quick = await open(await logIn());
    await slow.awaitEvent('status');
    slow.response.pause();
    const text = 'x'.repeat(512 * 1024);
    let count = 1;
    await eventually(
      'the end of the slow one',
      async () => {
        count += 1;
        keeper.say({
          instances: [sampleInstance({ state: 'Unknown', reason: `${count} ${text}` })],
        });
        await quick.awaitEvent('status', count);
        return app.countEventStreams() === 1;
      },
      { withinMs: 30_000 },
    );
    assert.equal(quick.hasEnded(), false);
  });
});

describe('how a stream ends', () => {
  test('with its session, at once, and not with another one of the same user', async (t) => {
    const { logIn, open, app } = await serve(t);
    const browser = await logIn();
    const own = await open(browser);
    const other = await open(await logIn());
    await browser.get('/nowhere');
    assert.equal((await browser.post('/logout')).statusCode, 303);
    await eventually('the end of the stream', () => own.hasEnded());
    assert.equal(other.hasEnded(), false);
    assert.equal(app.countEventStreams(), 1);
  });

  test('with its account', async (t) => {
    let exists = true;
    const { logIn, open, noteAccounts } = await serve(t, {
      accounts: {
        findUser: (name) => (exists ? { name, role: 'admin' } : undefined),
        findPasswordId: () => 'the first',
        findUserByPassword: (name) => Promise.resolve({ name, role: 'admin' }),
      },
    });
    const client = await open(await logIn());
    exists = false;
    noteAccounts();
    await eventually('the end of the stream', () => client.hasEnded());
  });

  test('with the password that was given for it', async (t) => {
    let passwordId = 'the first';
    const { logIn, open, noteAccounts } = await serve(t, {
      accounts: {
        findUser: (name) => ({ name, role: 'admin' }),
        findPasswordId: () => passwordId,
        findUserByPassword: (name) => Promise.resolve({ name, role: 'admin' }),
      },
    });
    const browser = await logIn();
    const client = await open(browser);
    await client.awaitEvent('status');
    passwordId = 'another';
    noteAccounts();
    await eventually('the end of the stream', () => client.hasEnded());
    assert.equal((await open(browser)).statusCode, 401);
  });

  test('with the program, which does not wait for it', async (t) => {
    const { app, logIn, open } = await serve(t);
    const browser = await logIn();
    const clients = await Promise.all([open(browser), open(browser, '/keepalived/events')]);
    await clients[0].awaitEvent('heartbeat');
    await app.close();
    await eventually('both ends', () => clients.every((client) => client.hasEnded()));
  });

  test('when its reader goes: nothing is left, and nothing is logged as a failure', async (t) => {
    const { app, keeper, logIn, open, logText } = await serve(t);
    const client = await open(await logIn());
    await client.awaitEvent('status');
    client.close();
    await eventually('no stream', () => app.countEventStreams() === 0);
    keeper.say(standby);
    assert.doesNotMatch(logText(), /failed|premature|error/i);
  });
});

test('200 streams get one change, encoded once', async (t) => {
  const streamLimits = roomy;
  const { keeper, logIn, open } = await serve(t, { streamLimits });
  const clients: EventClient[] = [];
  for (let session = 0; session < 50; session += 1) {
    const browser = await logIn();
    clients.push(...(await Promise.all([1, 2, 3, 4].map(() => open(browser)))));
  }
  const stringify = t.mock.method(JSON, 'stringify');
  keeper.say(standby);
  const events = await Promise.all(clients.map((client) => client.awaitEvent('status', 2)));
  assert.equal(new Set(events.map(({ id }) => id)).size, 1);
  assert.ok(events.every((event) => stateOf(event) === 'Standby'));
  const documents = stringify.mock.calls.filter(
    ({ arguments: [value] }) => statusDocumentSchema.safeParse(value).success,
  );
  assert.equal(documents.length, 1);
});

test('the page’s own stream brings the part of the page that changes, without a token', async (t) => {
  const { keeper, logIn, open } = await serve(t);
  const client = await open(await logIn(), '/keepalived/events');
  assert.match(String((await client.awaitEvent('page')).data), /● Active/);
  keeper.say({
    instances: [sampleInstance({ state: 'Fault', reason: '<img src=x onerror=alert(1)>' })],
  });
  const html = String((await client.awaitEvent('page', 2)).data);
  assert.match(html, /^\s*<div id="live"[^>]* data-title="▲ Fault - server1 - Keepalived"/);
  assert.match(html, /data-announcement="server1: VI_1 is now Fault: /);
  assert.match(html, /&lt;img src=x/);
  assert.doesNotMatch(html, /<img/);
  assert.match(html, /name="_csrf" value=""/);
  assert.doesNotMatch(html, /name="_csrf" value="[^"]/);
});
