import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Appliance } from '../../../../server/appliance/appliance.ts';
import { summarizeConfiguration } from '../../../../server/keepalived/config/questions.ts';
import { parseConfiguration } from '../../../../server/keepalived/language/tree.ts';
import type { NetworkReport, VrrpState } from '../../../../server/keepalived/proof/evidence.ts';
import type { ProofEvidence } from '../../../../server/keepalived/proof/proof.ts';
import { settleAddresses } from '../../../../server/operations/live/settle-addresses.ts';
import { createSampleMachine, sampleRuntime } from '../sample-machine.ts';

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

interface Look {
  running?: 'running' | 'stopped';
  state?: VrrpState;
  hasAccount?: boolean;
  /** Where the virtual address is, with its prefix length. */
  on?: { name: 'lo' | 'eth0'; prefixLength: number }[];
}

const here = { name: 'eth0', prefixLength: 24 } as const;

async function see({
  running = 'running',
  state = 'BACKUP',
  hasAccount = true,
  on = [here],
}: Look): Promise<ProofEvidence> {
  const instance = sampleRuntime({ state, wantedState: state });
  const machine = createSampleMachine('', running === 'stopped' ? 'stopped' : [instance]);
  const network = await machine.readNetwork();
  assert.ok(network.ok);
  const lo = { name: 'lo', macAddress: undefined, up: true, carrier: true, addresses: [] };
  const holding: NetworkReport = {
    ok: true,
    interfaces: [lo, ...network.interfaces].map((one) => ({
      ...one,
      addresses: [
        ...one.addresses,
        ...on
          .filter(({ name }) => name === one.name)
          .map(({ prefixLength }) => ({
            ...{ family: 'inet' as const, address: virtual, prefixLength },
          })),
      ],
    })),
  };
  return {
    daemon: await machine.readDaemon(),
    runtime: hasAccount ? await machine.readRuntime() : { ok: false, reason: 'It does not say.' },
    network: holding,
  };
}

const master = await see({ state: 'MASTER' });

/** @returns what was removed, and what is told */
async function settle(
  before: ProofEvidence | undefined,
  after: ProofEvidence,
): Promise<{ removed: string[]; sentences: string[] }> {
  const removed: string[] = [];
  const appliance: Pick<Appliance, 'removeAddress'> = {
    removeAddress(interfaceName, cidr) {
      removed.push(`${cidr} ${interfaceName}`);
      const command = `ip address del ${cidr} dev ${interfaceName}`;
      return Promise.resolve({ command, result: 'ok', exitCode: 0, output: '' });
    },
  };
  const sentences = await settleAddresses(appliance, { before, served: [], after }, configurations);
  return { removed, sentences };
}

describe('an address that a failed change left on the interface', () => {
  it('is taken off where a running keepalived says that it does not serve it', async () => {
    const { removed, sentences } = await settle(master, await see({}));
    assert.deepEqual(removed, ['192.168.0.100/24 eth0']);
    assert.match(sentences.join(), /no instance serves it\. It was removed \(ip address del/);
  });

  it('stays where no keepalived runs: nobody else may serve it', async () => {
    for (const hasAccount of [true, false]) {
      const after = await see({ running: 'stopped', hasAccount });
      const { removed, sentences } = await settle(master, after);
      assert.deepEqual(removed, []);
      assert.match(
        sentences.join(),
        /^192\.168\.0\.100\/24 is still on eth0, .*run here: “ip address del/,
      );
    }
  });

  it('stays where a running keepalived does not tell what it serves', async () => {
    const { removed, sentences } = await settle(master, await see({ hasAccount: false }));
    assert.deepEqual(removed, []);
    assert.match(sentences.join(), /is on eth0\. Can’t tell now whether keepalived serves it/);
  });

  it('stays, and nothing is said of who serves it, where keepalived could not be looked at', async () => {
    const unseen: ProofEvidence['daemon'] = { state: 'unknown', reason: 'permission denied' };
    const after = await see({ running: 'stopped', hasAccount: false });
    const { removed, sentences } = await settle(master, { ...after, daemon: unseen });
    assert.deepEqual(removed, []);
    assert.doesNotMatch(sentences.join(), /no keepalived serves it|remove it/);
  });

  it('stays where nobody saw keepalived serve it, and is named', async () => {
    const { removed, sentences } = await settle(undefined, await see({}));
    assert.deepEqual(removed, []);
    assert.match(sentences.join(), /This program did not see who added it, so it stays/);
  });
});

describe('the same number somewhere else', () => {
  it('is the administrator’s: it stays, on lo and with another prefix length', async () => {
    const elsewhere = [
      { name: 'lo', prefixLength: 32 },
      { name: 'eth0', prefixLength: 32 },
    ] as const;
    for (const before of [master, undefined]) {
      const { removed, sentences } = await settle(before, await see({ on: [...elsewhere] }));
      assert.deepEqual(removed, []);
      assert.doesNotMatch(sentences.join(), /run here/);
    }
  });

  it('does not hide what keepalived left at its place', async () => {
    const after = await see({ on: [here, { name: 'lo', prefixLength: 32 }] });
    assert.deepEqual((await settle(master, after)).removed, ['192.168.0.100/24 eth0']);
  });
});
