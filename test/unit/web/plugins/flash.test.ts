import assert from 'node:assert/strict';
import test from 'node:test';
import type { FastifyInstance } from 'fastify';
import { createTestApp, TestBrowser } from '../app-harness.ts';

function addRoutes(app: FastifyInstance): void {
  app.post('/act', { config: { access: 'viewer' } }, (request, reply) => {
    assert.deepEqual({ ...(request.body as object) }, { kind: 'stop' }, 'the token is removed');
    return reply
      .flash({ tone: 'bad', text: 'It failed.', command: 'systemctl stop x', output: '<b>why</b>' })
      .redirect('/done', 303);
  });
  app.get('/done', { config: { access: 'viewer' } }, (_request, reply) =>
    reply.page('error', { title: 'Done' }, { message: 'Here.' }),
  );
}

test('a message is shown on the next page, as text, and only once, and only to its user', async (context) => {
  const { app } = await createTestApp({}, addRoutes);
  context.after(() => app.close());
  const browser = new TestBrowser(app);
  const other = new TestBrowser(app);
  await browser.logIn();
  await other.logIn();
  await browser.get('/done');
  assert.equal((await browser.post('/act', { kind: 'stop' })).statusCode, 303);
  assert.doesNotMatch((await other.get('/done')).body, /It failed/);
  const { body } = await browser.get('/done');
  assert.match(body, /It failed\./);
  assert.match(body, /systemctl stop x/);
  assert.match(body, /&lt;b&gt;why&lt;\/b&gt;/);
  assert.doesNotMatch((await browser.get('/done')).body, /It failed/);
});
