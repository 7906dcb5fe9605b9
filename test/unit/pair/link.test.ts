import assert from 'node:assert/strict';
import test from 'node:test';
import { createNetwork, pairUp, seesAll, until, viewOther } from '../../pair/in-pair.ts';
import type { Network } from '../../pair/in-pair.ts';

const twoServers = async (network: Network) => {
  const server1 = await network.addServer('server1');
  const server2 = await network.addServer('server2');
  return { server1, server2 };
};

test('if only one can reach the other, both see', async (context) => {
  const network = createNetwork(context);
  const { server1, server2 } = await twoServers(network);
  // The page of server2 is behind a firewall.
  network.reaches = (_, to) => to === server1.url;
  await pairUp(server1, server2);
  assert.ok([...network.pipes].every(({ from }) => from === server2.url));
  server2.say('news');
  await until(() => viewOther(server1).report?.value.words === 'news');
  await server1.restart();
  await until(() => seesAll(server1) && seesAll(server2));
});

test('news is told at once, and one connection each way is kept', async (context) => {
  const network = createNetwork(context);
  const { server1, server2 } = await twoServers(network);
  await pairUp(server1, server2);
  for (let index = 0; index < 50; index += 1) server1.say(`news ${index}`);
  await until(() => viewOther(server2).report?.value.words === 'news 49');
  await until(() => network.pipes.size === 2);
  await until(() => server1.listeners() === 1 && server2.listeners() === 1);
});

test('what is not heard for some seconds is told as such, and heard again by itself', async (context) => {
  const network = createNetwork(context);
  const { server1, server2 } = await twoServers(network);
  await pairUp(server1, server2);
  network.reaches = () => false;
  network.cut();
  await until(() => viewOther(server1).link.state === 'not-heard');
  const { link, report } = viewOther(server1);
  assert.ok(Number(link.heardAgoMs) >= 3_000 && Number(report?.ageMs) >= 3_000);
  assert.match(String(link.problem), /Nobody answers at https:\/\/server2:9443/);
  assert.equal(report?.value.words, 'server2');
  network.reaches = () => true;
  await until(() => seesAll(server1) && seesAll(server2));
  assert.equal(viewOther(server1).link.problem, undefined);
});

test('a word that was long on its way is as old as it may be, not as young as it arrives', async (context) => {
  const network = createNetwork(context);
  const { server1, server2 } = await twoServers(network);
  await pairUp(server1, server2);
  // A pipe that holds up all words, and loses none.
  for (const { ends } of network.pipes) for (const end of ends) end.cork();
  await until(() => viewOther(server1).link.state === 'not-heard', 'held up');
  const heardAgoMs = Number(viewOther(server1).link.heardAgoMs);
  assert.ok(heardAgoMs >= 3_000);
});

test('of equal secrets both ends have equal digests, of this link alone', async (context) => {
  const network = createNetwork(context);
  const { server1, server2 } = await twoServers(network);
  server1.say('one', 'secret');
  server2.say('two', 'secret');
  await pairUp(server1, server2);
  await until(() => viewOther(server1).report?.value.words === 'two');
  const { report, id } = viewOther(server1);
  assert.match(String(report?.value.secret), /^[0-9a-f]{64}$/);
  assert.equal(report?.value.secret, report?.own.secret);
  assert.equal(server1.pair.findDigest(id)?.('secret'), report?.value.secret);
  const before = report?.value.secret;
  await server1.restart();
  await until(() => seesAll(server1));
  assert.notEqual(viewOther(server1).report?.value.secret, before);
});

test('a clock that is an hour off is told, and ends nothing', async (context) => {
  const network = createNetwork(context);
  const server1 = await network.addServer('server1');
  const server2 = await network.addServer('server2', {
    clock: { monotonicMs: () => performance.now(), wallMs: () => Date.now() - 3_600_000 },
  });
  await pairUp(server1, server2);
  const { clock, report } = viewOther(server1);
  assert.ok(Math.abs(Number(clock?.offsetMs) + 3_600_000) <= Number(clock?.uncertaintyMs) + 50);
  assert.ok(Number(report?.ageMs) < 3_000);
});

test('three servers are a list', async (context) => {
  const network = createNetwork(context);
  const { server1, server2 } = await twoServers(network);
  const server3 = await network.addServer('server3');
  await pairUp(server1, server2);
  await pairUp(server1, server3);
  await pairUp(server2, server3);
  for (const server of [server1, server2, server3]) {
    await until(() => server.pair.view().servers.length === 2 && seesAll(server));
  }
});
