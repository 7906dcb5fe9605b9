import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parseTrackingDump } from '../../../../../server/keepalived/runtime/dump/tracking-dump.ts';

const fixture = (path: string) =>
  readFileSync(new URL(`../../../../fixtures/${path}/keepalived.data`, import.meta.url), 'utf8');

/** `script bad: failed (VI_1: FAULT)`: what one would tell of an item. */
function describeItems(text: string): string[] {
  const report = parseTrackingDump(text);
  assert.ok(report.ok, report.ok ? '' : report.reason);
  return report.items.map(({ kind, name, good, detail, instances }) => {
    const result = good === undefined ? 'no result' : good ? 'good' : 'failed';
    const trackers = instances.map(
      (one) => `${one.name}: ${one.forcesFault ? 'FAULT' : one.weight}`,
    );
    return `${kind} ${name}: ${result}${detail && `, ${detail}`} (${trackers.join(', ')})`;
  });
}

test('scripts, interfaces, files and processes, and what a bad result does to whom', () => {
  assert.deepEqual(describeItems(fixture('dumps/2.2.7/tracking')), [
    'script bad: failed (VI_1: FAULT)',
    'script good: good (VI_2: 10)',
    'interface lo: good (VI_2: 5)',
    'interface eth0: good (VI_1: FAULT, VI_2: FAULT, VI_3: FAULT)',
    'file maint: failed, value -254 (VI_2: FAULT)',
    'process sl: failed, 0 of 1 processes (VI_2: 5)',
    'process gone: failed, 0 of 1 processes (VI_3: FAULT)',
  ]);
});

test('a file that asks for nothing, a weight that does not force', () => {
  const found = describeItems(fixture('evidence/dumps/2.2.7'));
  assert.ok(found.includes('file maint: good, value 0 (VI_3: 1)'), found.join('\n'));
  assert.ok(found.includes('script chk: good (VI_3: -20)'), found.join('\n'));
});

test('a file that lowers the priority', () => {
  const text = fixture('evidence/dumps/2.2.7').replace('   Status = 0\n', '   Status = -100\n');
  assert.ok(describeItems(text).includes('file maint: failed, value -100 (VI_3: 1)'));
});

test('what is tracked with `reverse`', () => {
  const text = fixture('evidence/dumps/2.2.7')
    .replaceAll('VI_3, weight -20', 'VI_3, weight 0 reverse')
    .replaceAll('VI_3, weight 1\n', 'VI_3, weight 0 reverse\n');
  const report = parseTrackingDump(text);
  assert.ok(report.ok);
  const of = (name: string) => report.items.find((item) => item.name === name)?.instances;
  const common = { name: 'VI_3', weight: 0, forcesFault: true };
  assert.deepEqual(of('chk'), [{ ...common, isReversed: true }]);
  // The number 0 is the FAULT then.
  assert.deepEqual(of('maint'), [{ ...common, good: false }]);
});

test('one number, by `reverse` good to one instance and a fault to another', () => {
  // Measured, 2.2.7: with the number 0 VI_1 was in FAULT and VI_2 MASTER, with 1 the other way round.
  const file = `------< VRRP Track files >------
 Track file = f0
   File = /run/f0
   Status = 0
   Weight = 0 reverse
   Tracking instances :
     VI_1, weight 0 reverse
     VI_2, weight 0
     VI_3, weight 2 reverse
`;
  const verdictsFor = (text: string) => {
    const report = parseTrackingDump(fixture('dumps/2.2.7/tracking') + text);
    assert.ok(report.ok);
    const { instances = [] } = report.items.find(({ name }) => name === 'f0') ?? {};
    return instances.map(({ good, forcesFault }) =>
      good === true ? 'good' : forcesFault ? 'FAULT' : 'lower',
    );
  };
  assert.deepEqual(verdictsFor(file), ['FAULT', 'good', 'good']);
  assert.deepEqual(verdictsFor(file.replace('Status = 0', 'Status = 1')), [
    'good',
    'FAULT',
    'lower',
  ]);
});

test('an interface that is down, and one without a carrier', () => {
  const found = describeItems(fixture('dumps/2.2.7/link-down'));
  assert.match(found.find((item) => item.startsWith('interface eth0')) ?? '', /failed, down/);
  const text = fixture('dumps/2.2.7/tracking').replaceAll(
    'State = UP, RUNNING\n',
    'State = UP, not RUNNING\n',
  );
  assert.ok(
    describeItems(text).some((item) => item.includes('eth0: failed, up, without a carrier')),
  );
});

test('the dump of 2.4.3', () => {
  assert.deepEqual(describeItems(fixture('evidence/dumps/2.4.3')), [
    'interface eth0: good (VI_1: FAULT)',
  ]);
});

test('a script without a result yet', () => {
  const text = fixture('dumps/2.2.7/tracking').replace('Init state = unknown', 'Init state = INIT');
  assert.equal(describeItems(text)[0], 'script bad: no result, no result yet (VI_1: FAULT)');
});

for (const length of [0, 1000, fixture('dumps/2.2.7/tracking').length - 1]) {
  test(`cut after ${length} characters it is refused`, () => {
    assert.equal(parseTrackingDump(fixture('dumps/2.2.7/tracking').slice(0, length)).ok, false);
  });
}
