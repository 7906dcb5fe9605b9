import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { judgeAlarms } from '../../../../../server/keepalived/status/alarms/instance-alarms.ts';
import type { FailureCase } from '../../../../../server/keepalived/status/alarms/script-failure.ts';
import type { WatchedItem } from '../../../../../server/keepalived/status/status.ts';

function sentencesFor(script: Partial<WatchedItem>, failure: Partial<FailureCase> = {}): string {
  const watched: WatchedItem = {
    ...{ kind: 'script', name: 'chk', good: undefined, detail: '', weight: undefined },
    ...{ forcesFault: true, sinceMs: undefined },
    ...script,
  };
  const healthcheck = {
    ...{
      url: 'https://127.0.0.1/',
      words: 'HTTP 401',
      good: false,
      durationMs: 1,
      isRepeatable: true,
    },
    ...{ scriptName: 'chk', intervalSeconds: 5 },
  };
  const instance = {
    ...{
      state: 'Active' as const,
      virtualRouterId: 1,
      elsewhere: [],
      lowered: undefined,
      healthcheck,
      failure: {
        ...{ consequence: undefined, effectivePriority: 150, peerPriority: undefined },
        ...failure,
      },
    },
    addresses: [{ cidr: '192.168.0.100/24', interfaceName: 'eth0', held: true }],
    watched: [watched],
  };
  const alarms = judgeAlarms(instance, true, undefined, undefined, 0);
  return alarms.map(({ sentence }) => sentence).join(' ');
}

describe('a healthcheck that fails for this program', () => {
  it('is no alarm while keepalived’s own script succeeds', () => {
    assert.equal(sentencesFor({ good: true, weight: 0 }), '');
  });

  it('says what a failure does, by the weight', () => {
    assert.match(sentencesFor({ good: false, weight: 0 }), /goes into Fault and hands over/);
    assert.match(sentencesFor({}), /result of keepalived’s own check is unknown; it decides/);
  });

  const weighted = (weight: number, isReversed = false): Partial<WatchedItem> => ({
    ...{ weight, forcesFault: false },
    ...(isReversed && { isReversed: true }),
  });
  const ignored = { kind: 'ignored', reason: 'the sync group G has no weights' } as const;
  const lowered = { kind: 'priority', change: -20, priority: 254 } as const;
  const cases: [string, Partial<WatchedItem>, Partial<FailureCase>, RegExp][] = [
    [
      'a peer that is still below',
      weighted(-20),
      { peerPriority: 100 },
      /falls from 150 to 130, still above the peer’s 100 \(as last received\): this server does not hand over\./,
    ],
    [
      'a peer of the same priority',
      weighted(-50),
      { peerPriority: 100 },
      /falls from 150 to 100, the same as the peer’s 100 .*does not hand over/,
    ],
    [
      'a peer that is above then',
      weighted(-60),
      { peerPriority: 100 },
      /falls from 150 to 90, below the peer’s 100 .*: it hands over if that server is up and has no nopreempt/,
    ],
    [
      'a peer that was never heard',
      weighted(-20),
      {},
      /falls from 150 to 130, and this server hands over only .*priority is unknown here/,
    ],
    [
      'a failure that keepalived counts already',
      { ...weighted(-20), good: false },
      { effectivePriority: 130, peerPriority: 100 },
      /counts that already: the priority is 130, still above the peer’s 100/,
    ],
    [
      'a bonus that was never given',
      weighted(20),
      { effectivePriority: 100, peerPriority: 110 },
      /priority stays 100, below the peer’s 110/,
    ],
    [
      'the least priority',
      weighted(-200),
      { peerPriority: 100 },
      /falls from 150 to 1, below the peer’s 100/,
    ],
    [
      'a sum beyond the highest priority, by the file',
      weighted(-20),
      { effectivePriority: 254, consequence: lowered, peerPriority: 100 },
      /priority stays 254, still above the peer’s 100/,
    ],
    [
      'a sum beyond the highest priority, without the file',
      weighted(-20),
      { effectivePriority: 254, peerPriority: 100 },
      /20 lower; the resulting value is unknown/,
    ],
    [
      'reverse',
      weighted(-20, true),
      { peerPriority: 160 },
      /rises from 150 to 170, still above the peer’s 160/,
    ],
    [
      'reverse without a weight',
      { weight: 0, isReversed: true },
      {},
      /when that fails, this server does not hand over; a success puts it into Fault/,
    ],
    [
      'the owner of the address',
      weighted(-20),
      { effectivePriority: 255 },
      /no weight counts with the priority 255, and this server does not hand over/,
    ],
    [
      'a weight that the sync group ignores',
      { name: 'other' },
      { consequence: ignored },
      /ignores its weight: the sync group G has no weights.*does not hand over/,
    ],
    [
      'a script that is not run',
      { ...weighted(-20), isRun: false },
      { peerPriority: 140 },
      /keepalived does not run that: it counts as passed, and this server does not hand over/,
    ],
  ];
  for (const [what, script, failure, expected] of cases) {
    it(`says whether that hands over: ${what}`, () => {
      assert.match(sentencesFor(script, failure), expected);
    });
  }
});
