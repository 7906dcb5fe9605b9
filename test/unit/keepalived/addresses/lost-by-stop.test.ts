import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  countLost,
  describeLost,
  listLostByStop,
} from '../../../../server/keepalived/addresses/lost-by-stop.ts';
import { summarizeConfiguration } from '../../../../server/keepalived/config/questions.ts';
import { parseConfiguration } from '../../../../server/keepalived/language/tree.ts';
import type {
  NetworkReport,
  RuntimeInstance,
  RuntimeReport,
} from '../../../../server/keepalived/proof/evidence.ts';

const summary = summarizeConfiguration(
  parseConfiguration(`vrrp_sync_group G {
  group {
    A
  }
}
vrrp_instance A {
  interface eth0
  virtual_router_id 10
  virtual_ipaddress {
    10.9.0.100/24
    10.9.0.101/24
  }
}
vrrp_instance B {
  interface eth0
  virtual_router_id 11
  use_vmac own0
  virtual_ipaddress {
    10.9.0.102/24
  }
  virtual_ipaddress_excluded {
    10.9.0.103/24
  }
}
`),
);

const unread = { ok: false, reason: 'It does not answer.' } as const;
const network = (...places: [string, string][]): NetworkReport => ({
  ok: true,
  interfaces: ['lo', 'eth0', 'own0'].map((name) => ({
    ...{ name, macAddress: '00:00:5e:00:01:0b', up: true, carrier: true },
    ...(name === 'own0' && { virtual: { kind: 'macvlan', parentName: 'eth0' } as const }),
    addresses: places
      .filter(([, at]) => at === name)
      .map(([address]) => ({ ...{ address, prefixLength: 24, family: 'inet' as const } })),
  })),
});
const instance = (name: string, state: RuntimeInstance['state'], ...cidrs: string[]) =>
  ({
    ...{ name, state, interfaceName: 'eth0' },
    addresses: cidrs.map((cidr) => ({ cidr, interfaceName: 'eth0', claimedSet: true })),
  }) as unknown as RuntimeInstance;
const told: RuntimeReport = {
  ...{ ok: true, source: 'json' },
  instances: [
    instance('A', 'MASTER', '10.9.0.100/24', '10.9.0.101/24'),
    instance('B', 'BACKUP', '10.9.0.102/24', '10.9.0.103/24'),
  ],
};
const all: [string, string][] = [
  ['10.9.0.100', 'eth0'],
  ['10.9.0.101', 'lo'],
  ['10.9.0.102', 'own0'],
  ['10.9.0.103', 'own0'],
];
const list = (runtime: RuntimeReport, there: NetworkReport) =>
  listLostByStop({ runtime, network: there }, summary).map((one) => describeLost(one, summary));

test('what keepalived tells counts where the kernel has it', () => {
  assert.deepEqual(list(told, network(...all)), ['A (sync group G in the file): 10.9.0.100']);
});

test('without its account, what the file has counts where the kernel has it', () => {
  assert.deepEqual(list(unread, network(...all)), [
    'A (sync group G in the file): 10.9.0.100',
    'B: 10.9.0.102 and 10.9.0.103',
  ]);
});

test('without the kernel nothing is taken for absent', () => {
  assert.deepEqual(list(told, unread), ['A (sync group G in the file): 10.9.0.100 and 10.9.0.101']);
  const lost = listLostByStop({ runtime: unread, network: unread }, summary);
  assert.equal(countLost(lost), 4);
});

test('an address that two instances name is one', () => {
  const twice = [
    { instanceName: 'A', addresses: ['10.9.0.100'] },
    { instanceName: 'B', addresses: ['10.9.0.100'] },
  ];
  assert.equal(countLost(twice), 1);
});
