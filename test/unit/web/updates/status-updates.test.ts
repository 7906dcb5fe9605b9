import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { TestContext } from 'node:test';
import { createStatusUpdates } from '../../../../server/web/updates/status-updates.ts';
import type { News } from '../../../../server/web/updates/status-updates.ts';
import { sampleInstance, wallMs } from '../pages/samples.ts';
import { createTestKeeper } from '../test-keeper.ts';

const standby = { instances: [sampleInstance({ state: 'Standby' })] };
const active = { instances: [sampleInstance({ state: 'Active' })] };

function watch(t: TestContext) {
  t.mock.timers.enable({ apis: ['setTimeout', 'setInterval'] });
  const keeper = createTestKeeper();
  const updates = createStatusUpdates(Object.assign(keeper, { pairSummary: () => undefined }));
  t.after(() => {
    updates.close();
  });
  const news: News[] = [];
  const unsubscribe = updates.subscribe((one) => news.push(one));
  const said = () =>
    news.map((one) =>
      one.kind === 'changed' ? one.event.snapshot.status.instances[0]?.state : one.kind,
    );
  updates.current();
  news.length = 0;
  return { keeper, updates, said, unsubscribe, news, timers: t.mock.timers };
}

describe('what is news', () => {
  test('a change is reported at once, and a burst of them in one look', (t) => {
    const { keeper, said, timers } = watch(t);
    keeper.say(standby);
    assert.deepEqual(said(), ['Standby']);
    keeper.say(active);
    keeper.say(standby);
    keeper.say(active);
    assert.deepEqual(said(), ['Standby']);
    timers.tick(25);
    assert.deepEqual(said(), ['Standby', 'Active']);
  });

  test('an age, a duration and a counter are none', (t) => {
    const { keeper, said } = watch(t);
    const [instance] = active.instances;
    keeper.say({
      instances: [
        sampleInstance({
          ...instance,
          statistics: { advert_sent: 99_999 },
        }),
      ],
      evidenceAgeMs: 4_000,
    });
    assert.deepEqual(said(), []);
  });

  test('what changes by time alone is found without an event', (t) => {
    const { keeper, updates, timers } = watch(t);
    const states: string[] = [];
    updates.subscribe((one) => states.push(one.kind));
    timers.tick(5_000);
    assert.deepEqual(states, ['unchanged']);
    // The keeper tells nobody: it is stuck, and what it knows becomes too old.
    keeper.current = () => ({
      ...createTestKeeper().current(),
      status: {
        ...createTestKeeper().current().status,
        instances: [sampleInstance({ state: 'Unknown' })],
      },
    });
    timers.tick(5_000);
    assert.deepEqual(states, ['unchanged', 'changed']);
  });
});

describe('what was missed', () => {
  test('is known from the newest change on, oldest first', (t) => {
    const { keeper, updates, timers } = watch(t);
    const first = updates.current().id;
    assert.deepEqual(updates.findChangesSince(first), []);
    for (const state of [standby, active, standby]) {
      keeper.say(state);
      timers.tick(25);
    }
    const missed = updates.findChangesSince(first) ?? [];
    assert.deepEqual(
      missed.map(({ snapshot }) => snapshot.status.instances[0]?.state),
      ['Standby', 'Active', 'Standby'],
    );
    const ids = missed.map(({ id }) => id);
    assert.deepEqual(
      ids,
      ids.toSorted((one, other) => one - other),
    );
    assert.ok(ids.every((id) => id > first));
  });

  test('is not known of an id that never was, nor of one too long ago', (t) => {
    const { keeper, updates, timers } = watch(t);
    const first = updates.current().id;
    assert.equal(updates.findChangesSince(12), undefined);
    for (let count = 0; count < 40; count += 1) {
      keeper.say(count % 2 === 0 ? standby : active);
      timers.tick(25);
    }
    assert.equal(updates.findChangesSince(first), undefined);
  });

  test('is known for a minute after the last listener has gone, and not after a gap', (t) => {
    const { keeper, updates, timers, unsubscribe } = watch(t);
    const { id } = updates.current();
    unsubscribe();
    timers.tick(30_000);
    keeper.say(standby);
    timers.tick(25);
    keeper.say(active);
    timers.tick(25);
    assert.equal(updates.findChangesSince(id)?.length, 2);
    assert.equal(keeper.countSubscribers(), 1);

    timers.tick(60_000);
    assert.equal(keeper.countSubscribers(), 0, 'costs nothing while nobody listens');
    const after = updates.current();
    assert.ok(after.id > id);
    assert.equal(updates.findChangesSince(id), undefined);
  });

  test('ids of after a restart are greater than those of before', () => {
    const { id } = createStatusUpdates({
      ...createTestKeeper(),
      pairSummary: () => undefined,
    }).current();
    assert.ok(id >= wallMs);
  });
});
