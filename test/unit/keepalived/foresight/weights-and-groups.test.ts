import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { summarizeConfiguration } from '../../../../server/keepalived/config/questions.ts';
import {
  computePriority,
  createFindResult,
} from '../../../../server/keepalived/foresight/elections/effective-priority.ts';
import { foreseeChange } from '../../../../server/keepalived/foresight/foresight.ts';
import { parseConfiguration } from '../../../../server/keepalived/language/tree.ts';
import type {
  RuntimeInstance,
  TrackedItem,
  VrrpState,
} from '../../../../server/keepalived/proof/evidence.ts';

const script = 'vrrp_script chk {\n  script /usr/bin/true\n}\n';
const instance = (name: string, priority: number, more = ''): string =>
  `vrrp_instance ${name} {\n  interface eth0\n  virtual_router_id ${name === 'A' ? 1 : 2}\n` +
  `  priority ${priority}\n${more}  virtual_ipaddress {\n    192.168.0.${name === 'A' ? 1 : 2}\n  }\n}\n`;
const track = (words: string): string => `  track_script {\n    ${words}\n  }\n`;
const group = (more = ''): string => `vrrp_sync_group G {\n  group { A B }\n${more}}\n`;

const item = (
  kind: TrackedItem['kind'],
  name: string,
  good: boolean,
  detail = '',
): TrackedItem => ({
  ...{ kind, name, good, detail, instances: [] },
});

function run(name: string, state: VrrpState, effectivePriority: number, masterPriority?: number) {
  return {
    ...{ name, state, wantedState: state, interfaceName: 'eth0', version: 2 },
    ...{ virtualRouterId: name === 'A' ? 1 : 2, basePriority: 100, effectivePriority },
    ...{ advertIntervalSeconds: 1, nopreempt: false, lastTransitionAtMs: undefined },
    ...{ authentication: 'none', statistics: {} },
    ...(masterPriority === undefined ? {} : { masterPriority }),
    addresses: [
      { cidr: `192.168.0.${name === 'A' ? 1 : 2}/32`, interfaceName: 'eth0', claimedSet: true },
    ],
  } satisfies RuntimeInstance;
}

function foresee(before: string, after: string, running: RuntimeInstance[], items: TrackedItem[]) {
  const summarize = (text: string) => summarizeConfiguration(parseConfiguration(text));
  const { sentences, movements, dangers } = foreseeChange({
    before: summarize(before),
    after: summarize(after),
    passwordChanges: new Set(),
    running,
    findResult: createFindResult({ ok: true, items }, undefined),
  });
  const moves = movements.map(({ instanceName, direction }) => `${direction} ${instanceName}`);
  return { words: sentences.join(' '), moves, dangers: dangers.join(' ') };
}

describe('weights', () => {
  const tracking = script + instance('A', 100, track('chk weight 20'));
  const good = [item('script', 'chk', true)];

  it('a script of weight 20 that is taken away may move the address', () => {
    const seen = foresee(tracking, script + instance('A', 100), [run('A', 'MASTER', 120)], good);
    assert.deepEqual(seen.moves, ['lose A']);
    assert.match(seen.words, /if its priority is higher than 100/);
  });

  it('a weight that changes its sign does so, as far as the script’s result has it', () => {
    const negative = script + instance('A', 100, track('chk weight -20'));
    const seen = foresee(tracking, negative, [run('A', 'MASTER', 120)], good);
    assert.match(seen.words, /higher than 100/);
    const bad = [item('script', 'chk', false)];
    assert.match(
      foresee(tracking, negative, [run('A', 'MASTER', 100)], bad).words,
      /higher than 80/,
    );
  });

  it('a standby takes over where a weight raises it above the peer', () => {
    const before = instance('A', 100, '  track_interface {\n    eth1 weight 5\n  }\n');
    const after = before.replace('weight 5', 'weight 30');
    const items = [item('interface', 'eth1', true)];
    const seen = foresee(before, after, [run('A', 'BACKUP', 105, 110)], items);
    assert.deepEqual(seen.moves, ['take A']);
    assert.match(seen.words, /its priority 130 is higher than the peer’s 110/);
  });

  it('a file’s number counts with its weight, and reverse turns it', () => {
    const file = 'track_file load {\n  file /tmp/load\n  weight 2 reverse\n}\n';
    const text = file + instance('A', 100, '  track_file {\n    load\n  }\n');
    const summary = summarizeConfiguration(parseConfiguration(text));
    const find = createFindResult(
      { ok: true, items: [item('file', 'load', false, 'value 7')] },
      undefined,
    );
    const [configured] = summary.instances;
    assert.ok(configured);
    assert.equal(computePriority(configured, summary, find).priority, 86);
  });

  it('a file that is not tracked yet counts with what is in it', () => {
    const file = 'track_file maintenance {\n  file /tmp/maintenance\n}\n';
    const after = file + instance('A', 100, '  track_file {\n    maintenance\n  }\n');
    const [configured] = summarizeConfiguration(parseConfiguration(after)).instances;
    assert.ok(configured);
    const computed = (fileValues?: Map<string, number>) =>
      computePriority(
        configured,
        summarizeConfiguration(parseConfiguration(after)),
        createFindResult({ ok: true, items: [] }, undefined, fileValues),
      );
    assert.equal(computed(new Map([['maintenance', 0]])).priority, 100);
    assert.equal(computed(new Map([['maintenance', -30]])).priority, 70);
    assert.deepEqual(computed(new Map([['maintenance', -254]])).faults, ['maintenance']);
    assert.deepEqual(computed().unknown, ['maintenance']);
  });

  it('says what it does not know, and foretells nothing of it', () => {
    const seen = foresee(script + instance('A', 100), tracking, [run('A', 'MASTER', 100)], []);
    assert.deepEqual(seen.moves, []);
    assert.match(seen.words, /^Can’t tell whether .*: the priority depends on chk/);
  });

  it('names what fails already and would put the instance into Fault', () => {
    const after = script + instance('A', 100, track('chk'));
    const seen = foresee(
      script + instance('A', 100),
      after,
      [run('A', 'MASTER', 100)],
      [item('script', 'chk', false)],
    );
    assert.match(seen.words, /chk fails now, which puts A into Fault/);
  });
});

describe('sync groups', () => {
  const both = (a: number, b: number, more = '') =>
    group(more) + instance('A', a) + instance('B', b);

  it('the priority of one member may move all of them', () => {
    const running = [run('A', 'MASTER', 100), run('B', 'MASTER', 100)];
    const seen = foresee(both(100, 100), both(50, 100), running, []);
    assert.deepEqual(seen.moves, ['lose A', 'lose B']);
    assert.match(seen.words, /higher than 50 in A and 100 in B/);
  });

  it('one member that is raised takes nothing while another one is behind', () => {
    const running = [run('A', 'BACKUP', 100, 110), run('B', 'BACKUP', 100, 110)];
    const one = foresee(both(100, 100), both(150, 100), running, []);
    assert.deepEqual(one.moves, []);
    assert.match(one.words, /in B the peer serves with priority 110, this server will have 100/);
    const all = foresee(both(100, 100), both(150, 150), running, []);
    assert.deepEqual(all.moves, ['take A', 'take B']);
  });

  it('a member that becomes another router, or joins without being master, takes the rest along', () => {
    const alone = instance('A', 100) + instance('B', 100);
    const masters = [run('A', 'MASTER', 100), run('B', 'MASTER', 100)];
    const mixed = [run('A', 'MASTER', 100), run('B', 'BACKUP', 100, 110)];
    const virtual = both(100, 100).replace('interface eth0', 'interface eth0\n  use_vmac');
    const seen = foresee(both(100, 100), virtual, masters, []).dangers;
    assert.match(seen, /A: With another virtual interface .* releases 192\.168\.0\.1 at once/);
    assert.match(seen, /A is not master after the change: this server releases 192\.168\.0\.2 too/);
    assert.match(foresee(alone, both(100, 100), mixed, []).dangers, /releases 192\.168\.0\.1 too/);
    assert.equal(foresee(alone, both(100, 100), masters, []).dangers, '');
    assert.equal(foresee(both(100, 100), both(100, 101), mixed, []).dangers, '');
    assert.equal(
      foresee(both(100, 100), both(100, 100).replace('group G', 'group H'), masters, []).dangers,
      '',
    );
  });

  it('a member’s own weighted script counts only with sync_group_tracking_weight', () => {
    const members = (more: string) =>
      script + group(more) + instance('A', 100, track('chk weight 20')) + instance('B', 100);
    const priorityOf = (text: string) => {
      const summary = summarizeConfiguration(parseConfiguration(text));
      const find = createFindResult({ ok: true, items: [item('script', 'chk', true)] }, undefined);
      return summary.instances.map((one) => computePriority(one, summary, find).priority);
    };
    assert.deepEqual(priorityOf(members('')), [100, 100]);
    assert.deepEqual(priorityOf(members('  sync_group_tracking_weight\n')), [120, 100]);
    assert.deepEqual(priorityOf(members(track('chk weight 7'))), [107, 107]);
  });
});
