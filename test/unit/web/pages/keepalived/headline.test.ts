import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { raise } from '../../../../../server/keepalived/status/alarms/alarm-codes.ts';
import { alarmCodes } from '../../../../../server/keepalived/status/status.ts';
import { describeKeepalived } from '../../../../../server/web/pages/keepalived/view-model.ts';
import { renderPage, sampleInstance, sampleSnapshot, textOf, wallMs } from '../samples.ts';

type Changes = Parameters<typeof sampleSnapshot>[0];

const model = (changes: Changes) => describeKeepalived(sampleSnapshot(changes));
const text = (changes: Changes) => textOf(renderPage('partials/keepalived-live', model(changes)));

describe('the headline is the worst that is true', () => {
  for (const code of alarmCodes) {
    for (const owner of ['instance', 'machine'] as const) {
      test(`${code} of the ${owner}: neither green nor calm, and its words come first`, () => {
        const alarm = raise(code, 'Something is wrong here.');
        const changes: Changes =
          owner === 'machine'
            ? { alarms: [alarm] }
            : { instances: [sampleInstance({ alarms: [alarm] })] };
        const described = model(changes);
        const [headline] = described.headlines;
        assert.equal(headline?.tone, alarm.severity === 'critical' ? 'bad' : 'warn');
        assert.ok(!['●', '○'].includes(headline.shape));
        assert.match(text(changes), /^[▲!] (Alarm|Active):.*?Something is wrong here\./);
        assert.deepEqual(described.alarms, [], 'it is not said twice');
        assert.ok(!described.tab.title.startsWith('●'));
        const current = described.tables[0]?.rows.find(({ label }) => label === 'Current State');
        assert.equal(current?.tone, headline.tone);
      });
    }
  }

  test('a standby says who serves, how long ago it was heard at most, and a warning after it', () => {
    const standby = sampleInstance({
      ...{ state: 'Standby', serving: 'No' },
      servingMaster: {
        ...{ address: '192.168.0.10', priority: 101, heardWithinMs: 4_200, silentForMs: undefined },
      },
    });
    const heard = '192.168.0.10 serves it (priority 101), heard within the last 4 s';
    assert.ok(text({ instances: [standby] }).includes(`for 3 h 12 min: ${heard} Checked`));
    const warning = raise('not-started-on-boot', 'It does not start at boot.');
    const warned = text({ instances: [{ ...standby, alarms: [warning] }] });
    assert.ok(warned.includes(`${heard}. It does not start at boot.`), warned);
    const current = model({ instances: [standby] }).tables[0]?.rows.find(
      ({ label }) => label === 'Current State',
    );
    assert.deepEqual(current?.values, ['Standby']);
    assert.equal(current.note, '192.168.0.10 serves it (priority 101)');
  });

  test('a standby that hears nobody for long says for how long', () => {
    const servingMaster = {
      ...{ address: undefined, priority: 101, heardWithinMs: undefined, silentForMs: 8_000 },
    };
    const shown = text({ instances: [sampleInstance({ state: 'Standby', servingMaster })] });
    assert.ok(
      shown.includes(': another server served it (priority 101), not heard for 8 s'),
      shown,
    );
  });

  test('a split brain leads, and a warning stands below it', () => {
    const split = raise('another-master', 'Two servers are active.');
    const warning = raise('not-started-on-boot', 'It does not start at boot.');
    const shown = text({ instances: [sampleInstance({ alarms: [warning, split] })] });
    assert.match(shown, /^▲ Alarm: Two servers are active\. Warning: It does not start at boot\./);
  });

  test('an alarm of the machine leads before several healthy instances', () => {
    const alarm = raise('sync-group-split', 'The group is split.');
    const instances = ['VI_1', 'VI_2'].map((name) => sampleInstance({ name }));
    assert.match(text({ instances, alarms: [alarm] }), /^▲ Alarm: The group is split\. ● Active/);
    const warning = raise('edited-since-load', 'It was edited.');
    const mild = text({ instances, alarms: [warning] });
    assert.match(mild, /^! Active: 2 instances: 2 Active\. It was edited\./);
    assert.match(text({ instances }), /^● Active: 2 instances: 2 Active\./);
  });

  test('planned maintenance is neither red nor called a fault, and says since when and by whom', () => {
    const maintenance = {
      ...{ sinceMs: wallMs - 60_000, userName: 'anna' },
      ...{ isSoleCause: true, instanceName: 'VI_1' },
    };
    const held = (changes = {}) => ({
      instances: [sampleInstance({ state: 'Fault', maintenance: { ...maintenance, ...changes } })],
    });
    assert.equal(model(held()).headlines[0]?.tone, 'warn');
    const end = /This server does not serve 192\.168\.0\.100 until you choose “End maintenance”/;
    assert.match(
      text(held()),
      /^◇ Maintenance: in maintenance since \d\d:\d\d \S+ \(anna\)\. This/,
    );
    assert.match(text(held()), end);
    assert.match(
      text(held({ sinceMs: undefined, userName: undefined })),
      /^◇ Maintenance: in maintenance\. This/,
    );
    const yesterday = wallMs - 30 * 3_600_000;
    assert.match(text(held({ sinceMs: yesterday })), /since 2026-07-0\d \d\d:\d\d \S+ \(anna\)/);
    assert.match(model(held()).tab.title, /^◇ Maintenance/);
    assert.equal(model(held()).actions[0]?.label, 'End maintenance');
  });

  test('a fault that has another cause too stays a red fault during maintenance', () => {
    const maintenance = {
      ...{ sinceMs: wallMs, userName: 'anna', isSoleCause: false, instanceName: 'VI_1' },
    };
    const reason = 'its interface eth0 is down';
    const instances = [sampleInstance({ state: 'Fault', reason, maintenance })];
    assert.equal(model({ instances }).headlines[0]?.tone, 'bad');
    assert.match(text({ instances }), /^▲ Fault:.*its interface eth0 is down/);
  });
});

describe('many instances', () => {
  const many = (faulty: number) =>
    Array.from({ length: 30 }, (_, index) =>
      sampleInstance({
        name: `VI_${index + 1}`,
        addresses: [{ cidr: `10.0.0.${index + 1}/24`, interfaceName: 'eth0', held: true }],
        ...(index === faulty
          ? { state: 'Fault' as const, reason: 'its interface eth3 is down' }
          : {}),
      }),
    );

  test('the one in Fault is named first, and is first in the list', () => {
    const shown = text({ instances: many(27) });
    assert.match(
      shown,
      /^▲ Fault: 1 of 30 instances needs attention: VI_28: its interface eth3 is down\. The others: 29 Active\./,
    );
    const { list } = model({ instances: many(27) });
    assert.equal(list?.instances[0]?.headline.instanceName, 'VI_28');
    assert.deepEqual(
      list.filters.map(({ value, count }) => `${value} ${count}`),
      ['attention 1', 'active 29', 'all 30'],
    );
  });

  test('each has its line, its table and its sentence; the filters need no script', () => {
    const html = renderPage('partials/keepalived-live', model({ instances: many(27) }));
    assert.equal([...html.matchAll(/<details class="instance-line/g)].length, 30);
    assert.equal([...html.matchAll(/<table class="status-table">/g)].length, 30);
    assert.match(html, /<input type="radio" name="show" value="attention" checked>/);
    assert.match(textOf(html), /this server has been unable to serve 10\.0\.0\.28/);
  });
});
