import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { judgeAlarms } from '../../../../../server/keepalived/status/alarms/instance-alarms.ts';
import type { WatchedItem } from '../../../../../server/keepalived/status/status.ts';

function sentencesFor(script: Partial<WatchedItem>): string {
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
    const weighted = sentencesFor({ good: false, weight: -20, forcesFault: false });
    assert.match(weighted, /priority is 20 lower: this server hands over only if another one/);
    assert.match(sentencesFor({}), /own check gives is not known; it decides/);
  });
});
