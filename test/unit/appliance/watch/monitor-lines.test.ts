import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readMonitorLine } from '../../../../server/appliance/watch/monitor-lines.ts';
import { applyAddressChanges } from '../../../../server/keepalived/addresses/address-changes.ts';
import type { AddressChange } from '../../../../server/keepalived/proof/evidence.ts';

/** As iproute2 6.1 prints them with `ip -o monitor address link` (measured). */
const lines: [line: string, change: AddressChange | undefined][] = [
  [
    String.raw`3: eth0    inet 10.9.0.1/24 scope global eth0\       valid_lft forever preferred_lft forever`,
    change('added', 'inet', '10.9.0.1', 24),
  ],
  [
    String.raw`Deleted 3: eth0    inet 10.9.0.100/24 scope global secondary eth0:1\       valid_lft forever preferred_lft forever`,
    change('removed', 'inet', '10.9.0.100', 24, 'eth0:1'),
  ],
  [
    String.raw`3: eth0    inet 10.9.0.5 peer 10.9.0.6/32 scope global eth0\       valid_lft forever preferred_lft forever`,
    change('added', 'inet', '10.9.0.5', 32),
  ],
  [
    String.raw`3: eth0    inet6 fd00::1/64 scope global tentative \       valid_lft forever preferred_lft forever`,
    change('added', 'inet6', 'fd00::1', 64),
  ],
  [
    String.raw`4: vm@eth0: <BROADCAST,MULTICAST> mtu 1500 qdisc noop state DOWN group default \    link/ether ce:5f:98:1f:0f:8e brd ff:ff:ff:ff:ff:ff`,
    undefined,
  ],
  ['', undefined],
];

function change(
  kind: AddressChange['kind'],
  family: 'inet' | 'inet6',
  address: string,
  prefixLength: number,
  label?: string,
): AddressChange {
  const place = { family, address, prefixLength, ...(label !== undefined && { label }) };
  return { kind, interfaceName: 'eth0', address: place };
}

for (const [line, expected] of lines) {
  test(`“${line.slice(0, 50)}”`, () => {
    assert.deepEqual(readMonitorLine(line), expected);
  });
}

test('changes are applied in their order, at their place', () => {
  const link = { name: 'eth0', macAddress: undefined, up: true, carrier: true };
  const own = change('added', 'inet', '10.9.0.1', 24).address;
  const virtual = change('added', 'inet', '10.9.0.100', 24);
  const elsewhere = { ...virtual, interfaceName: 'eth9' };
  const otherLength = change('removed', 'inet', '10.9.0.100', 32);
  const account = { ok: true as const, interfaces: [{ ...link, addresses: [own] }] };
  const after = (...changes: AddressChange[]) => {
    const report = applyAddressChanges(account, changes);
    assert.ok(report.ok);
    return report.interfaces[0]?.addresses;
  };
  assert.deepEqual(after(virtual, virtual), [own, virtual.address]);
  assert.deepEqual(after(virtual, otherLength), [own, virtual.address]);
  assert.deepEqual(after(virtual, { ...virtual, kind: 'removed' }), [own]);
  assert.deepEqual(after({ ...virtual, kind: 'removed' }, virtual), [own, virtual.address]);
  assert.deepEqual(after(elsewhere), [own]);
});
