import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { findOrphanedAddresses } from '../../../../server/keepalived/addresses/address-places.ts';
import type {
  AddressEvidence,
  ServedPlace,
} from '../../../../server/keepalived/addresses/address-places.ts';
import { noteRemoved, noteServed } from '../../../../server/keepalived/addresses/served-places.ts';
import { configuration, witnesses } from './address-witnesses.ts';

const own = '10.9.0.1/24 dev eth0';
const virtual = '10.9.0.100/24 dev eth0';
const standby = witnesses('BACKUP', [virtual], [own]);
const serving = witnesses('MASTER', [virtual], [own, virtual]);
const orphaned = witnesses('BACKUP', [virtual], [own, virtual]);
const without = witnesses('MASTER', [virtual], [own]);
const unread: AddressEvidence = { ...without, network: { ok: false, reason: 'It does not say.' } };
const dead: AddressEvidence = { ...standby, runtime: undefined };

const removal = [
  {
    kind: 'removed',
    interfaceName: 'eth0',
    address: { family: 'inet', address: '10.9.0.100', prefixLength: 24 },
  },
] as const;

/** Looks one after the other, the first at 1,000 ms, each a second after the one before. */
const look = (before: AddressEvidence, ...looks: AddressEvidence[]): ServedPlace[] =>
  looks.reduce<ServedPlace[]>(
    (known, now, index) => noteServed(known, before, now, (index + 1) * 1_000),
    [],
  );

function isOurs(before: AddressEvidence, served: ServedPlace[]): boolean {
  const [orphan, ...others] = findOrphanedAddresses({ before, served, after: orphaned }, [
    configuration('10.9.0.100/24'),
  ]);
  assert.ok(orphan && others.length === 0);
  return orphan.isOurs;
}

describe('an address that went away and came back', () => {
  it('is not surely keepalived’s, whether it was served before the change or since', () => {
    assert.equal(isOurs(serving, look(serving, standby)), false);
    assert.equal(isOurs(standby, look(standby, serving, without)), false);
    assert.equal(isOurs(standby, look(standby, serving, dead)), false);
  });

  it('is not surely keepalived’s at any later look', () => {
    assert.equal(isOurs(serving, look(serving, dead, orphaned, orphaned)), false);
    assert.equal(isOurs(serving, look(serving, without, serving, serving)), false);
  });

  it('is not surely keepalived’s where only the kernel told of it, between two looks', () => {
    for (const before of [serving, standby]) {
      const served = noteRemoved(look(before, serving), before, removal, 1_500);
      assert.equal(isOurs(before, noteServed(served, before, orphaned, 2_000)), false);
    }
  });

  it('is keepalived’s again where it became MASTER afterwards, not before', () => {
    const became = (atMs: number) => witnesses('MASTER', [virtual], [own, virtual], atMs);
    assert.equal(isOurs(serving, look(serving, dead, became(1_500))), true);
    assert.equal(isOurs(serving, look(serving, dead, became(900))), false);
  });

  it('is keepalived’s where nothing went away, or that could not be seen', () => {
    assert.equal(isOurs(serving, look(serving, serving)), true);
    assert.equal(isOurs(serving, look(serving, unread)), true);
    const elsewhere = removal.map((change) => ({ ...change, interfaceName: 'lo' }));
    assert.equal(isOurs(serving, noteRemoved([], serving, elsewhere, 1_500)), true);
    const added = removal.map((change) => ({ ...change, kind: 'added' as const }));
    assert.equal(isOurs(serving, noteRemoved([], serving, added, 1_500)), true);
  });
});
