import assert from 'node:assert/strict';
import test from 'node:test';
import { formatStatus, gradeStatus } from '../../../../server/command-line/status/status-lines.ts';
import { raise } from '../../../../server/keepalived/status/alarms/alarm-codes.ts';
import type {
  InstanceStatus,
  KeepalivedStatus,
} from '../../../../server/keepalived/status/status.ts';
import { sampleInstance, sampleStatus } from '../../web/pages/samples.ts';

const wallMs = Date.UTC(2026, 6, 4, 9, 5);
const format = (status: KeepalivedStatus) => formatStatus({ status, hostName: 'server1', wallMs });
const withInstances = (...changes: Partial<InstanceStatus>[]) =>
  sampleStatus({ instances: changes.map((change) => sampleInstance(change)) });

test('each virtual IP has its line, also two of one instance', () => {
  const addresses = ['192.168.0.100/24', 'fd00::100/64'].map((cidr) => ({
    ...{ cidr, interfaceName: 'eth0', held: true },
  }));
  const text = format(
    withInstances(
      { name: 'VI_1', addresses, state: 'Active', lastTransitionAtMs: wallMs - 3_600_000 },
      { name: 'LONGER', addresses: [], state: 'Stopped', lastTransitionAtMs: undefined },
    ),
  );
  const proof = '(keepalived says MASTER, the kernel has the address; checked 1 s ago)';
  assert.deepEqual(text.split('\n'), [
    `192.168.0.100/24  VI_1    Active   server1 has it on eth0, for 1 h ${proof}`,
    `fd00::100/64      VI_1    Active   server1 has it on eth0, for 1 h ${proof}`,
    'no virtual IP     LONGER  Stopped  keepalived is stopped, so this server does not serve no virtual IP and does not take over',
    '',
  ]);
});

test('a standby names whom it hears, and says what is not proved', () => {
  const standby: Partial<InstanceStatus> = { state: 'Standby', lastTransitionAtMs: undefined };
  const master = { address: '10.9.0.2', priority: 200, heardWithinMs: 900, silentForMs: undefined };
  assert.match(
    format(withInstances({ ...standby, servingMaster: master })),
    / {2}Standby {2}10\.9\.0\.2 serves it \(priority 200\), heard within the last 0 s; server1 is ready/,
  );
  assert.match(
    format(withInstances({ ...standby, servingMaster: { ...master, heardWithinMs: undefined } })),
    /serves it \(priority 200\) according to keepalived; when it last sent .* is not known yet; server1/,
  );
  assert.match(
    format(withInstances({ ...standby, servingMaster: undefined })),
    / {2}Standby {2}who has it is not known; server1 is ready to take over \(keepalived says BACKUP/,
  );
});

test('a critical alarm takes the place of the state, and is said once', () => {
  const alarm = raise('another-master', '10.9.0.2 is active too.');
  const text = format(withInstances({ state: 'Active', alarms: [alarm] }));
  assert.match(text, / {2}Alarm {2}10\.9\.0\.2 is active too\.\n/);
  assert.equal(text.split('is active too').length, 2);
  assert.doesNotMatch(text, /MASTER|has it on/);
});

test('warnings follow, with whose they are', () => {
  const status = withInstances({
    name: 'VI_1',
    alarms: [raise('priority-lowered', 'The priority is lowered.')],
  });
  const text = format({ ...status, alarms: [raise('stale-pid-file', 'Remove the file.')] });
  assert.match(text, /\nWarning: VI_1: The priority is lowered\.\nWarning: Remove the file\.\n$/);
});

test('what the log quotes cannot move the cursor of the terminal', () => {
  const alarm = raise('stale-pid-file', 'Another\u001b[2J\nserver1');
  assert.match(
    format({ ...sampleStatus(), alarms: [alarm] }),
    /\nWarning: Another\?\[2J\?server1\n$/,
  );
});

test('without an instance it says why', () => {
  const none = (changes: Partial<KeepalivedStatus>) =>
    format(sampleStatus({ instances: [], alarms: [], ...changes }));
  const stopped = { state: 'stopped', stalePidFile: undefined, leftChildPids: [] } as const;
  const unread = { problem: 'it cannot be read.', editedSinceLoad: undefined };
  assert.match(
    none({ daemon: { state: 'not-installed' } }),
    /^keepalived is not installed on server1/,
  );
  assert.match(
    none({ daemon: { state: 'unknown', reason: 'no rights' } }),
    /^Can’t tell .*: no rights\.\n/,
  );
  assert.match(
    none({ daemon: stopped }),
    /^keepalived is stopped on server1, and no VRRP instance/,
  );
  assert.match(none({ configuration: unread }), /^keepalived is running .* it cannot be read\.\n/);
});

test('the exit status is the most urgent that is true', () => {
  const critical = raise('another-master', 'two');
  const stopped = { state: 'stopped', stalePidFile: undefined, leftChildPids: [] } as const;
  const cases: [string, KeepalivedStatus, number][] = [
    ['Active and Standby', withInstances({ state: 'Active' }, { state: 'Standby' }), 0],
    [
      'a warning changes nothing',
      { ...withInstances({ state: 'Active' }), alarms: [raise('stale-pid-file', '')] },
      0,
    ],
    ['a critical alarm of one', withInstances({ state: 'Standby', alarms: [critical] }), 1],
    [
      'a critical alarm of the machine',
      { ...withInstances({ state: 'Active' }), alarms: [critical] },
      1,
    ],
    ['Fault beside Unknown', withInstances({ state: 'Unknown' }, { state: 'Fault' }), 1],
    ['Unknown beside Stopped', withInstances({ state: 'Stopped' }, { state: 'Unknown' }), 3],
    ['Starting is not proved', withInstances({ state: 'Active' }, { state: 'Starting' }), 3],
    ['Stopped beside Active', withInstances({ state: 'Active' }, { state: 'Stopped' }), 2],
    ['nothing configured', sampleStatus({ instances: [], alarms: [] }), 2],
    [
      'not installed',
      sampleStatus({ instances: [], alarms: [], daemon: { state: 'not-installed' } }),
      2,
    ],
    [
      'nobody could look',
      sampleStatus({ instances: [], alarms: [], daemon: { state: 'unknown', reason: '' } }),
      3,
    ],
    [
      'a running daemon, and a file that cannot be read',
      sampleStatus({
        instances: [],
        alarms: [],
        configuration: { problem: 'x', editedSinceLoad: undefined },
      }),
      3,
    ],
    [
      'a stopped one, and a file that cannot be read',
      sampleStatus({
        instances: [],
        alarms: [],
        daemon: stopped,
        configuration: { problem: 'x', editedSinceLoad: undefined },
      }),
      2,
    ],
  ];
  for (const [what, status, expected] of cases) {
    assert.equal(gradeStatus(status), expected, what);
  }
});
