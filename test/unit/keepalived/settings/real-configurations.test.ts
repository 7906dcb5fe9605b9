import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { summarizeConfiguration } from '../../../../server/keepalived/config/questions.ts';
import { findInstanceFindings } from '../../../../server/keepalived/config/rules/instance-rules.ts';
import { parseConfiguration } from '../../../../server/keepalived/language/tree.ts';
import type { NetworkInterface } from '../../../../server/keepalived/proof/evidence.ts';
import { editInstanceSettings } from '../../../../server/keepalived/settings/edit-instance-settings.ts';
import { judgeInstanceSettings } from '../../../../server/keepalived/settings/field-rules.ts';
import { readInstanceSettings } from '../../../../server/keepalived/settings/instance-settings.ts';
import type { InstanceSettings } from '../../../../server/keepalived/settings/setting-fields.ts';

const read = (name: string) =>
  readFileSync(new URL(`../../../fixtures/cases/${name}/keepalived.conf`, import.meta.url), 'utf8');

const interfaces = ['eth0', 'br-lan', 'br-iot', 'lan0.3003'].map((name): NetworkInterface => ({
  ...{ name, macAddress: undefined, up: true, carrier: true, addresses: [] },
}));

/** Saves an instance by the form, and says what stands in the way. */
function save(text: string, instanceName: string, changes: Partial<InstanceSettings>) {
  const tree = parseConfiguration(text);
  const summary = summarizeConfiguration(tree);
  const instance = summary.instances.find(({ name }) => name === instanceName);
  assert.ok(instance);
  const current = readInstanceSettings(summary, instance);
  const others = summary.instances.filter((one) => one !== instance);
  const values = { ...current, ...changes };
  const { problems, warnings } = judgeInstanceSettings(values, {
    ...{ instance, current, others, interfaces, hasHealthcheck: false },
  });
  const place = { instanceName, scriptName: undefined, initialState: instance.initialState };
  const edited = editInstanceSettings(tree, place, current, values);
  return {
    problems: [...problems, ...edited.refusals].map(({ field, message }) => `${field}: ${message}`),
    warnings: warnings.map(({ field, message }) => `${field}: ${message}`),
    text: edited.text,
  };
}

describe('the settings form', () => {
  it('saves another setting of every instance that keepalived runs', () => {
    for (const [name, instanceName] of [
      ['c20-dual-stack-lladdr', 'V4'],
      ['c20-dual-stack-lladdr', 'L1'],
      ['c20-dual-stack-lladdr', 'L2'],
      ['c27-address-options', 'pcr-relay'],
      ['c30-empty-vip-excluded', 'kube-haproxy'],
      ['c34-static-and-vip-overlap', 'A'],
    ] as const) {
      const text = read(name);
      const { problems, text: saved } = save(text, instanceName, { priority: '99' });
      assert.deepEqual(problems, [], `${name} ${instanceName}`);
      const [was, is] = [text, saved].map((one) => one.split('\n'));
      assert.equal(is?.filter((line) => !was?.includes(line)).length, 1);
    }
  });

  it('gives another interface its own fe80::1, and no interface two', () => {
    const text = read('c20-dual-stack-lladdr');
    const moved = save(text, 'L2', { virtualAddresses: 'fe80::1/64\nfe80::2/64' });
    assert.deepEqual(moved.problems, []);
    const twice = save(text, 'L2', { virtualAddresses: 'fe80::1/64\nfe80::1/65' });
    assert.match(twice.problems.join(), /fe80::1 is there twice/);
    const theirs = save(text, 'L2', { virtualAddresses: 'fe80::1/128 dev br-lan' });
    assert.match(theirs.problems.join(), /is already an address of L1/);
  });

  it('leaves authentication that VRRP 3 ignores as it is, and says so', () => {
    const text = read('c20-dual-stack-lladdr').replace(
      'interface br-iot',
      'interface br-iot\n  authentication {\n    auth_type PASS\n    auth_pass seeded-1\n  }',
    );
    const { problems, warnings } = save(text, 'L2', { priority: '99' });
    assert.deepEqual(problems, []);
    assert.match(warnings.join(), /authentication: VRRP version 3 has no authentication/);
    const typed = save(text, 'L2', { password: 'seeded-2' });
    assert.match(typed.problems.join(), /VRRP version 3, which IPv6 always uses/);
  });
});

describe('the rules for instances', () => {
  const find = (name: string) =>
    findInstanceFindings(summarizeConfiguration(parseConfiguration(read(name))).instances);

  it('let fe80::1 be on two interfaces', () => {
    assert.deepEqual(find('c20-dual-stack-lladdr'), []);
  });

  it('say of excluded addresses alone what is missing, and not that nothing moves', () => {
    const [finding] = find('c30-empty-vip-excluded').filter(
      ({ code }) => code === 'virtual-address-missing',
    );
    assert.match(finding?.message ?? '', /has excluded addresses only: they move with it/);
  });
});
