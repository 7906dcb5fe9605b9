import assert from 'node:assert/strict';
import test from 'node:test';
import type { FastifyInstance } from 'fastify';
import { createTestApp, TestBrowser } from './app-harness.ts';

function addRoutes(app: FastifyInstance): void {
  for (const access of ['public', 'viewer', 'admin'] as const) {
    app.get(`/${access}`, { config: { access } }, () => 'served');
    app.get(`/api/v1/${access}`, { config: { access } }, () => 'served');
    app.post(`/${access}`, { config: { access } }, () => 'served');
  }
}

const table = {
  stranger: { public: 200, viewer: 303, admin: 303 },
  watcher: { public: 200, viewer: 200, admin: 403 },
  admin: { public: 200, viewer: 200, admin: 200 },
};

for (const [who, statuses] of Object.entries(table)) {
  test(`what ${who} may`, async (context) => {
    const { app } = await createTestApp({}, addRoutes);
    context.after(() => app.close());
    const browser = new TestBrowser(app);
    if (who === 'stranger') await browser.get('/login');
    else assert.equal((await browser.logIn(who)).statusCode, 303);
    await browser.get('/nowhere');
    for (const [access, statusCode] of Object.entries(statuses)) {
      const page = await browser.get(`/${access}?x=1`);
      assert.equal(page.statusCode, statusCode, `GET /${access}`);
      if (statusCode === 303) {
        assert.equal(page.headers.location, `/login?next=%2F${access}%3Fx%3D1`);
      }
      // What was sent is not done, and the page says so.
      const sent = await browser.post(`/${access}`);
      assert.equal(sent.statusCode, statusCode === 303 ? 401 : statusCode, `POST /${access}`);

      const api = await browser.get(`/api/v1/${access}`);
      assert.equal(api.statusCode, statusCode === 303 ? 401 : statusCode, `GET /api/v1/${access}`);
      if (api.statusCode >= 400) assert.match(api.body, /^{"error":{"code":"not-/);
    }
  });
}

test('an account that was removed is out at once, though its session goes on', async (context) => {
  let exists = true;
  const { app, noteAccounts } = await createTestApp({
    accounts: {
      findUser: (name) => (exists ? { name, role: 'admin' } : undefined),
      findPasswordId: () => 'the first',
      findUserByPassword: (name) => Promise.resolve({ name, role: 'admin' }),
    },
  });
  context.after(() => app.close());
  const browser = new TestBrowser(app);
  await browser.logIn();
  assert.equal((await browser.get('/')).headers.location, '/keepalived');
  exists = false;
  noteAccounts();
  assert.equal((await browser.get('/')).headers.location, '/login?next=%2F');
});

test('a route that does not say who may use it fails the build', async () => {
  const building = createTestApp({}, (app) => {
    app.get('/forgotten', () => 'served');
    app.post('/also', { config: {} }, () => 'served');
  });
  await assert.rejects(
    building,
    /No config\.access: GET \/forgotten, HEAD \/forgotten, POST \/also/,
  );
});
