import assert from 'node:assert/strict';
import test from 'node:test';
import type { Session } from 'fastify';
import { createSessionStore } from '../../../server/access/session-store.ts';

const minuteMs = 60_000;

function createClockedStore(capacity = 3) {
  let nowMs = 0;
  const store = createSessionStore({
    capacity,
    idleMs: 30 * minuteMs,
    absoluteMs: 12 * 60 * minuteMs,
    capacityPerOwner: 3,
    findOwner: (session) => session.userName,
    now: () => nowMs,
  });
  return {
    pass: (minutes: number) => (nowMs += minutes * minuteMs),
    set: (id: string, userName?: string) => {
      const session = {
        cookie: { originalMaxAge: null },
        ...(userName !== undefined && { userName }),
      };
      store.set(id, session, (error) => {
        assert.equal(error, undefined);
      });
    },
    get: (id: string) => {
      let found: Session | null | undefined;
      store.get(id, (_error, session) => (found = session));
      return found;
    },
    touch: (id: string) => {
      store.touch(id);
    },
    destroy: (id: string) => {
      store.destroy(id, (error) => {
        assert.equal(error, undefined);
      });
    },
  };
}

test('what was stored comes back as a copy', () => {
  const { set, get } = createClockedStore();
  set('a', 'admin');
  const copy = get('a');
  assert.equal(copy?.userName, 'admin');
  copy.userName = 'changed';
  assert.equal(get('a')?.userName, 'admin');
  assert.equal(get('b'), null);
});

test('a session ends half an hour after its last use; to be read is no use of it', () => {
  const { set, get, touch, pass } = createClockedStore();
  set('a', 'admin');
  pass(29);
  assert.ok(get('a'));
  touch('a');
  pass(29);
  assert.ok(get('a'), 'use keeps it');
  set('a', 'admin');
  pass(1);
  assert.equal(get('a'), null);
});

test('a session ends after twelve hours however much it is used', () => {
  const { set, get, touch, pass } = createClockedStore();
  set('a', 'admin');
  for (let minutes = 0; minutes < 12 * 60; minutes += 20) {
    assert.ok(get('a'), `after ${minutes} min`);
    touch('a');
    pass(20);
  }
  assert.equal(get('a'), null);
});

test('a session that has ended is not brought back by a request that was under way', () => {
  const { set, get, destroy } = createClockedStore();
  set('a', 'admin');
  destroy('a');
  set('a', 'admin');
  assert.equal(get('a'), null);
});

test('a full store drops who is not logged in first, then the least recently used', () => {
  const { set, get } = createClockedStore(3);
  set('a', 'admin');
  set('stranger');
  set('b', 'admin');
  set('another stranger');
  assert.equal(get('stranger'), null);
  assert.ok(get('a') && get('b'), 'a flood of strangers logs nobody out');
  set('c', 'admin');
  set('d', 'admin');
  assert.equal(get('a'), null);
  assert.ok(get('b') && get('c') && get('d'));
});

test('an account that logs in again and again pushes out only its own sessions', () => {
  const { set, get } = createClockedStore(10);
  set('owner', 'admin');
  for (let login = 0; login < 20; login += 1) set(`viewer ${login}`, 'viewer');
  assert.ok(get('owner'));
  assert.equal(get('viewer 16'), null);
  assert.ok(get('viewer 17') && get('viewer 18') && get('viewer 19'));
});

test('to ask whether a session is alive does not keep it alive; its end is reported', () => {
  const ended: string[] = [];
  let nowMs = 0;
  const store = createSessionStore({
    capacity: 3,
    capacityPerOwner: 3,
    idleMs: 30 * minuteMs,
    absoluteMs: 12 * 60 * minuteMs,
    findOwner: (session) => session.userName,
    onEnd: (id) => ended.push(id),
    now: () => nowMs,
  });
  const callback = () => undefined;
  store.set('wall', { cookie: { originalMaxAge: null } }, callback);
  nowMs = 29 * minuteMs;
  assert.equal(store.isAlive('wall'), true);
  nowMs = 30 * minuteMs;
  assert.equal(store.isAlive('wall'), false);

  store.set('other', { cookie: { originalMaxAge: null } }, callback);
  store.destroy('other', callback);
  assert.equal(store.isAlive('other'), false);
  assert.deepEqual(ended, ['other']);
});
