import assert from 'node:assert/strict';
import { cp } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';
import {
  createNetwork,
  pairUp,
  quickTiming,
  seesAll,
  until,
  viewOther,
} from '../../pair/in-pair.ts';

test('who ends the pairing tells the other, now or when it comes', async (context) => {
  const network = createNetwork(context);
  const server1 = await network.addServer('server1');
  const server2 = await network.addServer('server2');
  await pairUp(server1, server2);
  await server1.pair.unpair(viewOther(server1).id);
  assert.deepEqual(server1.pair.view().servers, []);
  await until(() => viewOther(server2).link.state === 'ended-by-other');
  assert.match(String(viewOther(server2).link.problem), /server1 has ended the pairing/);
  await until(() => network.pipes.size === 0);
  await server2.restart();
  assert.equal(viewOther(server2).link.state, 'ended-by-other');

  await pairUp(server1, server2);
  network.reaches = () => false;
  network.cut();
  await server2.pair.unpair(viewOther(server2).id);
  network.reaches = () => true;
  await until(() => viewOther(server1).link.state === 'ended-by-other', 'told later');
  await assert.rejects(server2.pair.unpair(viewOther(server1).id), { code: 'not-paired' });
  await server1.pair.unpair(viewOther(server1).id);
  assert.deepEqual(server1.pair.view().servers, []);
});

test('what the other may do can be lowered at any time', async (context) => {
  const network = createNetwork(context);
  const server1 = await network.addServer('server1');
  const server2 = await network.addServer('server2');
  await pairUp(server1, server2);
  for (const grant of ['see-and-change', 'see'] as const) {
    await server1.pair.setGrant(viewOther(server1).id, grant);
    await until(() => viewOther(server2).allows === grant);
  }
});

test('a key is renewed over the living link, and the old one is then worth nothing', async (context) => {
  const network = createNetwork(context);
  const server1 = await network.addServer('server1');
  const server2 = await network.addServer('server2');
  await pairUp(server1, server2);
  const before = server1.pair.view().self.fingerprint;
  const old = path.join(server2.folder, 'old');
  await cp(path.join(server1.folder, 'pair'), path.join(old, 'pair'), { recursive: true });
  await server1.restart({ timing: { ...quickTiming, renewKeyMs: 0 } });
  await until(() => server1.pair.view().self.fingerprint !== before, 'another key');
  await server1.restart();
  await until(() => seesAll(server1) && seesAll(server2));
  assert.notEqual(server1.pair.view().self.fingerprint, before);
  await until(() => viewOther(server2).link.state === 'connected');
  await server2.restart();
  await until(() => seesAll(server1) && seesAll(server2));
  // Somebody has the old key.
  const thief = await network.addServer('thief', {
    ...{ directory: old, machineId: 'machine of server1', hostName: () => 'server1' },
  });
  await until(() => viewOther(thief).link.state === 'ended-by-other', 'refused');
});

test('a server that was away while the key was renewed gets to know it, and till then the old one stays', async (context) => {
  const network = createNetwork(context);
  const server1 = await network.addServer('server1');
  const server2 = await network.addServer('server2');
  await pairUp(server1, server2);
  const before = server1.pair.view().self.fingerprint;
  network.reaches = () => false;
  network.cut();
  await server1.restart({ timing: { ...quickTiming, renewKeyMs: 0 } });
  await until(() => viewOther(server1).link.problem !== undefined);
  assert.equal(server1.pair.view().self.fingerprint, before);
  await server1.restart();
  network.reaches = () => true;
  await until(() => server1.pair.view().self.fingerprint !== before, 'another key');
  await until(() => seesAll(server1) && seesAll(server2));
});

test('a state folder that was copied from another machine starts without a pairing, and says so', async (context) => {
  const network = createNetwork(context);
  const server1 = await network.addServer('server1');
  const server2 = await network.addServer('server2');
  await pairUp(server1, server2);
  const { id } = server1.pair.view().self;
  await server1.restart({ machineId: undefined });
  assert.equal(server1.pair.view().self.id, id);
  await server1.restart({ machineId: 'another machine' });
  assert.notEqual(server1.pair.view().self.id, id);
  assert.deepEqual(server1.pair.view().servers, []);
  assert.match(String(server1.pair.view().notice), /was copied here from another machine/);
  await server1.restart({ machineId: 'another machine' });
  assert.match(String(server1.pair.view().notice), /copied/);
  await server2.pair.unpair(viewOther(server2).id);
  await pairUp(server1, server2);
  assert.equal(server1.pair.view().notice, undefined);
});

test('two machines with one key are noticed', async (context) => {
  const network = createNetwork(context);
  const server1 = await network.addServer('server1');
  const server2 = await network.addServer('server2');
  await pairUp(server1, server2);
  const folder = path.join(server2.folder, 'copy');
  await cp(path.join(server1.folder, 'pair'), path.join(folder, 'pair'), { recursive: true });
  await network.addServer('copy', {
    ...{ directory: folder, machineId: 'machine of server1', hostName: () => 'server1' },
  });
  await until(() => viewOther(server2).link.state === 'copy', 'noticed');
  assert.match(String(viewOther(server2).link.problem), /Two machines say that they are server1/);
});
