import assert from 'node:assert/strict';
import test from 'node:test';
import { createLoginThrottle } from '../../../server/access/login-throttle.ts';

function createClockedThrottle() {
  let nowMs = 0;
  const throttle = createLoginThrottle(() => nowMs);
  return {
    attempt: (accountName: string, address: string, knownPlace?: string) =>
      throttle.attempt({ accountName, address, knownPlace }),
    succeed: (accountName: string, address: string) => {
      throttle.succeed({ accountName, address });
    },
    pass: (seconds: number) => (nowMs += seconds * 1000),
    /** Fails until asked to wait, waits, and so on; returns the waits. */
    failFor: (attempts: number, name: (attempt: number) => string, address: string) => {
      const waits: number[] = [];
      for (let attempt = 0; attempt < attempts; attempt += 1) {
        const accountName = name(attempt);
        const waitSeconds = throttle.attempt({ accountName, address });
        if (waitSeconds === 0) continue;
        waits.push(waitSeconds);
        nowMs += waitSeconds * 1000;
        assert.equal(throttle.attempt({ accountName, address }), 0, 'the wait is as long as said');
      }
      return waits;
    },
  };
}

test('an address waits longer and longer, but never more than a minute', () => {
  const { failFor } = createClockedThrottle();
  const waits = failFor(14, (attempt) => `user${attempt}`, '10.0.0.1');
  assert.deepEqual(waits, [1, 2, 4, 8, 16, 32, 60, 60, 60, 60, 60]);
});

test('an account waits at most 4 s, so that its owner gets in from elsewhere', () => {
  const { attempt, pass } = createClockedThrottle();
  for (let address = 0; address < 50; address += 1) {
    attempt('admin', `10.0.0.${address}`);
    pass(4);
  }
  attempt('admin', '10.0.1.1');
  assert.equal(attempt('admin', '192.168.0.7'), 4);
  pass(4);
  assert.equal(attempt('admin', '192.168.0.7'), 0);
});

test('parallel attempts cannot all slip through', () => {
  const { attempt } = createClockedThrottle();
  const granted = Array.from({ length: 20 }, () => attempt('admin', '10.0.0.1'));
  assert.equal(granted.filter((waitSeconds) => waitSeconds === 0).length, 3);
});

test('a success, or a quarter of an hour, wipes the slate', () => {
  const { attempt, succeed, pass } = createClockedThrottle();
  for (let count = 0; count < 4; count += 1) attempt('admin', '10.0.0.1');
  assert.equal(attempt('admin', '10.0.0.1'), 1);
  pass(1);
  attempt('admin', '10.0.0.1');
  succeed('admin', '10.0.0.1');
  assert.equal(attempt('admin', '10.0.0.1'), 0);

  for (let count = 0; count < 3; count += 1) attempt('admin', '10.0.0.1');
  pass(15 * 60);
  for (let count = 0; count < 3; count += 1) assert.equal(attempt('admin', '10.0.0.1'), 0);
});

test('all of an IPv6 /64 is one address, spelt either way', () => {
  const { attempt } = createClockedThrottle();
  attempt('a', 'fd00::1');
  attempt('b', 'fd00:0:0:0:aaaa::2');
  attempt('c', 'fd00::3:4:5:6');
  assert.equal(attempt('d', 'fd00::7'), 1);
  assert.equal(attempt('d', 'fd00:1::7'), 0);
});

test('a flood of names and addresses erases nobody’s count', () => {
  const { attempt } = createClockedThrottle();
  for (let count = 0; count < 3; count += 1) attempt('first', '10.0.0.1');
  for (let count = 0; count < 12_000; count += 1) {
    attempt(`user${count}`, `10.1.${count >> 8}.${count & 255}`);
  }
  assert.equal(attempt('first', '192.168.0.7'), 1, 'the account waits');
  assert.equal(attempt('another', '10.0.0.1'), 1, 'the address waits');
});

test('what is remembered is bounded: who failed least goes first, of equals the oldest', () => {
  const { attempt, pass } = createClockedThrottle();
  const twice = (name: string) => {
    attempt(name, `of ${name}`);
    attempt(name, `of ${name}`);
  };
  twice('oldest');
  twice('newer');
  for (let count = 0; count < 9_999; count += 1) {
    attempt(`user${count}`, `of user${count}`);
    attempt(`user${count}`, `of user${count}`);
  }
  // Both counts were 2: the third failure is free, and the next one waits if they are remembered.
  const isRemembered = (name: string) => {
    attempt(name, `elsewhere ${name}`);
    return attempt(name, `elsewhere of ${name}`) > 0;
  };
  assert.equal(isRemembered('newer'), true);
  assert.equal(isRemembered('oldest'), false);
  pass(15 * 60);
  assert.equal(isRemembered('newer'), false, 'what is old goes, however often it failed');
});

test('strangers do not make a known browser wait, however many they are, or from one address', () => {
  const { attempt, pass } = createClockedThrottle();
  for (let guess = 0; guess < 200; guess += 1) {
    attempt('admin', `10.0.0.${guess % 60}`);
    attempt('admin', 'unix');
    pass(0.5);
  }
  assert.ok(attempt('admin', 'unix') > 0);
  assert.equal(attempt('admin', 'unix', 'device a'), 0);
});

test('a known browser that guesses waits as well, and only it', () => {
  const { attempt, pass } = createClockedThrottle();
  const waits: number[] = [];
  for (let guess = 0; guess < 12; guess += 1) {
    const seconds = attempt('admin', 'unix', 'device a');
    if (seconds === 0) continue;
    waits.push(seconds);
    pass(seconds);
    assert.equal(attempt('admin', 'unix', 'device a'), 0);
  }
  assert.deepEqual(waits, [1, 2, 4, 8, 16, 32, 60, 60, 60]);
  assert.equal(attempt('admin', 'unix', 'device b'), 0);
  assert.equal(attempt('admin', 'unix'), 0);
});
