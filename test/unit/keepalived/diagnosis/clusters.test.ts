import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  listClusters,
  proposeFreeVrids,
} from '../../../../server/keepalived/diagnosis/clusters.ts';
import { fromFirst, fromSecond, toMs } from './scenario.ts';

describe('the clusters that were heard', () => {
  const other = { virtualRouterId: 9, addresses: ['10.0.0.1'] };
  const clusters = listClusters([
    ...fromFirst({}, { from: 3, to: 0 }),
    ...fromSecond({ addresses: ['192.168.0.100', '192.168.0.101'] }, { from: 1, to: 1 }),
    ...fromSecond({ ...other, vlanIds: [10] }, { from: 2, to: 2 }),
    ...fromSecond(other, { from: 2, to: 2 }),
  ]);

  it('are told apart by number, VLAN and family', () => {
    assert.deepEqual(
      clusters.map(({ virtualRouterId, vlanIds }) => [virtualRouterId, vlanIds]),
      [
        [9, [10]],
        [9, []],
        [51, []],
      ],
    );
  });

  it('name their addresses and who sends how often', () => {
    const cluster = clusters.at(-1);
    assert.deepEqual(cluster?.addresses, ['192.168.0.100', '192.168.0.101']);
    assert.deepEqual(
      cluster.senders.map(({ source, count, measuredIntervalMs, lastHeardAtMs }) => ({
        source,
        count,
        measuredIntervalMs,
        lastHeardAtMs,
      })),
      [
        { source: '192.168.0.11', count: 4, measuredIntervalMs: 1000, lastHeardAtMs: toMs },
        {
          source: '192.168.0.12',
          count: 1,
          measuredIntervalMs: undefined,
          lastHeardAtMs: toMs - 1000,
        },
      ],
    );
  });
});

describe('free virtual router IDs', () => {
  const taken = (...ids: number[]) => ids.map((virtualRouterId) => ({ virtualRouterId }));

  it('are those that are neither heard nor configured, from 51 on', () => {
    assert.deepEqual(proposeFreeVrids(taken(52), taken(51, 54)), [53, 55, 56]);
    assert.deepEqual(proposeFreeVrids([], [{ virtualRouterId: undefined }]), [51, 52, 53]);
  });

  it('begin again at 1 behind 255, and may be none', () => {
    const from51 = taken(...Array.from({ length: 205 }, (_, at) => 51 + at));
    assert.deepEqual(proposeFreeVrids(from51, []), [1, 2, 3]);
    const all = taken(...Array.from({ length: 255 }, (_, at) => 1 + at));
    assert.deepEqual(proposeFreeVrids(all, []), []);
  });
});
