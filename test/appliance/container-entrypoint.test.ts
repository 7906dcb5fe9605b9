import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { eventually } from '../lab/eventually.ts';
import { failoverConfiguration, virtualAddress } from '../lab/failover-configuration.ts';
import { createTwoServers, type TwoServers } from '../lab/two-servers.ts';

const entrypoint = 'packaging/container-entrypoint.sh';

let lab: TwoServers;
before(async () => {
  lab = await createTwoServers();
});
after(() => lab.close());

it('gives the virtual address up when the container is stopped', async () => {
  const { server1 } = lab;
  await server1.writeFile('/etc/keepalived/keepalived.conf', failoverConfiguration('server1'));
  const container = await server1.start(entrypoint, ['sleep', '60']);
  await server1.startKeepalived();
  await eventually('the virtual address', async () => {
    return (await lab.addressHolders(virtualAddress)).length === 1;
  });

  await container.stop('SIGTERM');

  assert.deepEqual(await lab.addressHolders(virtualAddress), []);
  const running = await server1.run('pgrep', ['-x', 'keepalived'], { allowFailure: true });
  assert.equal(running.stdout, '');
});

it("ends with the page's exit code, and spares a program whose pid a stale file names", async () => {
  const { server2 } = lab;
  const bystander = await server2.start('sleep', ['60']);
  const pid = await eventually('the other program', async () => {
    const { stdout } = await server2.run('pgrep', ['-x', 'sleep'], { allowFailure: true });
    return stdout === '' ? undefined : stdout;
  });
  await server2.writeFile('/run/keepalived.pid', `${pid}\n`);

  const { exitCode } = await server2.run(entrypoint, ['bash', '-c', 'exit 7'], {
    allowFailure: true,
  });

  assert.equal(exitCode, 7);
  assert.equal(bystander.hasEnded(), false);
});
