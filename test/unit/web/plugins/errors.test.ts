import assert from 'node:assert/strict';
import test from 'node:test';
import type { FastifyInstance } from 'fastify';
import { UserError } from '../../../../server/shared/errors.ts';
import { createTestApp } from '../app-harness.ts';

function addRoutes(app: FastifyInstance): void {
  const failures = {
    user: () => new UserError('no-file', 'The <file> is gone.', { statusCode: 410 }),
    unexpected: () => new Error('secret detail'),
    misleading: () => Object.assign(new Error('secret detail'), { statusCode: 502 }),
  };
  for (const [name, fail] of Object.entries(failures)) {
    for (const prefix of ['', '/api']) {
      app.get(`${prefix}/${name}`, { config: { access: 'public' } }, () => {
        throw fail();
      });
    }
  }
  app.get('/broken-page', { config: { access: 'public' } }, (_request, reply) =>
    // @ts-expect-error: no other template can be named
    reply.page('no-such-template', { title: 'Broken' }, {}),
  );
}

test('a UserError is its own status and sentence, as text', async (context) => {
  const { app } = await createTestApp({}, addRoutes);
  context.after(() => app.close());
  const headers = { host: 'localhost' };
  const page = await app.inject({ url: '/user', headers });
  assert.equal(page.statusCode, 410);
  assert.match(page.body, /<h1>The request failed<\/h1>/);
  assert.match(page.body, /The &lt;file&gt; is gone\./);
  const api = await app.inject({ url: '/api/user', headers });
  assert.equal(api.statusCode, 410);
  assert.deepEqual(api.json(), { error: { code: 'no-file', message: 'The <file> is gone.' } });
});

test('anything else says only where to look, and the log says the rest', async (context) => {
  const { app, logText } = await createTestApp({}, addRoutes);
  context.after(() => app.close());
  const urls = ['/unexpected', '/misleading', '/broken-page', '/api/unexpected', '/api/misleading'];
  for (const url of urls) {
    const response = await app.inject({ url, headers: { host: 'localhost' } });
    assert.equal(response.statusCode, 500, url);
    assert.doesNotMatch(response.body, /secret detail|template|\.eta|\.ts|node_modules/, url);
    const [requestId = '?'] = /[0-9a-f]{8}-[0-9a-f-]{27}/.exec(response.body) ?? [];
    const line = logText()
      .split('\n')
      .find((one) => one.includes(requestId));
    assert.match(line ?? '', /secret detail|no-such-template/, url);
  }
});

test('an unknown page is 404 in the frame of the others, and JSON below /api', async (context) => {
  const { app } = await createTestApp({}, addRoutes);
  context.after(() => app.close());
  const page = await app.inject({ url: '/nowhere', headers: { host: 'localhost' } });
  assert.equal(page.statusCode, 404);
  assert.match(page.body, /<title>Page not found - server1<\/title>/);
  assert.equal(page.cookies.length, 0, 'a stray request starts no session');
  const api = await app.inject({ url: '/api/v1/nowhere', headers: { host: 'localhost' } });
  assert.equal(api.statusCode, 404);
  assert.equal(api.json<{ error: { code: string } }>().error.code, 'not-found');
});
