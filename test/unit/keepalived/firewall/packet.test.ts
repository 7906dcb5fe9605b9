import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { findInstanceInterfaces } from '../../../../server/keepalived/addresses/instance-interfaces.ts';
import { summarizeConfiguration } from '../../../../server/keepalived/config/questions.ts';
import { listVrrpPackets } from '../../../../server/keepalived/firewall/packet.ts';
import type { VrrpPacket } from '../../../../server/keepalived/firewall/packet.ts';
import { parseConfiguration } from '../../../../server/keepalived/language/tree.ts';
import type { NetworkReport } from '../../../../server/keepalived/proof/evidence.ts';

const network: NetworkReport = {
  ok: true,
  interfaces: [
    {
      ...{ name: 'eth0', macAddress: '02:00:00:00:00:02', up: true, carrier: true },
      addresses: [
        { family: 'inet', address: '10.9.0.1', prefixLength: 24 },
        { family: 'inet6', address: 'fe80::1', prefixLength: 64 },
      ],
    },
  ],
};

function listPackets(lines: string): VrrpPacket[] {
  const [configured] = summarizeConfiguration(
    parseConfiguration(`vrrp_instance A {\n interface eth0\n virtual_router_id 10\n${lines}\n}`),
  ).instances;
  assert.ok(configured);
  const interfaces = findInstanceInterfaces({ configured, running: undefined, network });
  return (['out', 'in'] as const).flatMap((direction) =>
    listVrrpPackets({ ...configured, interfaces }, direction, network),
  );
}

function list(lines: string): string[] {
  return listPackets(lines).map(
    ({ direction, interfaceName, source, destination }) =>
      `${direction} ${interfaceName} ${source ?? '?'} > ${destination}`,
  );
}

describe('the advertisements that a packet filter sees', () => {
  it('leave and arrive by the virtual interface, from an address of the one below', () => {
    const addresses = 'virtual_ipaddress {\n 10.9.0.100/24\n }';
    assert.deepEqual(list(`use_vmac eth0v10v4\n${addresses}`), [
      'out eth0v10v4 10.9.0.1 > 224.0.0.18',
      'in eth0v10v4 10.9.0.0/24 > 224.0.0.18',
    ]);
    assert.deepEqual(list(`use_vmac\n vmac_xmit_base\n${addresses}`), [
      'out eth0 10.9.0.1 > 224.0.0.18',
      'in eth0 10.9.0.0/24 > 224.0.0.18',
    ]);
    assert.deepEqual(list('use_vmac\n virtual_ipaddress {\n fe80::99\n }'), [
      'out vrrp.10 fe80::1 > ff02::12',
      'in vrrp.10 fe80::/64 > ff02::12',
    ]);
  });

  it('leave an ipvlan from the address that it was given', () => {
    const [out] = list('use_ipvlan ipv 10.9.0.66 bridge\nvirtual_ipaddress {\n 10.9.0.100\n }');
    assert.equal(out, 'out ipv 10.9.0.66 > 224.0.0.18');
  });

  it('are of protocol 112 where keepalived ignores the authentication header (measured, 2.2.7)', () => {
    const block = (password: string) => `authentication {\n auth_type AH\n${password}\n}`;
    const protocols = (lines: string) =>
      listPackets(`${lines}\nvirtual_ipaddress {\n 10.9.0.100\n }`).map(({ protocol }) => protocol);
    assert.deepEqual(protocols(block('auth_pass x')), [51, 51]);
    assert.deepEqual(protocols(block('')), [112, 112]);
    assert.deepEqual(protocols(`${block('auth_pass x')}\nversion 3`), [112, 112]);
    assert.deepEqual(protocols(`${block('auth_pass x')}\nstrict_mode on`), [112, 112]);
  });

  it('leave with the TTL of the configuration (measured, 2.2.7)', () => {
    const ttls = (lines: string) => listPackets(lines).map(({ timeToLive }) => timeToLive);
    const addresses = 'virtual_ipaddress {\n 10.9.0.100\n }';
    const peer = `${addresses}\nunicast_peer {\n 10.9.0.2\n }`;
    const sixth = 'virtual_ipaddress {\n fe80::99\n }\nunicast_peer {\n fe80::2\n }';
    assert.deepEqual(ttls(addresses), [255, 255]);
    // What the peer writes into its own, nobody here knows.
    assert.deepEqual(ttls(peer), [255, undefined]);
    assert.deepEqual(ttls(`${peer}\nunicast_ttl 10`), [10, undefined]);
    assert.deepEqual(ttls(`${peer}\nunicast_ttl 300`), [255, undefined]);
    assert.deepEqual(ttls(`${peer}\nunicast_ttl $TTL`), [undefined, undefined]);
    assert.deepEqual(ttls(sixth), [undefined, undefined]);
    assert.deepEqual(ttls(`${sixth}\nunicast_ttl 10`), [10, undefined]);
    // keepalived “resets” it to 0, and the kernel does not send that.
    assert.deepEqual(ttls(`${addresses}\nunicast_ttl 10`), [0, 255]);
  });
});
