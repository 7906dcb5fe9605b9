import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { User } from '../../../server/access/accounts.ts';
import { createSessions } from '../../../server/access/sessions.ts';

const minuteMs = 60_000;

/** Sessions of accounts that may be changed, at a time that stands still. */
function open() {
  let nowMs = 1_000;
  let ends = 0;
  const users = new Map<string, User & { passwordId: string }>([
    ['admin', { name: 'admin', role: 'admin', passwordId: 'the first' }],
    ['watcher', { name: 'watcher', role: 'viewer', passwordId: 'the first' }],
  ]);
  const sessions = createSessions({
    accounts: {
      findUser: (name) => {
        const user = users.get(name);
        return user && { name: user.name, role: user.role };
      },
      findPasswordId: (name) => users.get(name)?.passwordId,
    },
    onEnd: () => (ends += 1),
    now: () => nowMs,
  });
  return {
    ...{ sessions, users },
    countEnds: () => ends,
    pass: (ms: number) => (nowMs += ms),
  };
}

describe('a session', () => {
  test('is named by a ticket that nobody guesses, and says whose it is', () => {
    const { sessions } = open();
    const [ticket, other] = [sessions.open('admin'), sessions.open('watcher')];
    assert.match(ticket, /^[\w-]{43}$/);
    assert.notEqual(ticket, other);
    assert.deepEqual(sessions.find(ticket), { user: { name: 'admin', role: 'admin' } });
    assert.equal(sessions.find(other)?.user.role, 'viewer');
    for (const guess of ['', 'admin', `${ticket} `]) assert.equal(sessions.find(guess), undefined);
  });

  test('ends after 30 minutes without use, and 12 hours after the sign-in', () => {
    const { sessions, pass } = open();
    const idle = sessions.open('admin');
    const used = sessions.open('admin');
    for (let minutes = 0; minutes < 12 * 60 - 20; minutes += 20) {
      sessions.use(used);
      pass(20 * minuteMs);
      assert.ok(sessions.find(used), `after ${minutes} min`);
    }
    assert.equal(sessions.find(idle), undefined);
    pass(20 * minuteMs);
    assert.equal(sessions.find(used), undefined);
  });

  test('ends with its account, its password, and when it is told to', () => {
    const { sessions, users, countEnds } = open();
    const [one, two, three] = [
      sessions.open('admin'),
      sessions.open('watcher'),
      sessions.open('admin'),
    ];
    sessions.end(three);
    assert.equal(sessions.find(three), undefined);
    assert.equal(countEnds(), 1);
    users.set('admin', { name: 'admin', role: 'admin', passwordId: 'another' });
    assert.equal(sessions.find(one), undefined);
    users.delete('watcher');
    assert.equal(sessions.find(two), undefined);
  });

  test('has the role that its account has now', () => {
    const { sessions, users } = open();
    const ticket = sessions.open('admin');
    users.set('admin', { name: 'admin', role: 'viewer', passwordId: 'the first' });
    assert.equal(sessions.find(ticket)?.user.role, 'viewer');
  });

  test('of programs is one for each user, and reads only', () => {
    const { sessions } = open();
    const ticket = sessions.openForPrograms('admin');
    assert.equal(sessions.openForPrograms('admin'), ticket);
    assert.notEqual(sessions.openForPrograms('watcher'), ticket);
    assert.deepEqual(sessions.find(ticket)?.user, { name: 'admin', role: 'viewer' });
  });

  test('that is one too many pushes out the oldest of its own account', () => {
    const { sessions } = open();
    const watcher = sessions.open('watcher');
    const tickets = Array.from({ length: 101 }, () => sessions.open('admin'));
    assert.equal(sessions.find(tickets[0] ?? ''), undefined);
    assert.ok(sessions.find(tickets[1] ?? ''));
    assert.ok(sessions.find(watcher));
  });
});
