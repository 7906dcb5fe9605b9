import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  findAskingInterface,
  findInstanceInterfaces,
} from '../../../../server/keepalived/addresses/instance-interfaces.ts';
import { summarizeConfiguration } from '../../../../server/keepalived/config/questions.ts';
import { parseConfiguration } from '../../../../server/keepalived/language/tree.ts';
import type {
  NetworkInterface,
  NetworkReport,
} from '../../../../server/keepalived/proof/evidence.ts';
import { parseJsonDump } from '../../../../server/keepalived/runtime/dump/json-dump.ts';

const addresses = 'virtual_ipaddress {\n 10.9.0.100/24\n }';
const read = (lines: string, globals = '') =>
  summarizeConfiguration(
    parseConfiguration(
      `global_defs {\n${globals}\n}\nvrrp_instance A {\n interface eth0\n virtual_router_id 10\n${lines}\n}\n`,
    ),
  ).instances[0];

const link = (name: string, macAddress: string, parentName?: string): NetworkInterface => ({
  ...{ name, macAddress, up: true, carrier: true, addresses: [] },
  ...(parentName !== undefined && { virtual: { kind: 'macvlan', parentName } }),
});
const network = (...links: NetworkInterface[]): NetworkReport => ({
  ok: true,
  interfaces: [link('lo', '00:00:00:00:00:00'), link('eth0', 'ae:47:fe:a7:55:c3'), ...links],
});
const find = (lines: string, there: NetworkReport = network(), globals?: string) =>
  findInstanceInterfaces({
    ...{ configured: read(lines, globals), running: undefined, network: there },
  });

describe('the interfaces of an instance', () => {
  it('are all the one that the file names, without a virtual one', () => {
    const { base, virtual, wire, audible, addresses: held } = find(addresses);
    assert.deepEqual([base, virtual, wire, audible], ['eth0', undefined, 'eth0', 'eth0']);
    assert.deepEqual(held, [{ cidr: '10.9.0.100/24', interfaceName: 'eth0', label: undefined }]);
  });

  it('have the given name, or the one that keepalived makes', () => {
    for (const [words, globals, name] of [
      ['use_vmac eth0v10v4', '', 'eth0v10v4'],
      ['use_vmac', '', 'vrrp.10'],
      ['use_vmac', 'vmac_prefix vm', 'vm.10'],
      ['use_vmac 02:00:00:00:00', '', 'vrrp.10'],
      ['use_ipvlan ipv 10.9.0.66 bridge', '', 'ipv'],
    ] as const) {
      const { wire, audible, virtual } = find(`${words}\n${addresses}`, network(), globals);
      assert.deepEqual([virtual?.name, wire, audible], [name, name, 'eth0'], words);
    }
  });

  it('are found among the kernel’s links, whatever their name, by parent and MAC address', () => {
    const there = network(
      link('elsewhere', '00:00:5e:00:01:0a', 'eth1'),
      link('other', '00:00:5e:00:01:0b', 'eth0'),
      link('found', '00:00:5e:00:01:0a', 'eth0'),
    );
    const { wire, audible, addresses: held } = find(`use_vmac wanted\n${addresses}`, there);
    assert.deepEqual([wire, audible, held[0]?.interfaceName], ['found', 'found', 'found']);
    const ipv6 = find(
      'use_vmac\nvirtual_ipaddress {\n fe80::9\n }',
      network(link('six', '00:00:5e:00:02:0a', 'eth0')),
    );
    assert.equal(ipv6.wire, 'six');
    const own = find(
      `use_vmac 02:00:00:00:00\n${addresses}`,
      network(link('own', '02:00:00:00:00:0a', 'eth0')),
    );
    assert.equal(own.wire, 'own');
  });

  it('send and receive below with vmac_xmit_base, and with unicast; not in strict mode', () => {
    for (const [lines, globals, wire] of [
      ['vmac_xmit_base', '', 'eth0'],
      ['unicast_peer {\n 10.9.0.2\n }', '', 'eth0'],
      ['vmac_xmit_base\n strict_mode on', '', 'vrrp.10'],
      ['vmac_xmit_base', 'vrrp_strict', 'vrrp.10'],
    ] as const) {
      const found = find(`use_vmac\n${lines}\n${addresses}`, network(), globals);
      assert.equal(found.wire, wire, `${lines} ${globals}`);
      assert.equal(found.addresses[0]?.interfaceName, 'vrrp.10');
    }
  });

  it('hold each address where keepalived puts it', () => {
    const lines = `virtual_ipaddress {
      10.9.0.100/24
      10.9.0.101/24 dev eth0
      10.9.1.1/24 dev eth1
      10.9.1.2/24 dev eth1 use_vmac
    }
    virtual_ipaddress_excluded {
      fd00::1/64
    }`;
    const places = (words: string, there = network()) =>
      find(`${words}\n${lines}`, there).addresses.map(({ interfaceName }) => interfaceName);
    const below = network(link('vrrp1.10', '00:00:5e:00:01:0a', 'eth1'));
    assert.deepEqual(places('use_vmac', below), [
      ...['vrrp.10', 'vrrp.10', 'eth1', 'vrrp1.10', 'eth0'],
    ]);
    assert.deepEqual(places('use_vmac\n use_vmac_addr', below)[2], 'vrrp1.10');
    // Measured, 2.2.7: an ipvlan only sends; the addresses are below.
    assert.deepEqual(places('use_ipvlan ipv 10.9.0.66').slice(0, 2), ['eth0', 'eth0']);
  });

  it('are those of keepalived’s account where there is one', () => {
    const data = {
      ...{ iname: 'A', vmac_ifname: 'vrrp6.10', ifp_ifname: 'vrrp6.10', vrid: 10, version: 3 },
      ...{ base_priority: 100, effective_priority: 100, adver_int: 1, nopreempt: false },
      ...{ state: 2, wantstate: 2, last_transition: 0 },
      vips: ['fe80::99 dev vrrp6.10@eth0 scope global deprecated set'],
    };
    const dump = parseJsonDump(JSON.stringify([{ data, stats: {} }]));
    assert.ok(dump.ok);
    const [running] = dump.instances;
    const there = network(link('vrrp6.10', '00:00:5e:00:02:0a', 'eth0'));
    const found = findInstanceInterfaces({ configured: undefined, running, network: there });
    assert.deepEqual([found.base, found.wire], ['eth0', 'vrrp6.10']);
    assert.deepEqual(found.addresses[0]?.interfaceName, 'vrrp6.10');
  });
});

describe('who has an address is asked', () => {
  it('never from the virtual router’s MAC address, which would turn the switches to a standby', () => {
    const there = network(
      link('vrrp.10', '00:00:5e:00:01:0a', 'eth0'),
      link('own', '02:00:00:00:00:01', 'eth0'),
    );
    const own = { base: 'eth0', virtual: { name: 'own', kind: 'macvlan' } } as const;
    assert.equal(findAskingInterface('vrrp.10', own, there), 'eth0');
    assert.equal(findAskingInterface('own', own, there), 'eth0');
    assert.equal(findAskingInterface('own', { base: 'eth0', virtual: undefined }, there), 'own');
    assert.equal(findAskingInterface('eth0', own, there), 'eth0');
  });
});
