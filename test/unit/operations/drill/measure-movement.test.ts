import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { DrillCase } from '../../../../server/keepalived/maintenance/drill-plan.ts';
import {
  describeMovement,
  describeReturn,
} from '../../../../server/keepalived/maintenance/drill-words.ts';
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
          return Promise.resolve({ kind: 'answered', macAddress: '00:00:5e:00:01:0a' });
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

  const place = { interfaceName: 'eth0', cidr: '10.9.0.100/24' };
  const awaited = {
    ...{ place, askingInterface: 'eth0', direction: 'lose' as const, withinMs: 300 },
    wasHere: true,
  };
  const instance = { addresses: [place] } as unknown as DrillCase['instance'];
  const step = {
    value: -100,
    movement: { direction: 'lose' as const, withinMs: 300, optional: false },
  };

  it('is not told where the addresses of this server could not be read', async () => {
    let hasAsked = false;
    const movement = await measureMovement(
      {
        readNetwork: () => Promise.resolve({ ok: false, reason: '`ip` is missing.' }),
        askForAddress: () => {
          hasAsked = true;
          return Promise.resolve({ kind: 'silent' });
        },
      },
      { ...awaited, beganAtMs: performance.now() },
    );
    assert.equal(hasAsked, false);
    assert.equal(movement.movedAfterMs, undefined);
    const told = describeReturn({ instance }, step, movement, undefined);
    assert.match(told, /Can’t tell whether .* `ip` is missing\. Look at its status/);
    assert.doesNotMatch(told, /Nothing moved/);
  });

  it('names nobody where the network could not be asked', async () => {
    const movement = await measureMovement(
      {
        readNetwork: () => Promise.resolve({ ok: true, interfaces: [] }),
        askForAddress: () => Promise.resolve({ kind: 'unseen', reason: '`ip` is missing.' }),
      },
      { ...awaited, beganAtMs: performance.now() },
    );
    assert.ok(movement.movedAfterMs !== undefined);
    const told = describeMovement({ instance }, step.movement, movement);
    assert.match(told, /left this server .* Can’t tell who answers for it: `ip` is missing\.$/);
    assert.doesNotMatch(describeReturn({ instance }, step, movement, undefined), /No other server/);
  });
});
