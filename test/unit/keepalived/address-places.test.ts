import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { findOrphanedAddresses } from '../../../server/keepalived/address-places.ts';
import type { AddressWitnesses } from '../../../server/keepalived/address-places.ts';
import { summarizeConfiguration } from '../../../server/keepalived/config/questions.ts';
import { parseConfiguration } from '../../../server/keepalived/config/tree.ts';
import type { VrrpState } from '../../../server/keepalived/evidence.ts';

const configuration = (address: string, priority = 101) =>
  summarizeConfiguration(
    parseConfiguration(
      `vrrp_instance VI_1 {\n priority ${priority}\n virtual_ipaddress {\n ${address}\n }\n}`,
    ),
  );

function witnesses(state: VrrpState, claimed: string[], held: string[]): AddressWitnesses {
  const link = { macAddress: undefined, up: true, carrier: true };
  const addresses = held.map((address) => ({
    ...{ family: 'inet' as const, address, prefixLength: 24 },
  }));
  return {
    network: { ok: true, interfaces: [{ name: 'eth0', addresses, ...link }] },
    runtime: {
      ...{ ok: true, source: 'json' },
      instances: [
        {
          ...{ name: 'VI_1', state, wantedState: state, interfaceName: 'eth0' },
          ...{ virtualRouterId: 51, version: 2, basePriority: 101, effectivePriority: 101 },
          ...{ advertIntervalSeconds: 1, nopreempt: false, lastTransitionAtMs: undefined },
          ...{ authentication: 'none', statistics: {} },
          addresses: claimed.map((address) => ({
            ...{ cidr: `${address}/24`, interfaceName: 'eth0', claimedSet: true },
          })),
        },
      ],
    },
  };
}

const [own, old, fresh] = ['10.9.0.1', '10.9.0.100', '10.9.0.101'] as const;
const both = [configuration(old), configuration(fresh)];
const before = witnesses('MASTER', [old], [own, old]);

describe('an orphaned address', () => {
  it('is a virtual one that is here and that nobody claims', () => {
    const after = witnesses('MASTER', [old], [own, old, fresh]);
    assert.deepEqual(findOrphanedAddresses(before, after, both), [
      { interfaceName: 'eth0', cidr: `${fresh}/24` },
    ]);
  });

  it('is also the served one, if the instance went to standby and left it', () => {
    const after = witnesses('BACKUP', [old], [own, old]);
    assert.deepEqual(findOrphanedAddresses(before, after, both), [
      { interfaceName: 'eth0', cidr: `${old}/24` },
    ]);
    assert.equal(findOrphanedAddresses(undefined, after, both).length, 1);
  });

  it('is found in any spelling', () => {
    const after = witnesses('BACKUP', ['fd00::1'], ['fd00::1']);
    assert.equal(findOrphanedAddresses(undefined, after, [configuration('FD00:0::1')]).length, 1);
  });

  it('is never one that is in neither configuration', () => {
    const after = witnesses('BACKUP', [], [own, '10.9.0.77']);
    assert.deepEqual(findOrphanedAddresses(undefined, after, both), []);
  });

  it('is never one that was here without keepalived', () => {
    const theirs = witnesses('MASTER', [old], [own, old, fresh]);
    assert.deepEqual(findOrphanedAddresses(theirs, theirs, both), []);
  });

  it('is never one that its owner (priority 255) has by right', () => {
    const after = witnesses('FAULT', [old], [own, old]);
    assert.deepEqual(findOrphanedAddresses(undefined, after, [configuration(old, 255)]), []);
  });
});
