import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  hasPlaceholder,
  packagedDefaultConfiguration,
  placeholderVirtualAddress,
} from '../../../../server/keepalived/config/default-configurations.ts';
import {
  findHealthcheck,
  summarizeConfiguration,
} from '../../../../server/keepalived/config/questions.ts';
import { findConfigurationProblems } from '../../../../server/keepalived/config/rules/rules.ts';
import { parseConfiguration } from '../../../../server/keepalived/language/tree.ts';

const master = packagedDefaultConfiguration('master', {
  interfaceName: 'ens3',
  hostName: 'server1',
});
const backup = packagedDefaultConfiguration('backup', {
  interfaceName: 'ens3',
  hostName: 'server1',
});

function summarize(text: string) {
  return summarizeConfiguration(parseConfiguration(text));
}

describe('the packaged configurations', () => {
  it('say what the manual promises', () => {
    for (const [text, initialState, priority] of [
      [master, 'MASTER', 101],
      [backup, 'BACKUP', 100],
    ] as const) {
      const summary = summarize(text);
      assert.deepEqual(
        findConfigurationProblems(text, summary, parseConfiguration(text).children),
        [],
      );
      assert.equal(summary.instances.length, 1);
      const [instance] = summary.instances;
      assert.ok(instance);
      assert.equal(instance.initialState, initialState);
      assert.equal(instance.priority, priority);
      assert.equal(instance.interfaceName, 'ens3');
      assert.equal(instance.virtualRouterId, 51);
      assert.equal(instance.advertIntervalSeconds, 1);
      assert.deepEqual(instance.authentication, {
        type: 'PASS',
        hasPassword: true,
        passwordTooLong: false,
      });
      assert.deepEqual(
        instance.addresses.map((address) => address.text),
        [placeholderVirtualAddress],
      );
      const { probe, ...healthcheck } = findHealthcheck(summary, instance) ?? {};
      assert.deepEqual(healthcheck, {
        url: 'http://127.0.0.1:8080/healthcheck',
        intervalSeconds: 120,
        scriptName: 'chk_vshell',
      });
      assert.equal(probe?.kind, 'repeatable');
    }
  });

  it('differ in the title, the state and the priority only', () => {
    const backupLines = backup.split('\n');
    const differing = master.split('\n').filter((line, index) => line !== backupLines[index]);
    assert.equal(differing.length, 3);
    assert.deepEqual(differing.slice(1), ['    state MASTER', '    priority 101']);
  });

  it('name the server, so that keepalived asks no name server for it', () => {
    assert.match(master, /^global_defs \{\n(?: +#.*\n)+ +router_id server1$/m);
    const odd = packagedDefaultConfiguration('master', { interfaceName: 'e', hostName: 'a {b}' });
    assert.match(odd, /^ {4}router_id keepalived$/m);
  });

  it('give curl less time than keepalived gives the script', () => {
    const [script] = summarize(master).scripts;
    const curlSeconds = Number(/--max-time (\d+)/.exec(script?.command ?? '')?.[1]);
    assert.ok(curlSeconds < (script?.timeoutSeconds ?? 0));
    assert.ok((script?.timeoutSeconds ?? Infinity) < (script?.intervalSeconds ?? 0));
  });

  it('have the placeholder until the address is changed', () => {
    assert.equal(hasPlaceholder(summarize(master)), true);
    const changed = master.replace(placeholderVirtualAddress, '192.168.0.100/24');
    assert.equal(hasPlaceholder(summarize(changed)), false);
  });
});
