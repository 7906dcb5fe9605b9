import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Appliance } from '../../../server/appliance/appliance.ts';
import { summarizeConfiguration } from '../../../server/keepalived/config/questions.ts';
import { parseConfiguration } from '../../../server/keepalived/config/tree.ts';
import type { NetworkReport } from '../../../server/keepalived/evidence.ts';
import type { Sighting } from '../../../server/keepalived/proof.ts';
import { settleAddresses } from '../../../server/operations/settle-addresses.ts';
import { createSampleMachine, sampleRuntime } from './sample-machine.ts';

const virtual = '192.168.0.100';
const configurations = [
  summarizeConfiguration(
    parseConfiguration(`vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    virtual_ipaddress {
        ${virtual}/24
    }
}
`),
  ),
];

/** A look at a machine that has the virtual address on its interface; the instance is a backup. */
async function see(running: 'running' | 'stopped', hasAccount: boolean): Promise<Sighting> {
  const backup = sampleRuntime({ state: 'BACKUP', wantedState: 'BACKUP' });
  const machine = createSampleMachine('', running === 'stopped' ? 'stopped' : [backup]);
  const network = await machine.readNetwork();
  assert.ok(network.ok);
  const holding: NetworkReport = {
    ok: true,
    interfaces: network.interfaces.map((one) => ({
      ...one,
      addresses: [...one.addresses, { family: 'inet', address: virtual, prefixLength: 24 }],
    })),
  };
  return {
    daemon: await machine.readDaemon(),
    runtime: hasAccount ? await machine.readRuntime() : { ok: false, reason: 'It does not say.' },
    network: holding,
  };
}

/** @returns what was removed, and what is told */
async function settle(after: Sighting): Promise<{ removed: string[]; sentences: string[] }> {
  const removed: string[] = [];
  const appliance: Pick<Appliance, 'removeAddress'> = {
    removeAddress(interfaceName, cidr) {
      removed.push(`${cidr} ${interfaceName}`);
      const command = `ip address del ${cidr} dev ${interfaceName}`;
      return Promise.resolve({ command, result: 'ok', exitCode: 0, output: '' });
    },
  };
  const sentences = await settleAddresses(appliance as Appliance, undefined, after, configurations);
  return { removed, sentences };
}

describe('an address that a failed change left on the interface', () => {
  it('is taken off where a running keepalived says that it does not serve it', async () => {
    const { removed, sentences } = await settle(await see('running', true));
    assert.deepEqual(removed, ['192.168.0.100/24 eth0']);
    assert.match(sentences.join(), /no instance serves it: it was removed \(ip address del/);
  });

  it('stays where no keepalived runs: nobody else may serve it', async () => {
    for (const hasAccount of [true, false]) {
      const { removed, sentences } = await settle(await see('stopped', hasAccount));
      assert.deepEqual(removed, []);
      assert.match(
        sentences.join(),
        /^192\.168\.0\.100\/24 is still on eth0, .*remove it here with/,
      );
    }
  });

  it('stays where a running keepalived does not tell what it serves', async () => {
    const { removed, sentences } = await settle(await see('running', false));
    assert.deepEqual(removed, []);
    assert.match(sentences.join(), /is on eth0; whether keepalived serves it can’t be told/);
  });

  it('stays, and nothing is said of who serves it, where keepalived could not be looked at', async () => {
    const unseen: Sighting['daemon'] = { state: 'unknown', reason: 'permission denied' };
    const { removed, sentences } = await settle({
      ...(await see('stopped', false)),
      daemon: unseen,
    });
    assert.deepEqual(removed, []);
    assert.doesNotMatch(sentences.join(), /no keepalived serves it|remove it/);
  });
});
