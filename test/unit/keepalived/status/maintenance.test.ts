import assert from 'node:assert/strict';
import { test } from 'node:test';
import { summarizeConfigurations } from '../../../../server/keepalived/config/questions.ts';
import type {
  RuntimeInstance,
  TrackedItem,
  VrrpState,
} from '../../../../server/keepalived/proof/evidence.ts';
import { noEvidence } from '../../../../server/keepalived/status/no-evidence.ts';
import { judgeStatus } from '../../../../server/keepalived/status/status.ts';
import type { DrillOrder } from '../../../../server/keepalived/status/status.ts';

const nowMs = 100_000;
const folder = '/var/lib/keepalived-wai/maintenance';
const admin: DrillOrder = {
  ...{ action: 'maintenance', userName: 'admin', atMs: 1_000, untilMs: 5_000 },
};

const configuration = ['VI_1', 'VI_2'].map(
  (name, index) => `vrrp_instance ${name} {
  interface eth0
  virtual_router_id ${51 + index}
}
`,
);
const group = 'vrrp_sync_group G {\n  group {\n    VI_1\n    VI_2\n  }\n}\n';

const running = (name: string, state: VrrpState): RuntimeInstance => ({
  ...{ name, state, interfaceName: 'eth0', virtualRouterId: 51, version: 2 },
  ...{ basePriority: 100, effectivePriority: 100, advertIntervalSeconds: 1, nopreempt: false },
  ...{ wantedState: 'BACKUP', authentication: 'none' },
  ...{ lastTransitionAtMs: undefined, addresses: [], statistics: {} },
});

const file = (value: number, changes: Partial<TrackedItem> = {}, weight = 1): TrackedItem => ({
  ...{ kind: 'file', name: 'f', good: value * weight >= 0, detail: `value ${value}` },
  file: { path: `${folder}/VI_1`, value, isOwn: true },
  instances: [{ name: 'VI_1', weight, forcesFault: value * weight <= -254 }],
  ...changes,
});

interface Scene {
  items: TrackedItem[];
  says?: VrrpState;
  orders?: [name: string, order: DrillOrder][];
  /** Wall clock, ms: when the file's result changed, as the log or the dumps tell. */
  changedAtMs?: number;
  up?: boolean;
  text?: string;
}

/** The instances, as judged. */
function judge({ items, says = 'FAULT', orders = [], changedAtMs, up = true, text }: Scene) {
  const content = text ?? configuration[0] ?? '';
  const summary = summarizeConfigurations([
    { path: '/etc/keepalived/keepalived.conf', text: content },
  ]);
  const result = { good: false, detail: '', atMs: changedAtMs };
  const observed = <Value>(value: Value) => ({ value, atMs: nowMs });
  const instances = summary.instances.map(({ name }) => running(name, says));
  const eth0 = { name: 'eth0', macAddress: undefined, up, carrier: up, addresses: [] };
  const evidence = {
    ...noEvidence,
    log: {
      ...noEvidence.log,
      results: new Map(changedAtMs === undefined ? [] : [['file f', result]]),
    },
    daemon: observed({
      ...{ state: 'running' as const, pid: 7, startedAtMs: 0, version: '2.2.7' },
      ...{ vrrpPid: 8, childPids: [8] },
    }),
    runtime: observed({ ok: true as const, source: 'json' as const, instances }),
    network: observed({ ok: true as const, interfaces: [eth0] }),
    configuration: observed({ ok: true as const, tag: '', summary, editedSinceLoad: false }),
    tracking: observed({ ok: true as const, items }),
  };
  return judgeStatus(evidence, nowMs, new Map(), new Map(orders)).instances;
}

test('the history says since when, and who asked', () => {
  const orders: Scene['orders'] = [['VI_1', admin]];
  const held = { sinceMs: 1_000, userName: 'admin', isSoleCause: true, instanceName: 'VI_1' };
  assert.deepEqual(judge({ items: [file(-254)], orders })[0]?.maintenance, held);
  assert.deepEqual(
    judge({ items: [file(-254)], orders, changedAtMs: 5_500 })[0]?.maintenance,
    held,
  );
  const later = judge({ items: [file(-254)], orders, changedAtMs: 90_000 })[0]?.maintenance;
  assert.deepEqual(later, { ...held, sinceMs: 90_000, userName: undefined });
  const unknown = judge({ items: [file(-254)] })[0]?.maintenance;
  assert.deepEqual(unknown, { ...held, sinceMs: undefined, userName: undefined });
});

test('a file of another program is no maintenance, whatever it is called', () => {
  const other = { name: 'maintainer', file: { path: '/run/maintainer', value: -254 } };
  const [first] = judge({ items: [file(-254, other)] });
  assert.equal(first?.maintenance, undefined);
  assert.match(first?.reason ?? '', /the tracked file maintainer requests it/);
  // The drill's page may use an administrator's own file: then the history knows it.
  const drilled = judge({ items: [file(-254, other)], orders: [['VI_1', admin]] })[0];
  assert.equal(drilled?.maintenance?.userName, 'admin');
});

test('what else holds it in FAULT is said', () => {
  const [first] = judge({ items: [file(-254)], up: false });
  assert.equal(first?.maintenance?.isSoleCause, false);
  assert.match(first.reason ?? '', /^its interface eth0 is down; in maintenance: the number in/);
});

test('an account of what is watched that is older than the state says nothing of it', () => {
  for (const says of ['MASTER', 'BACKUP'] as const) {
    assert.equal(judge({ items: [file(-254)], says })[0]?.maintenance, undefined);
  }
});

test('the whole sync group is held by the file of one member', () => {
  const text = `${configuration.join('')}${group}`;
  const zero = { instances: [{ name: 'VI_1', weight: 0, forcesFault: true }] };
  const [first, second] = judge({
    ...{ items: [file(-254, zero)], text, orders: [['VI_1', admin]] },
  });
  assert.equal(first?.maintenance?.userName, 'admin');
  assert.deepEqual(second?.maintenance, first.maintenance);
});

test('the sign of the weight decides whether the priority is lowered', () => {
  const codes = (item: TrackedItem) =>
    judge({ items: [item], says: 'BACKUP' })[0]?.alarms.map(({ code }) => code);
  assert.deepEqual(codes(file(-100)), ['priority-lowered']);
  assert.deepEqual(codes(file(100, {}, -1)), ['priority-lowered']);
  assert.deepEqual(codes(file(-100, {}, -1)), []);
  assert.deepEqual(codes(file(100)), []);
  const standby: DrillOrder = { ...admin, action: 'standby' };
  const [first] = judge({ items: [file(-100)], says: 'BACKUP', orders: [['VI_1', standby]] });
  assert.match(
    first?.alarms[0]?.sentence ?? '',
    /^The priority of this server stays lowered by 100, as admin asked: .*“Back to normal”/,
  );
});
