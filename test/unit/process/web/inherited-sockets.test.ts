/** What systemd has opened is listened on, and the page ends when nobody has connected for a time. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { endWhenIdle } from '../../../../server/process/web/end-when-idle.ts';
import { findInheritedSockets } from '../../../../server/process/web/inherited-sockets.ts';
import { readWebArguments } from '../../../../server/process/web/web-arguments.ts';
import { eventually } from '../../../lab/eventually.ts';

test('the sockets are those that were given to this process and no other', () => {
  const given = (LISTEN_FDS: string | undefined, LISTEN_PID = '7') =>
    findInheritedSockets({ LISTEN_FDS, LISTEN_PID }, 7);
  assert.deepEqual(given('1'), [3]);
  assert.deepEqual(given('3'), [3, 4, 5]);
  assert.deepEqual(given('1', '8'), []);
  for (const none of [undefined, '', '0', '-1', '1.5', 'x', '100000']) {
    assert.deepEqual(given(none), [], none ?? 'absent');
  }
  assert.deepEqual(findInheritedSockets({}, 7), []);
});

test('its command line says where the agent is, and when it ends', () => {
  const { agentSocket, user, idleMs } = readWebArguments(['/run/keepalived-wai/agent.sock']);
  assert.deepEqual([agentSocket, user], ['/run/keepalived-wai/agent.sock', undefined]);
  assert.equal(idleMs, 15 * 60_000);
  const words = ['--user=65534:65534', '--idle-seconds=2', '/run/socket'];
  const given = readWebArguments(words);
  assert.deepEqual(given, {
    ...{ agentSocket: '/run/socket', user: { uid: 65534, gid: 65534 }, idleMs: 2_000 },
  });
});

test('it ends when nobody has been connected for so long, and only then', async (context) => {
  const server = http.createServer((_request, response) => response.end('ok'));
  context.after(() => server.close());
  let ends = 0;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  endWhenIdle(server, 400, () => void (ends += 1));

  // An open stream, or a browser that may ask again.
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  await once(server, 'connection');
  await sleep(900);
  assert.equal(ends, 0, 'somebody is connected');
  socket.destroy();
  await eventually('its end', () => ends === 1);
  await sleep(600);
  assert.equal(ends, 1, 'it ends once');
});
