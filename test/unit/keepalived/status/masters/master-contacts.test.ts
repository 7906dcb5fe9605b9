import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type {
  Observed,
  RuntimeInstance,
  RuntimeReport,
} from '../../../../../server/keepalived/proof/evidence.ts';
import { parseJsonDump } from '../../../../../server/keepalived/runtime/dump/json-dump.ts';
import { parseTrackingDump } from '../../../../../server/keepalived/runtime/dump/tracking-dump.ts';
import { noteMasterContacts } from '../../../../../server/keepalived/status/masters/master-contacts.ts';
import {
  describeServingMaster,
  findServingMaster,
} from '../../../../../server/keepalived/status/masters/serving-master.ts';

const fixture = (path: string) =>
  readFileSync(new URL(`../../../../fixtures/${path}`, import.meta.url), 'utf8');
const real = parseJsonDump(fixture('evidence/dumps/2.2.7/keepalived.json'));
const backupDump = fixture('dumps/2.2.7/backup/keepalived.data');
const transitionAtMs = 1_795_527_094_817;

/** An instance of a real dump, as a standby that hears a master of priority 150. */
function standby(statistics: Record<string, number>, changes: Partial<RuntimeInstance> = {}) {
  assert.ok(real.ok);
  const [first] = real.instances;
  assert.ok(first);
  return {
    ...first,
    ...{ state: 'BACKUP' as const, masterPriority: 150, advertIntervalSeconds: 1 },
    lastTransitionAtMs: transitionAtMs,
    ...changes,
    statistics: { ...first.statistics, ...statistics },
  };
}
const account = (atMs: number, instance: RuntimeInstance): Observed<RuntimeReport> => ({
  value: { ok: true, source: 'json', instances: [instance] },
  atMs,
});

/** What is known after these accounts, each of them at its time. */
function follow(...accounts: Observed<RuntimeReport>[]) {
  let contacts: ReturnType<typeof noteMasterContacts> = new Map();
  let before: Observed<RuntimeReport> | undefined;
  for (const now of accounts) {
    contacts = noteMasterContacts(contacts, before, now);
    before = now;
  }
  return contacts.get('VI_1');
}

test('a counter that grew proves an advertisement since the account before', () => {
  assert.deepEqual(
    follow(
      account(1_000, standby({ advert_rcvd: 3 })),
      account(6_000, standby({ advert_rcvd: 8 })),
    ),
    { heardAfterMs: 1_000, countedAtMs: 6_000 },
  );
});

test('one account alone, another state, cleared counters and the text dump prove nothing', () => {
  const three = account(1_000, standby({ advert_rcvd: 3 }));
  const cleared = account(2_000, standby({ advert_rcvd: 1 }));
  const later = account(
    2_000,
    standby({ advert_rcvd: 8 }, { lastTransitionAtMs: transitionAtMs + 1 }),
  );
  const text = account(2_000, { ...standby({}), statistics: {} });
  assert.equal(follow(three), undefined);
  for (const now of [cleared, later, text]) assert.equal(follow(three, now), undefined);
  const master = account(1_000, standby({ advert_rcvd: 3 }, { state: 'MASTER' }));
  assert.equal(follow(master, account(2_000, standby({ advert_rcvd: 8 }))), undefined);
});

test('what is refused, and a farewell with priority 0, is not a master that serves', () => {
  const before = account(1_000, standby({ advert_rcvd: 3, auth_failure: 0, pri_zero_rcvd: 0 }));
  const now = account(2_000, standby({ advert_rcvd: 5, auth_failure: 1, pri_zero_rcvd: 1 }));
  assert.equal(follow(before, now), undefined);
});

test('the words of a standby: heard, silent, not known; each with an age that is proved', () => {
  const tell = (accounts: Observed<RuntimeReport>[], nowMs: number) => {
    const newest = accounts.at(-1);
    assert.ok(newest?.value.ok);
    const master = findServingMaster({
      running: newest.value.instances[0],
      contact: follow(...accounts),
      runtimeAtMs: newest.atMs,
      tracking: { value: parseTrackingDump(backupDump), atMs: nowMs - 20_000 },
      nowMs,
    });
    assert.ok(master);
    const { heardWithinMs, silentForMs } = master;
    return [describeServingMaster(master), heardWithinMs, silentForMs];
  };
  const heard = [
    account(1_000, standby({ advert_rcvd: 3 })),
    account(6_000, standby({ advert_rcvd: 8 })),
  ];
  assert.deepEqual(tell(heard, 7_000), [
    '10.9.0.1 serves it (priority 150)',
    ...[6_000, undefined],
  ]);
  const between = account(8_000, standby({ advert_rcvd: 8 }));
  assert.deepEqual(tell([...heard, between], 8_000), [
    '10.9.0.1 serves it (priority 150)',
    ...[7_000, undefined],
  ]);
  const silent = account(14_000, standby({ advert_rcvd: 8 }));
  assert.deepEqual(tell([...heard, between, silent], 15_000), [
    '10.9.0.1 served it (priority 150)',
    ...[undefined, 8_000],
  ]);
  assert.deepEqual(tell(heard.slice(0, 1), 2_000), [
    '10.9.0.1 serves it (priority 150) according to keepalived; when it last sent an advertisement is not known yet',
    ...[undefined, undefined],
  ]);
});

test('who is no standby, or hears nobody, has no master', () => {
  const find = (running: RuntimeInstance | undefined) =>
    findServingMaster({
      ...{ running, contact: undefined, runtimeAtMs: 0, tracking: undefined, nowMs: 0 },
    });
  assert.equal(find(undefined), undefined);
  assert.equal(find(standby({}, { state: 'MASTER' })), undefined);
  const { masterPriority, ...alone } = standby({});
  assert.equal(masterPriority, 150);
  assert.equal(find(alone), undefined);
});

test('the address comes from the text dump of the same time as BACKUP, and only while it is young', () => {
  const find = (text: string, ageMs: number, changes: Partial<RuntimeInstance> = {}) =>
    findServingMaster({
      running: standby({}, changes),
      ...{ contact: undefined, runtimeAtMs: 100_000, nowMs: 100_000 },
      tracking: { value: parseTrackingDump(text), atMs: 100_000 - ageMs },
    })?.address;
  assert.equal(find(backupDump, 1_000), '10.9.0.1');
  assert.equal(find(backupDump, 61_000), undefined);
  assert.equal(find(backupDump, 1_000, { masterPriority: 120 }), undefined);
  assert.equal(find(backupDump, 1_000, { lastTransitionAtMs: 5 }), undefined);
  // Nothing was heard since it became BACKUP: the address may be that of an older master.
  const unheard = backupDump.replace(
    'Read timeout = 1795527113.350716',
    'Read timeout = 1795527098.426395',
  );
  assert.notEqual(unheard, backupDump);
  assert.equal(find(unheard, 1_000), undefined);
  assert.equal(find(fixture('evidence/dumps/2.4.3/keepalived.data'), 1_000), undefined);
});
