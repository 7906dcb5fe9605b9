import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { DrillReading } from '../../../../server/operations/drill/read-drill.ts';
import { createTestApp, TestBrowser } from '../app-harness.ts';
import { createTestKeeper } from '../test-keeper.ts';

const virtualAddress = '192.168.0.100';
const reading: DrillReading = {
  ...{ kind: 'ready', instanceNames: ['VI_1'], instanceName: 'VI_1' },
  drill: {
    instance: {
      ...{ name: 'VI_1', state: 'MASTER', wantedState: 'MASTER', interfaceName: 'eth0' },
      ...{ virtualRouterId: 51, version: 2, basePriority: 101, effectivePriority: 101 },
      ...{ advertIntervalSeconds: 1, nopreempt: false, lastTransitionAtMs: undefined },
      ...{ authentication: 'none', statistics: {} },
      addresses: [{ cidr: `${virtualAddress}/24`, interfaceName: 'eth0', claimedSet: true }],
    },
    file: { name: 'm', path: '/m', addsToPriority: true, instanceNames: ['VI_1'] },
    ...{ value: 0, preemptDelaySeconds: 0 },
  },
};

describe('/drill', () => {
  it('warns whoever is connected by the address that would move, and nobody else', async (context) => {
    const { app } = await createTestApp({
      keeper: createTestKeeper(),
      listOwnHosts: () => ['server1', virtualAddress],
      operations: {
        readDrill: () => Promise.resolve(reading),
      },
    });
    context.after(() => app.close());
    const browser = new TestBrowser(app);
    await browser.logIn();
    const open = async (host: string) =>
      (await browser.request({ method: 'GET', url: '/drill', headers: { host } })).body;
    const warning = /You are connected to <span class="data">192\.168\.0\.100<\/span>/;
    assert.match(await open(virtualAddress), warning);
    const fromElsewhere = await open('server1');
    assert.match(fromElsewhere, /Move to standby/);
    assert.doesNotMatch(fromElsewhere, warning);
  });
});
