/** What the log says of requests that change something: over the whole table of routes. */
import assert from 'node:assert/strict';
import test from 'node:test';
import type { TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { Operations } from '../../../../server/operations/operations.ts';
import { createTestApp, TestBrowser } from '../app-harness.ts';
import { createTestKeeper } from '../test-keeper.ts';

const secret = 's3cr3t-of-the-form';

async function serve(t: TestContext, operations: Partial<Operations> = {}) {
  const { app, logText } = await createTestApp({
    keeper: createTestKeeper(),
    operations: operations,
  });
  t.after(() => app.close());
  const changingUrls = app
    .listRouteRules()
    .filter(({ method }) => !['GET', 'HEAD', 'OPTIONS'].includes(method))
    .map(({ method, url }) => `${method} ${url}`);
  const linesOf = (what: string) =>
    logText()
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .filter((line) => line['what'] === what);
  return { app, logText, linesOf, changingUrls };
}

test('no route that changes something is silent, and none tells what was typed', async (t) => {
  const { changingUrls } = await serve(t);
  assert.ok(changingUrls.length >= 15, String(changingUrls));
  assert.ok(
    changingUrls.some((what) => what.endsWith('/drill/set-up')),
    String(changingUrls),
  );
  const fields = Object.fromEntries(
    [
      ...['password', 'ownPassword', 'authPass', 'auth_pass', 'text', 'comment', 'instance', 'tag'],
      ...['username', 'action', 'service', 'version', 'file', 'kind', 'id', 'anything'],
    ].map((name) => [name, secret]),
  );
  const apps: Awaited<ReturnType<typeof serve>>[] = [];
  for (const [at, what] of changingUrls.entries()) {
    // The log withholds a stranger's lines beyond twenty a minute.
    if (at % 10 === 0) apps.push(await serve(t));
    const { app, linesOf } = apps.at(-1) ?? assert.fail();
    const [method = '', url = ''] = what.split(' ');
    assert.equal(method, 'POST', `${what}: the test has to learn this method`);
    for (const userName of ['admin', 'watcher', undefined]) {
      const browser = new TestBrowser(app);
      if (userName === undefined) await browser.get('/login');
      else await browser.logIn(userName);
      await browser.get('/nowhere');
      const before = linesOf(what).length;
      const { statusCode } = await browser.post(url, fields);
      const last = linesOf(what).slice(before).at(-1);
      assert.ok(last, `${what} by ${userName}`);
      // The login page of who is logged in: its own user is told as well.
      assert.equal(last['userName'], userName, what);
      assert.equal(last['remoteAddress'], '127.0.0.1', what);
      assert.equal(last['statusCode'], statusCode, what);
      const isLogOut = url === '/logout' && userName !== undefined;
      const expected = statusCode >= 500 ? 'failed' : isLogOut ? 'done' : 'refused';
      assert.equal(last['outcome'], expected, `${what} by ${userName}: ${statusCode}`);
    }
  }
  for (const { logText } of apps) assert.equal(logText().includes(secret), false);
});

test('an action leaves a line before it is done, and one with its outcome', async (t) => {
  const begun: unknown[] = [];
  const { app, linesOf } = await serve(t, {
    controlKeepalived: (action) => {
      begun.push(...linesOf(`POST /keepalived/${action}`));
      const isStop = action === 'stop';
      return Promise.resolve({
        ...{ ok: isStop, report: undefined, needsConfirmation: false },
        sentence: isStop ? 'keepalived was stopped.' : 'It failed: auth_pass topsecret',
      });
    },
  });
  const browser = new TestBrowser(app);
  await browser.logIn();
  await browser.get('/nowhere');
  await browser.post('/keepalived/stop', {}, {}, { remoteAddress: '192.168.0.7' });
  await browser.post('/keepalived/start', {}, {}, { remoteAddress: '192.168.0.7' });
  assert.equal(begun.length, 2);

  const who = { userName: 'admin', remoteAddress: '192.168.0.7' };
  const gist = (line: Record<string, unknown> | undefined) =>
    line && {
      ...{ userName: line['userName'], remoteAddress: line['remoteAddress'] },
      ...{ msg: line['msg'], said: line['said'] },
    };
  const [begins, ends] = linesOf('POST /keepalived/stop');
  assert.deepEqual(gist(begins), { ...who, msg: 'change begins', said: undefined });
  assert.deepEqual(gist(ends), { ...who, msg: 'change done', said: 'keepalived was stopped.' });
  const failed = gist(linesOf('POST /keepalived/start').at(-1));
  assert.equal(failed?.msg, 'change failed');
  assert.doesNotMatch(String(failed.said), /topsecret/);
});

test('a flood of refusals is summed up, and what users do is written all the same', async (t) => {
  const { app, logText, linesOf } = await serve(t, {
    controlKeepalived: () =>
      Promise.resolve({
        ...{ ok: true, report: undefined, needsConfirmation: false, sentence: 'Done.' },
      }),
  });
  const owner = new TestBrowser(app);
  await owner.logIn();
  await owner.get('/nowhere');
  const before = logText().length;
  const long = 'x'.repeat(2_000);
  for (let count = 0; count < 400; count += 1) {
    const remoteAddress = `10.0.${count % 7}.1`;
    const headers = { host: 'localhost' };
    // Else no timer comes to its turn, and the machine is taken for a busy one.
    await delay(1);
    await app.inject({ url: `/nowhere/${long}?q=${long}`, headers, remoteAddress });
    await app.inject({ url: '/api/v1/status', headers, remoteAddress });
    await app.inject({ url: '/login', method: 'POST', headers, remoteAddress });
    await app.inject({ url: '/', headers: { host: 'evil' }, remoteAddress });
  }
  // A busy machine refuses some, to whoever.
  let stopped = 0;
  let refused = 0;
  while (stopped < 40 && refused < 10_000) {
    await delay(5);
    if ((await owner.post('/keepalived/stop')).statusCode === 303) stopped += 1;
    else refused += 1;
  }
  const ofOwner = linesOf('POST /keepalived/stop').filter(({ userName }) => userName === 'admin');
  assert.equal(ofOwner.length, 80);
  await app.close();
  const text = logText().slice(before);
  assert.ok(text.length < 100_000, `${text.length} bytes`);
  const sums = text
    .split('\n')
    .filter((line) => line.includes('more of these were not written'))
    .map((line) => JSON.parse(line) as { of: string; count: number; addresses: number });
  const kinds = /^(request|change) (refused|failed)$/;
  const ofRefusals = sums.filter(({ of }) => kinds.test(of));
  const written = text
    .split('\n')
    .filter((line) => line !== '' && kinds.test((JSON.parse(line) as { msg: string }).msg));
  const summed = ofRefusals.reduce((sum, { count }) => sum + count, 0);
  assert.equal(summed + written.length, 1_600 + refused, 'none is lost');
  assert.ok(ofRefusals.some(({ addresses }) => addresses >= 7));
});
