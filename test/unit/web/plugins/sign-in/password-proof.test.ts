import assert from 'node:assert/strict';
import test from 'node:test';
import fastify from 'fastify';
import { createLoginThrottle } from '../../../../../server/access/login-throttle.ts';
import { passwordProof } from '../../../../../server/web/plugins/sign-in/password-proof.ts';

test('a password that was given again counts for five minutes', async (context) => {
  let nowMs = 1_000;
  const app = fastify();
  context.after(() => app.close());
  const user = { name: 'admin', role: 'admin' as const };
  const session = { regenerate: () => Promise.resolve() };
  app.decorateRequest('session');
  app.decorateRequest('user');
  app.decorateRequest('describeChange', () => undefined);
  app.addHook('onRequest', (request, _reply, done) => {
    Object.assign(request, { session, user });
    done();
  });
  await app.register(passwordProof, {
    accounts: {
      findUserByPassword: (_name, password) =>
        Promise.resolve(password === 'right' ? user : undefined),
    },
    throttle: createLoginThrottle(),
    now: () => nowMs,
  });
  app.get('/proved', (request) => ({ isProved: request.isPasswordProved() }));
  app.get('/prove/:password', async (request) => ({
    problem: await request.provePassword((request.params as { password: string }).password),
  }));
  const ask = async (url: string) => (await app.inject(url)).json<Record<string, unknown>>();
  const isProved = async () => (await ask('/proved'))['isProved'];

  assert.equal(await isProved(), false, 'the login does not count');
  assert.deepEqual(await ask('/prove/wrong'), { problem: 'This is not your password.' });
  assert.equal(await isProved(), false);
  assert.deepEqual(await ask('/prove/right'), {});
  nowMs += 299_999;
  assert.equal(await isProved(), true);
  nowMs += 1;
  assert.equal(await isProved(), false);
});
