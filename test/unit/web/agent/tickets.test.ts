import assert from 'node:assert/strict';
import test from 'node:test';
import { createAwayError } from '../../../../server/seam/wire-errors.ts';
import { createTickets } from '../../../../server/web/agent/tickets.ts';

test('a session that is ended while the agent is away is over at once, and there when it is back', async () => {
  let isThere = true;
  const alive = new Set(['one', 'other']);
  const turns: (() => void)[] = [];
  const port = {
    follow: () => () => undefined,
    onTurn: (listener: () => void) => void turns.push(listener),
    findProblem: () => (isThere ? undefined : 'the agent is not running'),
  };
  const turn = (there: boolean) => {
    isThere = there;
    for (const listener of turns) listener();
  };
  const answer = <Answer>(give: () => Answer): Promise<Answer> =>
    isThere ? Promise.resolve(give()) : Promise.reject(createAwayError());
  const user = { name: 'admin', role: 'admin' } as const;
  const tickets = createTickets(port, (ticket) => ({
    findSignedIn: () => answer(() => (alive.has(ticket) ? { user } : undefined)),
    signOut: () => answer(() => void alive.delete(ticket)),
  }));
  let told = 0;
  tickets.onChange(() => (told += 1));
  assert.deepEqual(await tickets.find('one', true), { user });

  turn(false);
  await tickets.end('one');
  assert.ok(told > 0, 'open pages are told');
  assert.equal(await tickets.find('one', true), undefined);
  assert.ok(alive.has('one'));

  turn(true);
  await new Promise(setImmediate);
  assert.deepEqual([...alive], ['other']);
  assert.equal(await tickets.find('one', true), undefined);
  assert.deepEqual(await tickets.find('other', true), { user });
});
