import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ServerReport } from '../../../../server/keepalived/pair/server-report.ts';
import { createPairWatch } from '../../../../server/operations/pair/pair-watch.ts';
import type { PairedServerView } from '../../../../server/pair/pair.ts';
import { eventually } from '../../../lab/eventually.ts';
import { serverOf } from '../../keepalived/pair/reports.ts';
import type { Told } from '../../keepalived/pair/reports.ts';
import { noPair } from '../../web/app-harness.ts';

/** A pair of which both states can be set, and the time. */
function createSample(t: { after: (end: () => void) => void }) {
  const states: { own: Told; other: Told; isConnected: boolean } = {
    ...{ own: 'Active', other: 'Standby', isConnected: true },
  };
  let nowMs = 1_000_000;
  let turns = 0;
  let isPaired = true;
  const describeOwn = () => serverOf(1, states.own);
  const other = (): PairedServerView<ServerReport> => ({
    ...{ id: 'b', name: 'server2', urls: [], grant: 'see', allows: 'see', pairedAtMs: 0 },
    link: {
      state: states.isConnected ? 'connected' : 'not-heard',
      ...{ heardAgoMs: 0, isFollowing: true, problem: undefined, version: undefined },
    },
    report: { value: serverOf(2, states.other), ageMs: 100, own: describeOwn() },
    clock: undefined,
  });
  const watch = createPairWatch({
    pair: { view: () => ({ ...noPair.view(), servers: isPaired ? [other()] : [] }) },
    describeOwn,
    clock: { monotonicMs: () => nowMs },
    onTurn: () => (turns += 1),
  });
  t.after(watch.close);
  return {
    states,
    watch,
    kind: () => watch.read()?.routers[0]?.kind,
    pass: (ms: number) => (nowMs += ms),
    turns: () => turns,
    unpair: () => (isPaired = false),
  };
}

test('a server without a pair has no summary', (t) => {
  const { watch, unpair } = createSample(t);
  unpair();
  assert.equal(watch.read(), undefined);
});

test('news of either server is judged at once, and nothing is judged twice', (t) => {
  const { states, watch, kind } = createSample(t);
  assert.equal(kind(), 'protected');
  assert.equal(watch.read(), watch.read());
  states.other = 'Stopped';
  assert.equal(kind(), 'protected');
  watch.noteNews();
  assert.equal(kind(), 'unprotected');
});

test('without news it is judged again, for ages grow', (t) => {
  const { states, kind, pass } = createSample(t);
  assert.equal(kind(), 'protected');
  states.isConnected = false;
  pass(600);
  assert.notEqual(kind(), 'protected');
});

test('an address that is between two servers is looked at again, until nobody serves it', async (t) => {
  const { states, watch, kind, pass, turns } = createSample(t);
  kind();
  Object.assign(states, { own: 'Standby', other: 'Standby' });
  watch.noteNews();
  assert.equal(kind(), 'switching');
  await eventually('a turn by time alone', () => turns() > 0);
  pass(60_000);
  assert.equal(kind(), 'nobody');
});
