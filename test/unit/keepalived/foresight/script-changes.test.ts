import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { summarizeConfiguration } from '../../../../server/keepalived/config/questions.ts';
import { parseConfiguration } from '../../../../server/keepalived/config/tree.ts';
import type { RuntimeInstance } from '../../../../server/keepalived/evidence.ts';
import {
  describeScriptDanger,
  findScriptChanges,
} from '../../../../server/keepalived/foresight/script-changes.ts';

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
  const cases: [what: string, after: string, found: unknown[]][] = [
    ['nothing changes', good, []],
    ['only its interval changes', good.replace('120', '30'), []],
    [
      'it asks another URL',
      configuration(asks('http://127.0.0.1:9090/x')),
      [{ scriptName: 'chk_vshell', addresses, newUrl: 'http://127.0.0.1:9090/x' }],
    ],
    [
      'it runs another command',
      configuration('/usr/bin/curl --fial http://127.0.0.1:8080/healthcheck'),
      [{ scriptName: 'chk_vshell', addresses, newUrl: undefined }],
    ],
    [
      'another script is tracked',
      good.replace(/track_script \{\s+chk_vshell/, 'track_script {\n other'),
      [{ scriptName: 'other', addresses, newUrl: undefined }],
    ],
  ];
  for (const [what, after, found] of cases) {
    test(what, () => {
      assert.deepEqual(find(after), found);
    });
  }

  test('nobody loses anything while this server stands by', () => {
    assert.deepEqual(find(configuration('/usr/bin/false'), 'BACKUP'), []);
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
