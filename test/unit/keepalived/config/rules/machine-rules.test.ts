import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { summarizeConfiguration } from '../../../../../server/keepalived/config/questions.ts';
import {
  describeNamespace,
  findNetworkNamespace,
} from '../../../../../server/keepalived/config/rules/namespace-rules.ts';
import { findNotifyPrograms } from '../../../../../server/keepalived/config/rules/notify-rules.ts';
import {
  findStaticAddresses,
  findUnicastFindings,
} from '../../../../../server/keepalived/config/rules/unicast-rules.ts';
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
    const machine = { interfaces: [eth0], staticAddresses: [], hasUnreadBlocks: false };
    return findUnicastFindings(instances, { ...machine, canSendFrom: new Map() }).map(
      ({ code, line }) => `${code} ${line ?? '-'}`,
    );
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

describe('a unicast source that no interface has', () => {
  const severityOf = (
    canSend: boolean | undefined,
    { extra = '', peers = '10.9.0.2', top = '', unread = false } = {},
  ) => {
    const text = `${top}vrrp_instance VI_1 {
  unicast_src_ip 10.9.0.77
  ${extra}
  unicast_peer {
    ${peers}
  }
  virtual_ipaddress {
    10.9.0.100/24
  }
}
`;
    const { children } = parseConfiguration(text);
    const { instances } = summarizeConfiguration(parseConfiguration(text));
    return findUnicastFindings(instances, {
      interfaces: [],
      staticAddresses: findStaticAddresses(children),
      canSendFrom: new Map([['10.9.0.77', canSend]]),
      hasUnreadBlocks: unread,
    }).map(({ severity }) => severity);
  };

  it('stops a save where the kernel refuses it', () => {
    assert.deepEqual(severityOf(false), ['fatal']);
  });

  it('is a warning where that is not known, where parts are not read, and without a peer', () => {
    assert.deepEqual(severityOf(undefined), ['warning']);
    assert.deepEqual(severityOf(false, { unread: true }), ['warning']);
    assert.deepEqual(severityOf(false, { peers: '' }), ['warning']);
  });

  it('is nothing where the kernel allows it, or keepalived sets it before', () => {
    assert.deepEqual(severityOf(true), []);
    const top = 'static_ipaddress {\n  10.9.0.77/24 dev eth0\n}\n';
    assert.deepEqual(severityOf(false, { top }), []);
    assert.deepEqual(severityOf(false, { extra: 'use_ipvlan ipv0 10.9.0.77/24' }), []);
  });

  it('is a warning where it is a virtual address, though it can be used now', () => {
    const extra = 'virtual_ipaddress_excluded {\n    10.9.0.77\n  }';
    assert.deepEqual(severityOf(true, { extra }), ['warning']);
  });
});

describe('the network namespace', () => {
  const find = (text: string) => findNetworkNamespace(parseConfiguration(text).children);

  it('is the first that is named', () => {
    assert.deepEqual(find('net_namespace one\nnet_namespace two\n'), { name: 'one', line: 1 });
    assert.equal(find('global_defs {\n}\n'), undefined);
    assert.equal(find('@elsewhere net_namespace one\n'), undefined);
  });

  it('is not known by a reference, or behind what is not read', () => {
    assert.equal(find('net_namespace $NAME\n')?.name, undefined);
    assert.equal(find('include more.conf\nnet_namespace one\n')?.name, undefined);
  });

  it('ends the daemon only where it is certainly missing', () => {
    const named = { name: 'one', line: 1 };
    const [finding] = describeNamespace(named, false);
    assert.deepEqual([finding?.severity, finding?.endsDaemon], ['fatal', true]);
    assert.deepEqual(describeNamespace(named, true), []);
    assert.deepEqual(
      describeNamespace(named, undefined).map(({ severity }) => severity),
      ['info'],
    );
    assert.deepEqual(describeNamespace({ name: undefined, line: 1 }, undefined), []);
  });
});
