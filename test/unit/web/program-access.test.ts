/** HTTP Basic for programs: what it opens, and what it must not. */
import assert from 'node:assert/strict';
import test from 'node:test';
import type { TestContext } from 'node:test';
import type { InjectOptions } from 'fastify';
import { createTestApp, password } from './app-harness.ts';
import { createTestKeeper } from './test-keeper.ts';

const basic = (name: string, secret: string) =>
  `Basic ${Buffer.from(`${name}:${secret}`).toString('base64')}`;
const right = basic('watcher', password);

async function serve(t: TestContext) {
  const { app, logText } = await createTestApp({ keeper: createTestKeeper() });
  t.after(() => app.close());
  return {
    logText,
    ask: (url: string, authorization?: string, options: InjectOptions = {}) =>
      app.inject({
        url,
        ...options,
        headers: {
          host: 'localhost',
          ...(authorization !== undefined && { authorization }),
          ...options.headers,
        },
      }),
  };
}

test('reads the API and the metrics, and gets no cookie', async (t) => {
  const { ask } = await serve(t);
  for (const url of ['/api/v1/status', '/api/v1/openapi.json', '/metrics']) {
    const answer = await ask(url, right);
    assert.equal(answer.statusCode, 200, url);
    assert.equal(answer.headers['set-cookie'], undefined, url);
  }
});

test('opens no page, and nothing that changes anything', async (t) => {
  const { ask } = await serve(t);
  const admin = basic('admin', password);
  for (const url of ['/keepalived', '/keepalived/events', '/logs']) {
    assert.equal((await ask(url, admin)).statusCode, 303, url);
  }
  const headers = { origin: 'http://localhost' };
  const posted = await ask('/keepalived/stop', admin, { method: 'POST', headers });
  assert.equal(posted.statusCode, 303);
  assert.match(String(posted.headers.location), /^\/login/);
});

test('wrong or malformed credentials are 401, in JSON, and ask for better ones', async (t) => {
  const { ask } = await serve(t);
  for (const authorization of [
    undefined,
    basic('watcher', 'wrong'),
    basic('nobody', password),
    'Basic',
    'Basic %%%',
    `Basic ${Buffer.from('watcher').toString('base64')}`,
    `Bearer ${password}`,
  ]) {
    for (const url of ['/api/v1/status', '/metrics']) {
      const answer = await ask(url, authorization);
      assert.ok([401, 429].includes(answer.statusCode), `${url} ${authorization ?? ''}`);
      assert.match(answer.body, /^{"error":{"code":"/);
      if (answer.statusCode === 401) {
        assert.match(String(answer.headers['www-authenticate']), /^Basic realm=/);
      }
    }
  }
});

test('a browser is not made to ask for a password with a window of its own', async (t) => {
  const { ask } = await serve(t);
  const headers = { 'sec-fetch-mode': 'cors' };
  const answer = await ask('/api/v1/status', undefined, { headers });
  assert.equal(answer.statusCode, 401);
  assert.equal(answer.headers['www-authenticate'], undefined);
});

test('guessing is slowed down as at the login page, and no password reaches the log', async (t) => {
  const { ask, logText } = await serve(t);
  for (let guess = 0; guess < 3; guess += 1) {
    assert.equal((await ask('/metrics', basic('watcher', `guess${guess}`))).statusCode, 401);
  }
  const delayed = await ask('/metrics', basic('watcher', 'guess3'));
  assert.equal(delayed.statusCode, 429);
  assert.equal(delayed.headers['retry-after'], '1');
  assert.doesNotMatch(logText(), /guess|Z3Vlc3/);
});
