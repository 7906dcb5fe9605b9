/** Which cause of a change each line of keepalived's log may be a sign of. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseLogLine } from '../../../../server/keepalived/runtime/log/log-lines.ts';
import { explainLine } from '../../../../server/keepalived/runtime/messages/explain-message.ts';
import type { MessageId } from '../../../../server/keepalived/runtime/messages/message-catalogue.ts';
import { readSigns } from '../../../../server/keepalived/transitions/signs.ts';

const signsOf = (id: MessageId, values: Record<string, string>, message = '') =>
  readSigns({ atMs: 0, message, explained: { id, values } as never }).map(
    ({ name, instance, words }) => [name, instance, words].filter((one) => one !== undefined),
  );

describe('a line by its kind', () => {
  const instance = 'VI_1';
  const cases: [MessageId, Record<string, string>, ...string[][]][] = [
    [
      'higher-priority',
      { instance, address: '10.0.0.2', theirs: '150', ours: '100' },
      ['higher-priority', 'VI_1', '10.0.0.2 has the higher priority, 150 against 100'],
    ],
    [
      'higher-priority',
      {},
      ['higher-priority', '', 'the other server has the higher priority, ? against ?'],
    ],
    [
      'same-priority-higher-address',
      { instance, address: '10.0.0.2' },
      ['same-priority', 'VI_1', '10.0.0.2 has the same priority and the higher address'],
    ],
    [
      'address-changed-by-another',
      { address: '10.0.0.100', what: 'removed from', interface: 'eth0' },
      ['address-removed', 'another program removed 10.0.0.100 from eth0'],
    ],
    ['address-changed-by-another', { address: '10.0.0.100', what: 'added to', interface: 'eth0' }],
    [
      'priority-zero-received',
      { instance },
      [
        ...['peer-gave-up', 'VI_1'],
        'the other server gave up the address: it stopped, or a check failed there',
      ],
    ],
    [
      'lower-priority-discarded',
      { instance, address: '10.0.0.2', priority: '90' },
      ['preempted', 'VI_1', 'this server has the higher priority, 10.0.0.2 only 90'],
    ],
    [
      'advertisement-timeout',
      { instance },
      ['peer-lost', 'VI_1', 'no advertisement came from the other server any more'],
    ],
    [
      'about-to-be-master',
      { instance },
      ['peer-lost', 'VI_1', 'no advertisement came from the other server any more'],
    ],
    ['sync-group-change', { group: 'G' }, ['sync-group', 'the sync group G changed its state']],
    [
      'child-died',
      {},
      ['process-died', 'keepalived’s VRRP process died'],
      ['restarted', 'keepalived’s VRRP process died and was started again'],
    ],
    [
      'interface-change',
      { what: 'down', interface: 'eth0' },
      ['interface-down', 'the interface eth0 went down'],
    ],
    [
      'interface-change',
      { what: 'up', interface: 'eth0' },
      ['fault-over', 'the cause of the fault is gone: eth0 recovered'],
    ],
    ['interface-change', { what: 'created', interface: 'eth0' }],
    [
      'script-result',
      { script: 'chk', what: 'succeeded' },
      ['fault-over', 'the cause of the fault is gone: chk recovered'],
    ],
    [
      'script-result',
      { script: 'chk', what: 'timed_out' },
      ['script-failed', 'the tracked script chk failed (timed out)'],
    ],
    [
      'script-result',
      { script: 'chk', what: 'failed', how: 'exited with status', number: '1' },
      ['script-failed', 'the tracked script chk failed (exited with status 1)'],
    ],
    ['script-result', { what: 'failed' }, ['script-failed', 'the tracked script ? failed']],
    [
      'process-quorum',
      { process: 'nginx', what: 'down' },
      ['process-missing', 'the tracked process nginx did not run often enough'],
    ],
    [
      'process-quorum',
      { process: 'nginx', what: 'up' },
      ['fault-over', 'the cause of the fault is gone: nginx recovered'],
    ],
    [
      'track-file',
      { instance, file: 'drain', what: 'now' },
      ['track-file', 'VI_1', 'the tracked file drain asked for it'],
    ],
    [
      'track-file',
      { instance, file: 'drain', what: 'leaving' },
      ['fault-over', 'VI_1', 'the cause of the fault is gone: drain recovered'],
    ],
    ['track-file', { instance, file: 'drain', what: 'other' }],
    [
      'fault-reason',
      { instance, script: 'chk' },
      ['script-failed', 'VI_1', 'the tracked script chk failed'],
    ],
    ['fault-reason', { instance, why: 'no carrier' }, ['fault', 'VI_1', 'no carrier']],
    ['fault-reason', { instance }],
    [
      'timer-late',
      { seconds: '3.27' },
      [
        'delayed',
        'keepalived did not run for 3.3 s: this machine was too busy or paused, the network is not the cause',
      ],
    ],
    ['timer-late', {}],
    [
      'netlink-overrun',
      {},
      [
        'netlink-overrun',
        'keepalived lost messages of the kernel, because its receive buffer is too small',
      ],
    ],
    ['priority-change', { instance }],
  ];
  for (const [id, values, ...signs] of cases) {
    it(`${id} ${JSON.stringify(values)}`, () => {
      assert.deepEqual(signsOf(id, values), signs);
    });
  }
});

describe('a line by its words', () => {
  const read = (message: string) => {
    const line = parseLogLine(`2026-07-01T00:00:00Z s Keepalived_vrrp[101]: ${message}`, 0);
    return readSigns({ atMs: 0, message: line.message, explained: explainLine(line) }).map(
      ({ name, instance }) => (instance === undefined ? name : `${name} ${instance}`),
    );
  };

  it('is the begin of keepalived, or of an instance, or its end', () => {
    assert.deepEqual(read('Starting Keepalived v2.2.7 (01/16,2022)'), ['begins']);
    assert.deepEqual(read('(VI_1) Entering BACKUP STATE (init)'), ['begins', 'first-state VI_1']);
    assert.deepEqual(read('(VI_1) Entering BACKUP STATE'), []);
    assert.deepEqual(read('Stopping'), ['stopped']);
    assert.deepEqual(read('Stopping now'), []);
    assert.deepEqual(read('anything else'), []);
  });
});
