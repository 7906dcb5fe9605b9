import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { summarizeConfiguration } from '../../../../../server/keepalived/config/questions.ts';
import {
  findNotifyPrograms,
  findUnicastFindings,
} from '../../../../../server/keepalived/config/rules/machine-rules.ts';
import { parseConfiguration } from '../../../../../server/keepalived/language/tree.ts';
import type { NetworkInterface } from '../../../../../server/keepalived/proof/evidence.ts';

describe('notify scripts', () => {
  it('are those of instances and groups with an absolute path, without their arguments', () => {
    const text = `vrrp_script chk {
  script "/not/a/notify"
}
vrrp_sync_group G {
  notify /usr/local/bin/group.sh
}
vrrp_instance VI_1 {
  notify_master "/usr/local/bin/up.sh --fast" root
  notify_backup $DIR/down.sh
  notify_fault relative.sh
  @other notify_stop /usr/local/bin/other.sh
  smtp_alert
}
`;
    assert.deepEqual(findNotifyPrograms(parseConfiguration(text).children), [
      { keyword: 'notify_master', program: '/usr/local/bin/up.sh', line: 8 },
      { keyword: 'notify', program: '/usr/local/bin/group.sh', line: 5 },
    ]);
  });
});

describe('unicast addresses', () => {
  const eth0: NetworkInterface = {
    name: 'eth0',
    macAddress: undefined,
    up: true,
    carrier: true,
    addresses: [
      { family: 'inet', address: '10.9.0.1', prefixLength: 24 },
      { family: 'inet', address: '10.9.0.100', prefixLength: 24 },
      { family: 'inet6', address: 'fd00::1', prefixLength: 64 },
    ],
  };
  const codesOf = (source: string, ...peers: string[]) => {
    const text = `vrrp_instance VI_1 {
  unicast_src_ip ${source}
  unicast_peer {
    ${peers.join('\n    ')}
  }
  virtual_ipaddress {
    10.9.0.100/24
  }
}
`;
    const { instances } = summarizeConfiguration(parseConfiguration(text));
    return findUnicastFindings(instances, [eth0]).map(({ code, line }) => `${code} ${line ?? '-'}`);
  };

  for (const [what, source, peers, expected] of [
    ['that fit', '10.9.0.1', ['10.9.0.2'], []],
    ['of a source that is elsewhere', '10.9.0.3', ['10.9.0.2'], ['unicast-source-not-local 1']],
    [
      'of a source that is only a virtual address',
      '10.9.0.100',
      ['10.9.0.2'],
      ['unicast-source-not-local 1'],
    ],
    ['with itself as peer', '10.9.0.1', ['10.9.0.2', '10.9.0.1'], ['unicast-peer-is-self 1']],
    ['in another spelling', 'fd00:0::1', ['fd00:0:0::1'], ['unicast-peer-is-self 1']],
    ['in a definition', '$SOURCE', ['$PEER'], []],
  ] as const) {
    it(what, () => {
      assert.deepEqual(codesOf(source, ...peers), expected);
    });
  }
});
