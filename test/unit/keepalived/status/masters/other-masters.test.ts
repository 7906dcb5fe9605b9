import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { RuntimeReport } from '../../../../../server/keepalived/proof/evidence.ts';
import { parseJsonDump } from '../../../../../server/keepalived/runtime/dump/json-dump.ts';
import { noteReceivedAdvertisements } from '../../../../../server/keepalived/status/masters/other-masters.ts';

const text = readFileSync(
  new URL('../../../../fixtures/evidence/dumps/2.2.7/keepalived.json', import.meta.url),
  'utf8',
);

/** A real dump of three masters, changed in its first instance. */
function dump(
  changes: Record<string, unknown>,
  statistics: Record<string, number> = {},
): RuntimeReport {
  const parsed = parseJsonDump(text);
  assert.ok(parsed.ok);
  const [first, ...others] = parsed.instances;
  assert.equal(first?.state, 'MASTER');
  const changed = { ...first, ...changes, statistics: { ...first.statistics, ...statistics } };
  return { ok: true, source: 'json', instances: [changed, ...others] };
}

const heard = (before: RuntimeReport | undefined, now: RuntimeReport) =>
  [...noteReceivedAdvertisements(new Map(), before, now, 42)].map(([name, { value, atMs }]) => [
    name,
    value.refusal ?? 'accepted',
    atMs,
  ]);

test('a master that receives hears another master', () => {
  assert.deepEqual(heard(dump({}, { advert_rcvd: 3 }), dump({}, { advert_rcvd: 4 })), [
    ['VI_1', 'accepted', 42],
  ]);
});

test('what it does not understand is named by its counter', () => {
  const now = dump({}, { auth_failure: 5, advert_rcvd: 9 });
  assert.deepEqual(heard(dump({}, { auth_failure: 4, advert_rcvd: 8 }), now), [
    ['VI_1', 'another password', 42],
  ]);
});

test('silence, a counter that was cleared, and the first dump say nothing', () => {
  assert.deepEqual(heard(dump({}, { advert_rcvd: 3 }), dump({}, { advert_rcvd: 3 })), []);
  assert.deepEqual(heard(dump({}, { advert_rcvd: 9 }), dump({}, { advert_rcvd: 2 })), []);
  assert.deepEqual(heard(undefined, dump({}, { advert_rcvd: 3 })), []);
  assert.deepEqual(heard({ ok: false, reason: '' }, dump({}, { advert_rcvd: 3 })), []);
});

test('what was received as backup, before it became master, does not count', () => {
  const now = dump({ lastTransitionAtMs: 2_000 }, { advert_rcvd: 30 });
  assert.deepEqual(heard(dump({ state: 'BACKUP', lastTransitionAtMs: 1_000 }), now), []);
  assert.deepEqual(heard(dump({ lastTransitionAtMs: 1_000 }, { advert_rcvd: 3 }), now), []);
});

test('the address that the log has named is kept', () => {
  const value = { address: '10.9.0.2', priority: 100, refusal: undefined };
  const known = new Map([['VI_1', { value, atMs: 1 }]]);
  const now = noteReceivedAdvertisements(known, dump({}), dump({}, { advert_rcvd: 1e6 }), 42);
  assert.deepEqual(now.get('VI_1'), { value, atMs: 42 });
});
