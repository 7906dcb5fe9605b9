import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseVirtualAddress } from '../../../../../server/keepalived/runtime/dump/virtual-address.ts';

const read = (text: string) => {
  const { cidr, interfaceName, label, claimedSet } = parseVirtualAddress(text);
  return [cidr, interfaceName, label, claimedSet];
};

// The lines are keepalived's own (measured, 2.2.7); `peer` and `nftable_set` from its source.
describe('a virtual address of a dump', () => {
  it('on a virtual interface is on that one, not on the one below', () => {
    assert.deepEqual(read('10.9.0.100/24 dev eth0v10v4@eth0 scope global set'), [
      ...['10.9.0.100/24', 'eth0v10v4', undefined, true],
    ]);
  });

  it('is set also where more follows', () => {
    const line = 'fe80::99 dev vrrp.12@eth0 scope global deprecated set nftable_set';
    assert.deepEqual(read(line), ['fe80::99/128', 'vrrp.12', undefined, true]);
  });

  it('has the prefix length of its peer', () => {
    assert.deepEqual(read('10.9.0.1 dev eth0 scope global peer 10.9.0.2/30'), [
      ...['10.9.0.1/30', 'eth0', undefined, false],
    ]);
  });
});
