import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { StateWord } from '../../../../server/keepalived/status/status.ts';
import { describeKeepalived } from '../../../../server/web/pages/keepalived/view-model.ts';
import {
  readRows,
  renderPage,
  sampleInstance,
  sampleSnapshot,
  stateReasons,
  textOf,
} from './samples.ts';

const render = (changes: Parameters<typeof sampleSnapshot>[0] = {}) => {
  const model = describeKeepalived(sampleSnapshot(changes));
  const html = renderPage('partials/keepalived-live', model);
  return renderPage('keepalived', { tab: model.tab, prepared: { place: html }, notices: [] });
};

const stopped = { state: 'stopped', stalePidFile: undefined, leftChildPids: [] } as const;

describe('the sentence of an instance', () => {
  test('says shape, word, address and since when', () => {
    assert.match(
      textOf(render()),
      /● Active: this server has served 192\.168\.0\.100 for 3 h 12 min/,
    );
  });

  test('is the first thing after the title', () => {
    const text = textOf(render().replace(/^.*<\/h1>/s, ''));
    assert.match(text, /^● Active:/);
  });

  test('has a word for each state, and a shape that no state of another meaning has', () => {
    const states = Object.keys(stateReasons) as StateWord[];
    const headlines = states.map((state) => {
      const instances = [sampleInstance({ state, reason: stateReasons[state] })];
      return describeKeepalived(sampleSnapshot({ instances })).headlines[0];
    });
    assert.deepEqual(
      headlines.map((headline) => headline?.word),
      states,
    );
    const shapes = headlines.map((headline) => headline?.shape);
    // Fault and Alarm share one: both mean that somebody must act.
    assert.equal(new Set(shapes).size, states.length - 1);
  });

  test('names every address, and the instance where there is more than one', () => {
    const addresses = ['192.168.0.100/24', 'fd00::1/64'].map((cidr) => ({
      cidr,
      interfaceName: 'eth0',
      held: true,
    }));
    const text = textOf(
      render({ instances: [sampleInstance({ addresses }), sampleInstance({ name: 'VI_2' })] }),
    );
    assert.match(text, /served 192\.168\.0\.100, fd00::1 for 3 h 12 min \(VI_1\)/);
    assert.match(text, /\(VI_2\)/);
  });
});

describe('the keepalived Status table', () => {
  test('has the rows of the manual with their exact words', () => {
    const html = render();
    assert.match(html, /<caption>keepalived Status/);
    assert.deepEqual(Object.fromEntries(readRows(html)), {
      'Virtual IP': '192.168.0.100/24',
      'Healthcheck URL': 'http://127.0.0.1:8080/healthcheck',
      'Healthcheck Status': 'Connection OK',
      'Configuration State': 'MASTER',
      'Current State': 'Active',
      'Serving on Virtual IP': 'Yes',
      'keepalived process': readRows(html).get('keepalived process'),
      'Start On Boot': 'Yes',
      Interface: 'eth0',
      'Virtual Router ID': '51',
      Priority: '101 configured, 101 effective',
      'Last transition': readRows(html).get('Last transition'),
    });
    assert.match(
      readRows(html).get('keepalived process') ?? '',
      /^Running, pid 1234, since 2026-07-0\d \d\d:\d\d:\d\d \S+ \(2 d 2 h ago\)$/,
    );
    assert.match(readRows(html).get('Last transition') ?? '', /^2026-07-04 .*\(3 h 12 min ago\)$/);
  });

  test('begins the current state with its word, or with the alarm', () => {
    for (const [state, reason] of Object.entries(stateReasons)) {
      const html = render({ instances: [sampleInstance({ state: state as StateWord, reason })] });
      const cell = readRows(html).get('Current State') ?? '';
      assert.ok(cell.startsWith(state === 'Alarm' ? (reason ?? '') : state), cell);
    }
  });

  test('is there without an instance too, with what is known of the process', () => {
    const rows = readRows(render({ instances: [], daemon: stopped }));
    assert.equal(rows.get('Virtual IP'), 'not configured');
    assert.equal(rows.get('keepalived process'), 'Stopped');
    assert.equal(rows.get('Start On Boot'), 'Yes');
  });

  test('says what the file has in place of what runs', () => {
    const rows = readRows(
      render({
        instances: [
          sampleInstance({
            fileDifference: { kind: 'differs', virtualRouterId: 77, addresses: [] },
          }),
        ],
      }),
    );
    assert.equal(rows.get('Virtual Router ID'), '51 (the file says 77)');
    assert.equal(rows.get('Virtual IP'), '192.168.0.100/24 (the file says none)');
    const gone = sampleInstance({
      configurationState: undefined,
      fileDifference: { kind: 'missing' },
    });
    assert.equal(
      readRows(render({ instances: [gone] })).get('Configuration State'),
      'not in the file',
    );
  });

  test('calls the example address what it is', () => {
    const addresses = [{ cidr: '198.51.100.100/24', interfaceName: 'eth0', held: false }];
    assert.match(
      readRows(render({ instances: [sampleInstance({ addresses })] })).get('Virtual IP') ?? '',
      /\(the example address: change it before you start\)/,
    );
  });

  test('tells what it does not know', () => {
    const rows = readRows(
      render({
        daemon: { state: 'unknown', reason: 'last seen 20 s ago, too old to be believed' },
        startOnBoot: { known: false, reason: 'chkconfig is missing' },
      }),
    );
    assert.match(rows.get('keepalived process') ?? '', /^Unknown .*too old/);
    assert.equal(rows.get('Start On Boot'), 'Unknown (chkconfig is missing)');
  });
});

describe('alarms', () => {
  const warning = { code: 'stale-pid-file', severity: 'warning', sentence: 'A warning.' } as const;
  const critical = {
    code: 'another-master',
    severity: 'critical',
    sentence: 'A disaster.',
  } as const;

  test('are listed with a word, the critical ones first', () => {
    const text = textOf(render({ alarms: [warning, critical] }));
    assert.match(text, /Alarm: A disaster\. Warning: A warning\./);
  });

  test('that are the headline already are not said twice', () => {
    const instances = [
      sampleInstance({ state: 'Alarm', reason: critical.sentence, alarms: [critical] }),
    ];
    const model = describeKeepalived(sampleSnapshot({ instances }));
    assert.deepEqual(model.alarms, []);
    assert.equal(model.headlines[0]?.sentence, 'A disaster.');
  });

  test('and names are text, whatever they contain', () => {
    const sentence = '<img src=x onerror=alert(1)>';
    const html = render({
      alarms: [{ ...warning, sentence }],
      instances: [sampleInstance({ name: sentence }), sampleInstance({ interfaceName: sentence })],
    });
    assert.ok(!html.includes('<img'));
    assert.ok(html.includes('&lt;img'));
  });
});

describe('guidance', () => {
  test('tells an installer what to do when nothing is configured', () => {
    assert.match(
      textOf(render({ instances: [] })),
      /On the first server, click Set Default Master; on the second, Set Default Backup/,
    );
  });

  test('nothing is watched then, so no heading says so', () => {
    const html = render({ instances: [] });
    assert.ok(!html.includes('What keepalived watches'));
    assert.match(html, /<a href="\/keepalived\/failovers">/);
    assert.ok(render().includes('What keepalived watches'));
  });

  test('says that keepalived is not installed, and what to do', () => {
    const text = textOf(render({ instances: [], daemon: { state: 'not-installed' } }));
    assert.match(text, /keepalived is not installed on this server\. Install it/);
  });

  test('is silent where there is an instance', () => {
    assert.equal(describeKeepalived(sampleSnapshot()).guidance, undefined);
  });
});

describe('the buttons', () => {
  const explain = (id: string, changes: Parameters<typeof sampleSnapshot>[0] = {}) =>
    describeKeepalived(sampleSnapshot(changes)).actions.find((action) => action.id === id)
      ?.explanation;

  test('have their names and order, real buttons in forms, and no change by GET', () => {
    const buttons = [...render().matchAll(/<form class="action" method="(\w+)".*?<\/form>/gs)].map(
      ([html, method]) => `${method ?? ''} ${/<button[^>]*>([^<]*)/.exec(html)?.[1] ?? ''}`,
    );
    assert.deepEqual(buttons, [
      'get Set Default Master',
      'get Set Default Backup',
      'post Start keepalived',
      'post Stop keepalived',
      'post Reload keepalived',
      'get View Log',
      'get Failover drill',
      'get Settings',
      'get Edit Config Files',
    ]);
  });

  test('carry the token in each form that changes something, and in no other', () => {
    const forms = [...render().matchAll(/<form[^>]*method="(\w+)".*?<\/form>/gs)];
    assert.ok(forms.length > 7);
    for (const [html, method] of forms) {
      assert.equal(html.includes('name="_csrf" value="a-token"'), method === 'post', html);
    }
  });

  test('say what a stop does to the address', () => {
    assert.equal(explain('stop'), '192.168.0.100 moves to the backup, if one is running.');
    const standby = [sampleInstance({ state: 'Standby', serving: 'No' })];
    assert.match(explain('stop', { instances: standby }) ?? '', /no longer .*192\.168\.0\.100/);
    assert.equal(explain('stop', { daemon: stopped }), 'keepalived is already stopped.');
  });

  test('name a few addresses of many', () => {
    const instances = Array.from({ length: 255 }, (_, index) =>
      sampleInstance({
        name: `VI_${index}`,
        addresses: [{ cidr: `10.0.0.${index}/24`, interfaceName: 'eth0', held: true }],
      }),
    );
    assert.equal(
      explain('stop', { instances }),
      '10.0.0.0, 10.0.0.1, 10.0.0.2 and those of 252 more instances move to the backup, if one is running.',
    );
  });
});

test('the age of the evidence stands on the page', () => {
  assert.match(textOf(render({ evidenceAgeMs: 7_900 })), /Checked 7 s ago\./);
  assert.match(textOf(render({ evidenceAgeMs: undefined })), /Nothing has been checked yet\./);
});

test('the page names its server, and refreshes itself without scripts', () => {
  const html = render();
  assert.match(html, /<strong>server1<\/strong>/);
  assert.match(html, /<noscript><meta http-equiv="refresh" content="10"><\/noscript>/);
  assert.ok(!/<[^>]+ (style|on\w+)=/.test(html), 'nothing inline: the content policy forbids it');
});

test('Start keepalived with the placeholder asks, and says why', () => {
  const html = renderPage('start-anyway', {
    sentence: 'It is the placeholder 192.0.2.100/24.',
    dangers: ['Line 3: nonsense is ignored.'],
  });
  assert.match(textOf(html), /not started yet It is the placeholder 192\.0\.2\.100\/24\./);
  assert.match(textOf(html), /Line 3: nonsense is ignored\./);
  assert.match(html, /name="startAnyway" value="yes">\s*<button[^>]*>Start anyway/);
});

describe('the browser’s tab', () => {
  const tabOf = (changes: Parameters<typeof sampleSnapshot>[0]) =>
    describeKeepalived(sampleSnapshot(changes)).tab;

  test('carries shape, state and server, also in the title of the page', () => {
    assert.match(render(), /<title>● Active - server1 - Keepalived<\/title>/);
    assert.match(render(), /<link rel="icon" href="\/public\/icons\/state-active\.svg"/);
  });

  test('has an icon of its own for each state', () => {
    const icons = Object.keys(stateReasons).map((state) => {
      const { icon } = tabOf({ instances: [sampleInstance({ state: state as StateWord })] });
      assert.ok(existsSync(join(import.meta.dirname, '../../../..', icon)), icon);
      return icon;
    });
    assert.equal(new Set(icons).size, icons.length);
  });

  test('says what most needs to be known of several instances', () => {
    const instances = (['Standby', 'Active', 'Fault'] as const).map((state) =>
      sampleInstance({ state }),
    );
    assert.match(tabOf({ instances }).title, /^▲ Fault/);
    assert.match(tabOf({ instances: instances.slice(0, 2) }).title, /^● Active/);
    const critical = {
      code: 'another-master',
      severity: 'critical',
      sentence: 'A disaster.',
    } as const;
    assert.match(tabOf({ alarms: [critical] }).title, /^▲ Alarm/);
    assert.equal(tabOf({ instances: [] }).title, 'server1 - Keepalived');
  });
});

test('what is said aloud names server, instance and state, and the reason', () => {
  const html = render({
    instances: [
      sampleInstance({ name: 'VI_1' }),
      sampleInstance({ name: 'VI_2', state: 'Fault', reason: 'eth0 is down' }),
    ],
    alarms: [{ code: 'stale-pid-file', severity: 'warning', sentence: 'A warning.' }],
  });
  const said = [...html.matchAll(/data-announcement="([^"]*)"/g)].map(([, text]) => text);
  assert.deepEqual(said, [
    'server1: VI_2 is now Fault: eth0 is down',
    'server1: VI_1 is now Active',
    'server1: warning: A warning.',
  ]);
});
