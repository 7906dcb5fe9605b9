import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { summarizeConfiguration } from '../../../../server/keepalived/config/questions.ts';
import {
  describeScriptDanger,
  findScriptChanges,
} from '../../../../server/keepalived/foresight/script-changes.ts';
import { parseConfiguration } from '../../../../server/keepalived/language/tree.ts';
import type { RuntimeInstance } from '../../../../server/keepalived/proof/evidence.ts';

const configuration = (command: string, tracked = 'chk_vshell'): string => `
vrrp_script chk_vshell {
  script "${command}"
  interval 120
}
vrrp_script other {
  script "/usr/bin/true"
}
vrrp_instance VI_1 {
  interface eth0
  virtual_router_id 51
  virtual_ipaddress {
    192.168.0.100/24
  }
  track_script {
    ${tracked}
  }
}
`;
const asks = (url: string) => `/usr/bin/curl --fail ${url}`;
const good = configuration(asks('http://127.0.0.1:8080/healthcheck'));

const running = (state: RuntimeInstance['state']) =>
  [
    { name: 'VI_1', state, addresses: [{ cidr: '192.168.0.100/24' }] },
  ] as unknown as RuntimeInstance[];
const find = (after: string, state: RuntimeInstance['state'] = 'MASTER') =>
  findScriptChanges(
    summarizeConfiguration(parseConfiguration(good)),
    summarizeConfiguration(parseConfiguration(after)),
    running(state),
  );

describe('a tracked script that begins to decide over an address that is served', () => {
  const addresses = ['192.168.0.100'];
  const consequence = { kind: 'fault' };
  const cases: [what: string, after: string, found: unknown[]][] = [
    ['nothing changes', good, []],
    ['only its interval changes', good.replace('120', '30'), []],
    [
      'it asks another URL',
      configuration(asks('http://127.0.0.1:9090/x')),
      [{ scriptName: 'chk_vshell', addresses, consequence, newUrl: 'http://127.0.0.1:9090/x' }],
    ],
    [
      'it runs another command',
      configuration('/usr/bin/curl --fial http://127.0.0.1:8080/healthcheck'),
      [{ scriptName: 'chk_vshell', addresses, consequence, newUrl: undefined }],
    ],
    [
      'another script is tracked',
      good.replace(/track_script \{\s+chk_vshell/, 'track_script {\n other'),
      [{ scriptName: 'other', addresses, consequence, newUrl: undefined }],
    ],
    [
      'its sync group tracks another script',
      `${good}vrrp_sync_group G {\n group {\n VI_1\n }\n track_script {\n other\n }\n}\n`,
      [{ scriptName: 'other', addresses, newUrl: undefined, consequence: { kind: 'fault' } }],
    ],
  ];
  for (const [what, after, found] of cases) {
    test(what, () => {
      const changes = find(after).map(({ probe, ...change }) => {
        assert.equal(probe !== undefined, change.scriptName === 'chk_vshell');
        return change;
      });
      assert.deepEqual(changes, found);
    });
  }

  test('nobody loses anything while this server stands by', () => {
    assert.deepEqual(find(configuration('/usr/bin/false'), 'BACKUP'), []);
  });

  describe('of a script with a weight', () => {
    const weighted = (weight: number, more = '') =>
      configuration('/usr/bin/other').replace('interval 120', `interval 120\n weight ${weight}`) +
      more;
    const group = (settings: string) =>
      `vrrp_sync_group G {\n group {\n VI_1\n VI_2\n }\n${settings}\n}\n`;

    test('the change of the priority is computed, and no loss is claimed', () => {
      for (const [weight, change, priority] of [
        [-20, -20, 80],
        [20, -20, 100],
        [-200, -99, 1],
      ] as const) {
        const [found] = find(weighted(weight));
        assert.deepEqual(found?.consequence, { kind: 'priority', change, priority });
        assert.match(
          describeScriptDanger(found, undefined),
          new RegExp(
            `if that fails, the priority of this server changes by ${change} to ${priority}, and it hands 192.168.0.100 over only to a server that then has a higher priority`,
          ),
        );
      }
    });

    test('nothing is told where keepalived ignores the weight', () => {
      assert.deepEqual(find(weighted(-20, group(''))), []);
      assert.deepEqual(
        find(weighted(-20, group('sync_group_tracking_weight')))[0]?.consequence.kind,
        'priority',
      );
      assert.deepEqual(find(weighted(-20).replace('interface eth0', 'priority 255')), []);
      // In the group's own block it counts.
      const shared = weighted(-20, group('track_script {\n chk_vshell\n }')).replace(
        /track_script \{\s+chk_vshell\s+\}/,
        '',
      );
      assert.deepEqual(find(shared)[0]?.consequence, {
        ...{ kind: 'priority', change: -20, priority: 80 },
      });
    });
  });

  test('an instance that only gets another name is the same, and so is a script', () => {
    assert.deepEqual(find(good.replace('vrrp_instance VI_1', 'vrrp_instance VI_9')), []);
    const [found] = find(
      configuration('/usr/bin/other').replace('vrrp_instance VI_1', 'vrrp_instance VI_9'),
    );
    assert.equal(found?.scriptName, 'chk_vshell', 'its new command is told under the new name too');
    assert.deepEqual(find(good.replaceAll('chk_vshell', 'chk_api')), []);
    const lowering = good.replace('interval 120', 'interval 120\n weight -20');
    assert.deepEqual(
      findScriptChanges(
        summarizeConfiguration(parseConfiguration(lowering)),
        summarizeConfiguration(parseConfiguration(good.replaceAll('chk_vshell', 'chk_api'))),
        running('MASTER'),
      ).map(({ consequence: { kind } }) => kind),
      ['fault'],
    );
  });

  test('the sentence names the address and what the URL answers', () => {
    const [change] = find(configuration(asks('http://127.0.0.1:9090/x')));
    assert.ok(change);
    assert.match(
      describeScriptDanger(change, 'HTTP 404'),
      /http:\/\/127\.0\.0\.1:9090\/x.*HTTP 404.*192\.168\.0\.100/,
    );
  });
});
