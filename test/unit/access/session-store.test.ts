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
    isExpendable: (session) => session.userName === undefined,
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

test('a session ends after half an hour without use', () => {
  const { set, get, pass } = createClockedStore();
  set('a', 'admin');
  pass(29);
  assert.ok(get('a'));
  pass(29);
  assert.ok(get('a'), 'use keeps it');
  pass(30);
  assert.equal(get('a'), null);
});

test('a session ends after twelve hours however much it is used', () => {
  const { set, get, pass } = createClockedStore();
  set('a', 'admin');
  for (let minutes = 0; minutes < 12 * 60; minutes += 20) {
    assert.ok(get('a'), `after ${minutes} min`);
    set('a', 'admin');
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

test('a touch counts as a use, until the session is over or was ended', () => {
  const ended: string[] = [];
  let nowMs = 0;
  const store = createSessionStore({
    capacity: 3,
    idleMs: 30 * minuteMs,
    absoluteMs: 12 * 60 * minuteMs,
    isExpendable: () => false,
    onEnd: (id) => ended.push(id),
    now: () => nowMs,
  });
  const callback = () => undefined;
  store.set('wall', { cookie: { originalMaxAge: null } }, callback);
  for (nowMs = 0; nowMs < 12 * 60 * minuteMs; nowMs += 20 * minuteMs) {
    assert.equal(store.touch('wall'), true);
  }
  assert.equal(store.touch('wall'), false, 'not longer than any session');

  store.set('other', { cookie: { originalMaxAge: null } }, callback);
  store.destroy('other', callback);
  assert.equal(store.touch('other'), false);
  assert.deepEqual(ended, ['other']);
});
