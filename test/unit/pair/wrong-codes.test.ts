import assert from 'node:assert/strict';
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';
import { createNetwork, realClock, viewOther } from '../../pair/in-pair.ts';

const wrong = '0000-0000-0000-0000';

test('a wrong code has five tries, and each is told with what to do', async (context) => {
  const network = createNetwork(context);
  const server1 = await network.addServer('server1');
  const server2 = await network.addServer('server2');
  const enter = (code: string) =>
    server2.pair
      .pairWith({ url: server1.url, code, grant: 'see' })
      .then(({ name }) => name, String);
  assert.match(await enter(wrong), /shows no code now.*Show a new one/);
  const { code } = server1.pair.showCode('see');
  for (const left of [
    '4 tries left',
    '3 tries left',
    '2 tries left',
    '1 try left',
    'the last try',
  ]) {
    assert.match(await enter(wrong), new RegExp(left));
  }
  assert.match(await enter(code), /shows no code now/);
  assert.equal(server1.pair.view().code, undefined);
  assert.match(String(server1.pair.view().notice), /server2 entered a wrong code five times/);
  assert.deepEqual([...server1.pair.view().servers, ...server2.pair.view().servers], []);
  assert.ok(!JSON.stringify([server1.problems, server2.problems]).includes(code));
});

test('a code is good for ten minutes and one use, and a new one ends the one before', async (context) => {
  const network = createNetwork(context);
  let aheadMs = 0;
  const server1 = await network.addServer('server1', {
    clock: { ...realClock, monotonicMs: () => performance.now() + aheadMs },
  });
  const server2 = await network.addServer('server2');
  const enter = (code: string) => server2.pair.pairWith({ url: server1.url, code, grant: 'see' });
  const first = server1.pair.showCode('see').code;
  const second = server1.pair.showCode('see').code;
  await assert.rejects(enter(first), { code: 'pair-wrong-code' });
  aheadMs += 10 * 60_000;
  assert.equal(server1.pair.view().code, undefined);
  await assert.rejects(enter(second), { code: 'pair-no-code' });
  const third = server1.pair.showCode('see').code;
  await enter(third);
  await assert.rejects(enter(third), { code: 'pair-no-code' });
  server1.pair.showCode('see');
  server1.pair.withdrawCode();
  assert.equal(server1.pair.view().code, undefined);
});

test('what is no address, no code, nobody or this server itself is said so', async (context) => {
  const network = createNetwork(context);
  const { pair, url } = await network.addServer('server1');
  const { code } = pair.showCode('see');
  for (const [wanted, expected] of [
    [{ url: 'server2', code }, 'pair-bad-address'],
    [{ url: 'ftp://server2', code }, 'pair-bad-address'],
    [{ url: 'https://admin:secret@server2', code }, 'pair-bad-address'],
    [{ url, code: 'XXXX' }, 'pair-bad-code'],
    [{ url, code: `${code}0` }, 'pair-bad-code'],
    [{ url, code }, 'pair-same-server'],
    [{ url: 'https://server3:9443', code }, 'page-away'],
  ] as const) {
    await assert.rejects(pair.pairWith({ ...wanted, grant: 'see' }), { code: expected });
  }
  // None of it was a try.
  assert.equal(pair.view().code?.triesLeft, 5);
});

test('keys are for nobody else, and who pairs again replaces what was', async (context) => {
  const network = createNetwork(context);
  const server1 = await network.addServer('server1');
  const server2 = await network.addServer('server2');
  for (const grant of ['see', 'see-and-change'] as const) {
    const { code } = server1.pair.showCode(grant);
    await server2.pair.pairWith({ url: server1.url, code, grant });
    assert.equal(server1.pair.view().servers.length, 1);
    assert.equal(viewOther(server1).grant, grant);
  }
  for (const name of ['identity.json', 'peers.json']) {
    const file = path.join(server1.folder, 'pair', name);
    assert.equal((await stat(file)).mode & 0o777, 0o600);
    assert.match(await readFile(file, 'utf8'), /^\{"format":2,/);
  }
  const told = JSON.stringify([server1.pair.view(), server1.problems]);
  const { key } = JSON.parse(
    await readFile(path.join(server1.folder, 'pair', 'identity.json'), 'utf8'),
  ) as { key: { keyPem: string } };
  assert.ok(key.keyPem.includes('PRIVATE KEY'));
  assert.ok(!told.includes('PRIVATE KEY'));
});
