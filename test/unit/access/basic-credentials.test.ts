import assert from 'node:assert/strict';
import test from 'node:test';
import type { User } from '../../../server/access/accounts.ts';
import { createBasicCredentials } from '../../../server/access/basic-credentials.ts';
import { createLoginThrottle } from '../../../server/access/login-throttle.ts';

const header = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;
const address = '192.168.0.1';

function create() {
  const state = { nowMs: 0, hashed: 0, password: 'a:b ü', exists: true };
  const user: User = { name: 'ops', role: 'viewer' };
  const now = () => state.nowMs;
  const findUser = (name: string) => (name === 'ops' && state.exists ? user : undefined);
  const credentials = createBasicCredentials({
    isFirstPassword: (_name, password) => Promise.resolve(password === 'the first password'),
    accounts: {
      findUser,
      findPasswordId: (name) => findUser(name) && `id of ${state.password}`,
      findUserByPassword: (name, password) => {
        state.hashed += 1;
        return Promise.resolve(password === state.password ? findUser(name) : undefined);
      },
    },
    throttle: createLoginThrottle(now),
    now,
  });
  return { state, ask: (text: string) => credentials(header(text), address), user };
}

test('the name ends at the first colon, and the password is UTF-8', async () => {
  const { ask, user } = create();
  assert.deepEqual(await ask('ops:a:b ü'), { kind: 'user', user });
});

test('right credentials cost one hash, also when they come all at once', async () => {
  const { state, ask } = create();
  await Promise.all(Array.from({ length: 10 }, () => ask('ops:a:b ü')));
  await ask('ops:a:b ü');
  assert.equal(state.hashed, 1);
  state.nowMs = 60_000;
  await ask('ops:a:b ü');
  assert.equal(state.hashed, 1);
  state.nowMs += 24 * 60 * 60_000;
  await ask('ops:a:b ü');
  assert.equal(state.hashed, 2);
});

test('a changed password and a removed account are noticed at once', async () => {
  const { state, ask } = create();
  await ask('ops:a:b ü');
  state.exists = false;
  assert.deepEqual(await ask('ops:a:b ü'), { kind: 'refused' });
  state.exists = true;
  state.password = 'new';
  assert.deepEqual(await ask('ops:a:b ü'), { kind: 'refused' });
  assert.equal((await ask('ops:new')).kind, 'user');
});

test('a scraper that was let in is served while strangers try passwords', async () => {
  const { state, ask, user } = create();
  await ask('ops:a:b ü');
  for (let guess = 0; guess < 300; guess += 1) {
    state.nowMs += 500;
    await ask(`ops:guess ${guess}`);
  }
  assert.deepEqual(await ask('ops:a:b ü'), { kind: 'user', user });
});

test('wrong ones are not remembered, and make the next ones wait', async () => {
  const { state, ask } = create();
  for (let attempt = 0; attempt < 3; attempt += 1) {
    assert.deepEqual(await ask('ops:wrong'), { kind: 'refused' });
  }
  assert.equal(state.hashed, 3);
  assert.deepEqual(await ask('ops:a:b ü'), { kind: 'wait', seconds: 1 });
  state.nowMs = 1_000;
  assert.equal((await ask('ops:a:b ü')).kind, 'user');
});

test('a password longer than any is refused without a hash', async () => {
  const { state, ask } = create();
  assert.deepEqual(await ask(`ops:${'x'.repeat(1025)}`), { kind: 'refused' });
  assert.equal(state.hashed, 0);
});
