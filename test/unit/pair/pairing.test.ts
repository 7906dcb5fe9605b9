import assert from 'node:assert/strict';
import test from 'node:test';
import { createNetwork, seesAll, until, viewOther } from '../../pair/in-pair.ts';

test('by a code two servers are paired, see each other at once, and also after both started again', async (context) => {
  const network = createNetwork(context);
  const server1 = await network.addServer('server1');
  const server2 = await network.addServer('server2');
  const { code } = server1.pair.showCode('see-and-change');
  assert.match(code, /^[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){3}$/);
  assert.equal(server1.pair.view().code?.triesLeft, 5);
  assert.ok(!JSON.stringify(server1.pair.view()).includes(code));
  const typed = ` ${code.toLowerCase().replaceAll('-', ' ').replaceAll('1', 'l')}`;
  const paired = await server2.pair.pairWith({ url: `${server1.url}/`, code: typed, grant: 'see' });
  assert.equal(paired.name, 'server1');
  await until(() => seesAll(server1) && seesAll(server2));
  const of1 = viewOther(server1);
  const of2 = viewOther(server2);
  assert.deepEqual(
    [of1.name, of1.grant, of1.allows, of1.report?.value.words, of1.link.version],
    ['server2', 'see-and-change', 'see', 'server2', '1.0.0'],
  );
  assert.deepEqual(
    [of2.name, of2.grant, of2.allows, of2.report?.value.words],
    ['server1', 'see', 'see-and-change', 'server1'],
  );
  assert.equal(server1.pair.view().code, undefined);
  assert.deepEqual(of2.urls, [server1.url]);
  assert.deepEqual([...server1.problems, ...server2.problems], []);
  await server1.restart();
  await server2.restart();
  assert.equal(viewOther(server1).link.state, 'never-heard');
  await until(() => seesAll(server1) && seesAll(server2));
});
