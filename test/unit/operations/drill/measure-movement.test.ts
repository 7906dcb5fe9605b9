import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { NetworkReport } from '../../../../server/keepalived/proof/evidence.ts';
import { measureMovement } from '../../../../server/operations/drill/measure-movement.ts';

const link = { macAddress: undefined, up: true, carrier: true };
const own = { family: 'inet' as const, address: '10.9.0.100', prefixLength: 32 };

describe('a movement that is measured', () => {
  it('is over when the address left its place, wherever else the number stands', async () => {
    const beganAtMs = performance.now();
    const asked: string[] = [];
    const movement = await measureMovement(
      {
        readNetwork: (): Promise<NetworkReport> => {
          const isHeld = asked.length === 0 && performance.now() - beganAtMs < 100;
          const addresses = isHeld ? [{ ...own, prefixLength: 24 }] : [];
          return Promise.resolve({
            ok: true,
            interfaces: [
              { name: 'lo', ...link, addresses: [own] },
              { name: 'eth0', ...link, addresses: [own] },
              { name: 'vrrp.10', ...link, addresses },
            ],
          });
        },
        askForAddress: (interfaceName, address) => {
          asked.push(`${address} ${interfaceName}`);
          return Promise.resolve({ answered: true, macAddress: '00:00:5e:00:01:0a' });
        },
      },
      {
        place: { interfaceName: 'vrrp.10', cidr: '10.9.0.100/24' },
        ...{ askingInterface: 'eth0', direction: 'lose', withinMs: 20_000, beganAtMs },
        wasHere: true,
      },
    );
    assert.deepEqual(asked, ['10.9.0.100 eth0']);
    assert.equal(movement.macAddress, '00:00:5e:00:01:0a');
    assert.ok((movement.movedAfterMs ?? 0) >= 100);
  });
});
