import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findDrillOrders } from '../../../server/state/drill-orders.ts';
import type { ActionRecord, FailoverRecord } from '../../../server/state/failover-records.ts';

const drill = (drillAction: NonNullable<ActionRecord['drillAction']>, atMs: number) => ({
  ...{ kind: 'action' as const, what: 'drill' as const, instance: 'VI_1', userName: 'admin' },
  ...{ drillAction, atMs, untilMs: atMs + 4_000 },
});
const change = (to: 'MASTER' | 'BACKUP' | 'FAULT', atMs: number): FailoverRecord => ({
  ...{ kind: 'transition', instance: 'VI_1', source: 'log', to, atMs },
});
const last = (...records: FailoverRecord[]) => findDrillOrders(records).get('VI_1')?.action;

test('the newest drill of an instance lasts until it is ended here or elsewhere', () => {
  const begin = drill('maintenance', 10_000);
  assert.equal(last(begin), 'maintenance');
  assert.equal(last(begin, drill('end', 50_000)), undefined);
  assert.equal(last(drill('standby', 1_000), begin), 'maintenance');
  // Its own steps are told within the second in which it ends.
  assert.equal(last(begin, change('BACKUP', 13_000), change('FAULT', 14_000)), 'maintenance');
  assert.equal(last(begin, change('FAULT', 14_000), change('BACKUP', 60_000)), undefined);
  assert.equal(last(drill('standby', 10_000), change('BACKUP', 60_000)), 'standby');
});

test('only what an instance does after its maintenance ends it', () => {
  const begin = drill('maintenance', 10_000);
  assert.equal(last(begin, change('MASTER', 60_000)), undefined);
  assert.equal(last(begin, change('FAULT', 60_000)), 'maintenance');
  assert.equal(last(begin, change('BACKUP', 15_000)), 'maintenance', 'within the same second');
  assert.equal(last(begin, change('BACKUP', 15_001)), undefined);
  const other: FailoverRecord = { ...change('BACKUP', 60_000), instance: 'VI_2' } as never;
  assert.equal(last(begin, other), 'maintenance');
  const save: FailoverRecord = {
    ...{ kind: 'action', what: 'save', userName: 'admin', atMs: 20_000, untilMs: 21_000 },
  };
  assert.equal(last(begin, save, { ...save, instance: 'VI_1' }), 'maintenance');
  assert.deepEqual(findDrillOrders([begin]).get('VI_1'), {
    ...{ action: 'maintenance', userName: 'admin', atMs: 10_000, untilMs: 14_000 },
  });
});
