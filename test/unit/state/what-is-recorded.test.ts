/** What is told of the recorded failovers, and that every record that is written can be read again. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseLogLine } from '../../../server/keepalived/runtime/log/log-lines.ts';
import { failoverRecordSchema } from '../../../server/state/failover-records.ts';
import type { FailoverRecord } from '../../../server/state/failover-records.ts';
import { isHealthLine, isStateLine } from '../../../server/state/relevant-lines.ts';
import { createStateKeeper } from '../../../server/state/state-keeper.ts';
import { createSampleMachine } from '../operations/sample-machine.ts';

const transition = (atMs: number, to: 'MASTER' | 'BACKUP'): FailoverRecord => ({
  ...{ kind: 'transition', instance: 'VI_1', source: 'log' },
  ...{ atMs, to },
});
const split = (
  atMs: number,
  phase: 'begin' | 'end',
  code: 'another-master' | 'address-twice' = 'another-master',
): FailoverRecord => ({ kind: 'split-brain', instance: 'VI_1', atMs, code, phase });
const gap: FailoverRecord = { kind: 'gap', atMs: 150 };

function createKeeper(records: FailoverRecord[]) {
  return createStateKeeper({
    appliance: createSampleMachine('', 'stopped'),
    clock: { monotonicMs: () => 1_000, wallMs: () => 5_000 },
    failovers: {
      entries: () => records,
      lastTouchedAtMs: undefined,
      append(more) {
        records.push(...more);
        return Promise.resolve();
      },
      touch: () => Promise.resolve(),
    },
    onProblem: (error) => {
      throw error;
    },
  });
}

test('changes of state are told newest first, of one moment the one that was written last', () => {
  const keeper = createKeeper([
    ...[transition(300, 'BACKUP'), gap, transition(100, 'MASTER')],
    ...[transition(200, 'BACKUP'), transition(200, 'MASTER')],
  ]);
  const told = (sinceMs?: number, limit = 10) =>
    keeper
      .readTransitions({ limit, ...(sinceMs !== undefined && { sinceMs }) })
      .map(({ atMs, to }) => `${atMs} ${to}`);
  const all = ['300 BACKUP', '200 MASTER', '200 BACKUP', '100 MASTER'];
  assert.deepEqual(told(), all);
  assert.deepEqual(told(undefined, 2), all.slice(0, 2));
  assert.deepEqual(told(200), all.slice(0, 3));
  assert.deepEqual(told(201), all.slice(0, 1));
});

test('a split brain is told if it ended since, or lasts', () => {
  const keeper = createKeeper([
    ...[split(100, 'begin'), split(200, 'end')],
    ...[split(300, 'begin', 'address-twice'), split(400, 'end', 'address-twice')],
    split(450, 'begin'),
  ]);
  const told = (sinceMs?: number, limit = 10) =>
    keeper
      .readSplitBrains({ limit, ...(sinceMs !== undefined && { sinceMs }) })
      .map(({ fromMs }) => fromMs)
      .sort();
  assert.deepEqual(told(), [100, 300, 450]);
  assert.deepEqual(told(200), [100, 300, 450]);
  assert.deepEqual(told(201), [300, 450]);
  assert.deepEqual(told(9_000), [450]);
  assert.equal(told(undefined, 1).length, 1);
});

test('what somebody does by this program is recorded, whatever it is, and can be read again', () => {
  const records: FailoverRecord[] = [];
  const keeper = createKeeper(records);
  const actions = [
    ...(['drill', 'save', 'start', 'stop'] as const),
    ...(['restart', 'reload', 'firewall', 'going-back'] as const),
  ];
  for (const what of actions) keeper.noteAction({ what, userName: 'maria', durationMs: 1_000 });
  assert.deepEqual(
    records.map((record) => record.kind === 'action' && [record.what, record.atMs, record.untilMs]),
    actions.map((what) => [what, 4_000, 5_000]),
  );
  const told = (['log', 'dump', 'process'] as const).map((source) => ({
    ...transition(1, 'MASTER'),
    source,
  }));
  for (const record of [...records, ...told, split(1, 'end', 'address-twice'), split(1, 'begin')]) {
    assert.deepEqual(failoverRecordSchema.parse(record), record);
  }
});

/** What 2.2.7 logs, and whether keepalived is asked for its states, or for what it watches. */
const lines: [message: string, asksStates: boolean, asksHealth: boolean][] = [
  ['(VI_1) Entering MASTER STATE', true, true],
  ['VRRP_Group(G1) Syncing instances to BACKUP state', true, false],
  ['(VI_1) Changing effective priority from 101 to 91', true, false],
  ['Reloading ...', true, true],
  ['VRRP_Script(chk) failed (exited with status 1)', false, true],
  ['Netlink reports eth0 down', true, true],
  ['Stopping', true, false],
  ['Printing VRRP as json for process(101) on signal', false, false],
];
for (const [message, asksStates, asksHealth] of lines) {
  test(`“${message}” ${asksStates || asksHealth ? 'is' : 'is not'} worth a question`, () => {
    const line = parseLogLine(`2026-11-24T14:22:15Z server1 Keepalived_vrrp[101]: ${message}`, 0);
    assert.deepEqual([isStateLine(line), isHealthLine(line)], [asksStates, asksHealth]);
  });
}
