/** Five hundred bad saves on a live master: no moment without the address, none with it on both. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from '../lab/eventually.ts';
import { failoverConfiguration, virtualAddress } from '../lab/failover-configuration.ts';
import { createTwoServers } from '../lab/two-servers.ts';
import { programWords } from '../program-words.ts';

interface Save {
  what: string;
  kind: string;
  reason: string;
}

test('five hundred bad saves lose nothing', { timeout: 900_000 }, async (context) => {
  const servers = await createTwoServers();
  context.after(() => servers.close());
  const { server1, server2 } = servers;
  for (const server of [server1, server2]) {
    await server.writeFile('/etc/keepalived/keepalived.conf', failoverConfiguration(server.name));
    await server.startKeepalived();
  }
  await eventually('server1 alone has the address', async () => {
    const holders = await servers.addressHolders(virtualAddress);
    return holders.length === 1 && holders[0] === 'server1';
  });
  // The kernel tells each change of an address, however short it was.
  const watchers = await Promise.all(
    [server1, server2].map((server) => server.start('ip', ['-o', 'monitor', 'address'])),
  );

  const child = await server1.start(
    process.execPath,
    programWords('test/appliance/inside/bad-saves.ts'),
  );
  await eventually('the end of the saves', () => child.hasEnded(), {
    withinMs: 850_000,
    everyMs: 250,
  });
  const outcomes = child
    .output()
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Save);
  assert.equal(outcomes.length, 500, child.output().slice(-2_000));

  const changes = watchers.map((watcher) =>
    watcher
      .output()
      .split('\n')
      .filter((line) => line.includes(`${virtualAddress}/`)),
  );
  assert.deepEqual(changes, [[], []], 'the address neither left server1 nor came to server2');
  assert.deepEqual(await servers.addressHolders(virtualAddress), ['server1']);

  const unexplained = outcomes.filter(
    ({ kind, reason }) => kind !== 'live' && kind !== 'saved' && reason.length < 20,
  );
  assert.deepEqual(unexplained, []);
  const count = (kind: string): number => outcomes.filter((one) => one.kind === kind).length;
  const kinds = [...new Set(outcomes.map(({ kind }) => kind))];
  context.diagnostic(kinds.map((kind) => `${kind}: ${count(kind)}`).join(', '));
  assert.ok(count('refused') > 100);
  assert.ok(count('needs-acceptance') > 10);
});
