import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  findNewMisplacement,
  findOrphanedAddresses,
} from '../../../../server/keepalived/addresses/address-places.ts';
import type { AddressEvidence } from '../../../../server/keepalived/addresses/address-places.ts';
import { noteServed } from '../../../../server/keepalived/addresses/served-places.ts';
import { configuration, witnesses } from './address-witnesses.ts';

const own = '10.9.0.1/24 dev eth0';
const old = '10.9.0.100/24 dev eth0';
const fresh = '10.9.0.101/24 dev eth0';
const both = [configuration(old), configuration(fresh)];
const before = witnesses('MASTER', [old], [own, old]);

const find = (was: AddressEvidence | undefined, after: AddressEvidence, files = both) =>
  findOrphanedAddresses({ before: was, served: [], after }, files).map(
    ({ cidr, interfaceName, isOurs }) => `${cidr} dev ${interfaceName} ${isOurs ? 'ours' : '?'}`,
  );

describe('an orphaned address', () => {
  it('is a virtual one that came here and that nobody claims', () => {
    const after = witnesses('MASTER', [old], [own, old, fresh]);
    assert.deepEqual(find(before, after), [`${fresh} ours`]);
  });

  it('is also the served one, if the instance went to standby and left it', () => {
    assert.deepEqual(find(before, witnesses('BACKUP', [old], [own, old])), [`${old} ours`]);
  });

  it('is not surely keepalived’s where nobody saw it come', () => {
    assert.deepEqual(find(undefined, witnesses('BACKUP', [old], [own, old])), [`${old} ?`]);
  });

  it('is found in any spelling', () => {
    const after = witnesses('BACKUP', ['fd00::1 dev eth0'], ['fd00::1/128 dev eth0']);
    assert.equal(find(undefined, after, [configuration('FD00:0::1')]).length, 1);
  });

  it('is never one that is in neither configuration', () => {
    const after = witnesses('BACKUP', [], [own, '10.9.0.77/24 dev eth0']);
    assert.deepEqual(find(undefined, after), []);
  });

  it('is never one that was here without keepalived', () => {
    const theirs = witnesses('MASTER', [old], [own, old, fresh]);
    assert.deepEqual(find(theirs, theirs), []);
  });

  it('is never one that its owner (priority 255) has by right', () => {
    const after = witnesses('FAULT', [old], [own, old]);
    assert.deepEqual(find(undefined, after, [configuration(old, 255)]), []);
  });

  it('is never the same number at a place where keepalived does not put it', () => {
    for (const place of [
      '10.9.0.100/32 dev lo',
      '10.9.0.100/24 dev eth1',
      '10.9.0.100/32 dev eth0',
    ]) {
      assert.deepEqual(find(before, witnesses('BACKUP', [old], [own, place])), [], place);
      assert.deepEqual(find(undefined, witnesses('BACKUP', [old], [own, place])), [], place);
    }
  });

  it('is not surely keepalived’s under another label', () => {
    const after = witnesses('BACKUP', [old], [own, `${old} label eth0:mine`]);
    assert.deepEqual(find(before, after), [`${old} ?`]);
  });

  it('is keepalived’s on a virtual interface that no file names, where it was seen to serve', () => {
    const served = '10.9.0.100/24 dev vmac10@eth0 scope global set';
    const held = '10.9.0.100/24 dev vmac10';
    const master = witnesses('MASTER', [served], [own, held]);
    assert.deepEqual(find(master, witnesses('BACKUP', [], [own, held])), [`${held} ours`]);
  });

  it('is keepalived’s where only a look in between saw it served, unless it was here before', () => {
    const none = witnesses('BACKUP', [], [own]);
    const meanwhile = witnesses('MASTER', [old], [own, old]);
    const after = witnesses('BACKUP', [], [own, old]);
    const files = [configuration('10.9.0.9/24')];
    const orphansAfter = (was: AddressEvidence) => {
      const served = noteServed([], was, meanwhile, 0);
      return findOrphanedAddresses({ before: was, served, after }, files).length;
    };
    assert.equal(orphansAfter(none), 1);
    assert.equal(orphansAfter(witnesses('BACKUP', [], [own, old])), 0);
  });
});

describe('an address that is not where the states say', () => {
  const standby = witnesses('BACKUP', [old], [own]);

  it('is not one of the administrator’s elsewhere', () => {
    const after = witnesses('BACKUP', [old], [own, '10.9.0.100/32 dev lo']);
    assert.equal(findNewMisplacement(standby, after), undefined);
  });

  it('is missed at its place, wherever else the number stands', () => {
    const after = witnesses('MASTER', [old], [own, '10.9.0.100/32 dev lo']);
    assert.equal(findNewMisplacement(before, after), 'VI_1 says MASTER without 10.9.0.100');
  });

  it('is one that keepalived left at its old place when it moved', () => {
    const moved = '10.9.0.100/32 dev eth0';
    const after = witnesses('MASTER', [moved], [own, old, moved]);
    assert.match(findNewMisplacement(before, after) ?? '', /it is still on eth0$/);
  });
});
