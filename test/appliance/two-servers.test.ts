import assert from 'node:assert/strict';
import { hostname } from 'node:os';
import { after, before, describe, it } from 'node:test';
import { eventually } from '../lab/eventually.ts';
import { failoverConfiguration, virtualAddress } from '../lab/failover-configuration.ts';
import type { ServerName } from '../lab/lab-server.ts';
import { createTwoServers, type TwoServers } from '../lab/two-servers.ts';

const virtualUrl = `http://${virtualAddress}:8080/healthcheck`;

describe('two servers', () => {
  let lab: TwoServers;

  before(async () => {
    lab = await createTwoServers();
    for (const server of [lab.server1, lab.server2]) {
      await server.writeFile('/etc/keepalived/keepalived.conf', failoverConfiguration(server.name));
      await server.startKeepalived();
    }
  });
  after(() => lab.close());

  const served = (name: ServerName, withinMs: number): Promise<true> =>
    eventually(
      `${name} alone has ${virtualAddress} and serves it`,
      async () => {
        const holders = await lab.addressHolders(virtualAddress);
        if (holders.join() !== name) return false;
        const answer = await lab.fetchFrom('client', virtualUrl);
        return answer?.status === 200 && answer.body === `${name}\n`;
      },
      { withinMs },
    );

  it('are machines of their own', async () => {
    const machineHostName = hostname();
    for (const server of [lab.server1, lab.server2]) {
      const print = async (command: string, ...args: string[]): Promise<string> =>
        (await server.run(command, args)).stdout;
      assert.equal(await print('hostname'), server.name);
      assert.ok((await print('ip', '-brief', 'address', 'show', 'eth0')).includes(server.address));
      assert.match(await print('ip', 'route', 'get', '203.0.113.1'), /dev eth0/);
      assert.equal(await print('ls', '/etc/keepalived'), 'keepalived.conf');
      assert.equal(await print('ls', '/sys/class/net'), 'eth0\nlo');
    }
    assert.equal(hostname(), machineHostName);
  });

  it('fail over when the master stops, within 5 s, and back', async () => {
    await served('server1', 10_000);
    await lab.server1.stopKeepalived();
    await served('server2', 5000);
    await lab.server1.startKeepalived();
    await served('server1', 10_000);
  });

  it('fail over when the gateway of the master fails', async () => {
    await lab.server1.setGateway('stopped');
    await served('server2', 10_000);
    await lab.server1.setGateway(200);
    await served('server1', 10_000);
  });

  it('fail over when the cable of the master is pulled', async () => {
    await lab.network.setLink('server1', 'down');
    await served('server2', 5000);
    await lab.network.setLink('server1', 'up');
    await served('server1', 10_000);
  });

  it('both hold the address while the network is partitioned', async () => {
    await lab.network.setPartition('on');
    await eventually('a split brain', async () => {
      return (await lab.addressHolders(virtualAddress)).length === 2;
    });
    await lab.network.setPartition('off');
    await served('server1', 10_000);
  });

  it('log to their own /var/log/messages', async () => {
    const log1 = await lab.server1.readFile('/var/log/messages');
    const log2 = await lab.server2.readFile('/var/log/messages');
    assert.match(
      log1,
      /^\w{3} [ \d]\d [\d:]{8} server1 Keepalived_vrrp\[\d+\]: .*Entering MASTER STATE/m,
    );
    assert.match(
      log2,
      /^\w{3} [ \d]\d [\d:]{8} server2 Keepalived_vrrp\[\d+\]: .*Entering MASTER STATE/m,
    );
    assert.doesNotMatch(log1, / server2 /);
    assert.doesNotMatch(log2, / server1 /);
  });
});
