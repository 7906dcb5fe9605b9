import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import test, { describe } from 'node:test';
import { parseLogLine } from '../../../../server/keepalived/runtime/log/log-lines.ts';
import { explainMessage } from '../../../../server/keepalived/runtime/messages/explain-message.ts';
import { findTransitions } from '../../../../server/keepalived/transitions/transitions.ts';

const folder = new URL('../../../fixtures/cases/logs/', import.meta.url);
const nowMs = new Date(2026, 11, 30).getTime();

const readLines = (name: string) =>
  readFileSync(new URL(name, folder), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => parseLogLine(line, nowMs));

const tell = (name: string) =>
  findTransitions([], readLines(name), new Map()).map(
    ({ instance, to, reason }) => `${instance} ${to}: ${reason?.code ?? 'unknown'}`,
  );

test('every line of the cases is explained', () => {
  for (const name of readdirSync(folder)) {
    for (const { message } of readLines(name)) {
      assert.ok(explainMessage(message), `${name}: ${message}`);
    }
  }
});

describe('what the logs of older releases tell', () => {
  test('1.3.5', () => {
    assert.deepEqual(tell('l04-1.3.5.log'), [
      'VI_100 MASTER: peer-lost',
      'VI_100 BACKUP: higher-priority',
      'VI_100 FAULT: script-failed',
    ]);
  });

  test('2.1.5, of messages of the kernel that were lost', () => {
    assert.deepEqual(tell('l06-netlink-overrun-2.1.5.log'), [
      'VI_1 BACKUP: netlink-overrun',
      'VI_1 MASTER: peer-lost',
    ]);
  });

  test('2.0.19', () => {
    assert.deepEqual(tell('l09-script-access-2.0.19.log'), ['VI_1 BACKUP: higher-priority']);
  });
});

test('a keepalived that did not run is the cause, and not the network', () => {
  const at = 'Nov 24 13:00:01 lb1 Keepalived_vrrp[1]: ';
  const lines = [
    `${at}A thread timer expired 6.683786 seconds ago`,
    `${at}(VI_1) Receive advertisement timeout`,
    `${at}(VI_1) Entering MASTER STATE`,
    `${at}VRRP thread timer expired 4.000000 seconds ago`,
    `${at}(VI_1) Entering BACKUP STATE`,
  ].map((line) => parseLogLine(line, nowMs));
  const found = findTransitions([], lines, new Map());
  assert.deepEqual(
    found.map(({ reason }) => reason?.code),
    ['delayed', 'delayed'],
  );
  assert.match(found[0]?.reason?.words ?? '', /did not run for 6\.7 s.*network is not the cause/);
  const [, , election] = readLines('l01-thread-timer-2.2.7.log');
  assert.match(explainMessage(election?.message ?? '')?.whatToDo ?? '', /thread timer expired/);
});

describe('the wordings of other releases', () => {
  const wordings: [message: string, id: string][] = [
    ['VRRP_Script(chk) timed out', 'script-result'],
    ['Kernel is reporting: interface eth0 DOWN', 'interface-change'],
    ['VRRP_Group(G1): Syncing instances to FAULT state', 'sync-group-change'],
    ['(VI_1): advertisement interval mismatch mine=3 sec rcved=1 sec', 'advert-interval-mismatch'],
    ['(VI_1) advertisement interval updated to 100 milli-sec', 'advert-interval-followed'],
    ['(VI_1): received an invalid passwd!', 'password-mismatch'],
    ['(VI_1): received a 0 auth, expecting 1!', 'authentication-mismatch'],
    ['(VI_1): invalid version. 3 and expect 2', 'version-mismatch'],
    ['(VI_1): Invalid VRRPv2 checksum', 'checksum'],
    ['(VI_1) Master received priority 0 or lower priority advert', 'priority-zero-received'],
    ['(VI_1) master changed from 10.0.0.1 to 10.0.0.2', 'master-known'],
    ['(VI_1) Dropping packet(s) from 10.0.0.2 since we are address owner', 'address-owner'],
    [
      '(VI_1) 10.0.0.2 is still advertising as address owner, please resolve - reducing our priority',
      'address-owner',
    ],
    [
      'WARNING - the kernel does not support proc events - track_process will not work',
      'no-process-events',
    ],
    ['(VI_1) missing authentication trailer from 10.0.0.2', 'hmac-missing'],
    ['(VI_1) malformed authentication trailer from 10.0.0.2', 'hmac-malformed'],
    ['(VI_1) unknown authentication key id 2 from 10.0.0.2', 'hmac-unknown-key'],
    ['(VI_1) invalid authentication HMAC from 10.0.0.2', 'hmac-invalid'],
    [
      '(VI_1) stale authentication trailer from 10.0.0.2, clock skew -95 sec exceeds window 60 sec',
      'hmac-stale',
    ],
    ['(VI_1) replayed authentication trailer from 10.0.0.2', 'hmac-replay'],
    [
      '(VI_1) authentication clock skew 40 sec from 10.0.0.2 approaching window 60 sec',
      'hmac-clock-skew',
    ],
  ];
  for (const [message, id] of wordings) {
    test(message, () => {
      assert.equal(explainMessage(message)?.id, id);
    });
  }
});
