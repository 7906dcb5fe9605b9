import assert from 'node:assert/strict';
import test from 'node:test';
import { raise } from '../../../server/keepalived/status/alarms/alarm-codes.ts';
import { alarmCodes } from '../../../server/keepalived/status/status.ts';
import { describeServiceStatus } from '../../../server/process/service-status.ts';
import { findStandstill } from '../../../server/process/standstill.ts';
import { sampleInstance, sampleSnapshot } from '../web/pages/samples.ts';

type Changes = Parameters<typeof sampleSnapshot>[0];
type Instance = Parameters<typeof sampleInstance>[0];

const describeAll = (changes: Changes) => describeServiceStatus(sampleSnapshot(changes).status);
const describeOne = (instance: Instance) => describeAll({ instances: [sampleInstance(instance)] });

test('who serves is said only where it is proved', () => {
  const servingMaster = { address: '192.168.0.10', priority: 101, silentForMs: undefined };
  for (const [instance, words] of [
    [{}, '192.168.0.100 served here'],
    [{ serving: 'Unknown' }, '192.168.0.100 not known'],
    [{ state: 'Unknown' }, '192.168.0.100 not known'],
    [{ state: 'Standby', serving: 'No' }, '192.168.0.100 standby'],
    [
      { state: 'Standby', servingMaster: { ...servingMaster, heardWithinMs: 900 } },
      '192.168.0.100 standby, another server serves',
    ],
    [
      { state: 'Standby', servingMaster: { ...servingMaster, heardWithinMs: undefined } },
      '192.168.0.100 standby',
    ],
    [{ state: 'Fault', serving: 'No' }, '192.168.0.100 fault'],
    [{ state: 'Stopped', serving: 'No' }, '192.168.0.100 stopped'],
  ] as const) {
    assert.equal(describeOne(instance), words);
  }
});

for (const code of alarmCodes) {
  test(`${code}: what it says of the configuration is not for everybody`, () => {
    const alarm = raise(code, 'The script check.sh s3cret failed.');
    for (const changes of [
      { alarms: [alarm] },
      { instances: [sampleInstance({ alarms: [alarm] })] },
    ]) {
      const words = describeAll(changes);
      assert.doesNotMatch(words, /s3cret/);
      assert.equal(words.includes('served here'), alarm.severity !== 'critical');
    }
  });
}

test('of many instances the sum is told', () => {
  const instances = Array.from({ length: 255 }, (_, index) =>
    sampleInstance({ name: `VI_${index}`, state: index === 7 ? 'Fault' : 'Active' }),
  );
  assert.equal(describeAll({ instances }), '255 VRRP instances: 254 served here, 1 fault');
  assert.equal(describeAll({ instances: [] }), 'no VRRP instance is known');
});

test('a keeper that stopped looking is told, one that rests is not', () => {
  assert.equal(findStandstill(0, 65_000), undefined);
  assert.match(findStandstill(0, 130_000) ?? '', /not looked at for 130 s$/);
  assert.ok(findStandstill(-Infinity, 0));
});
