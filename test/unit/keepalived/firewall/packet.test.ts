import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { findInstanceInterfaces } from '../../../../server/keepalived/addresses/instance-interfaces.ts';
import { summarizeConfiguration } from '../../../../server/keepalived/config/questions.ts';
import { listVrrpPackets } from '../../../../server/keepalived/firewall/packet.ts';
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

function list(lines: string): string[] {
  const [configured] = summarizeConfiguration(
    parseConfiguration(`vrrp_instance A {\n interface eth0\n virtual_router_id 10\n${lines}\n}`),
  ).instances;
  assert.ok(configured);
  const interfaces = findInstanceInterfaces({ configured, running: undefined, network });
  return (['out', 'in'] as const).flatMap((direction) =>
    listVrrpPackets({ ...configured, interfaces }, direction, network).map(
      ({ interfaceName, source, destination }) =>
        `${direction} ${interfaceName} ${source ?? '?'} > ${destination}`,
    ),
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
});
