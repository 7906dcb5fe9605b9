import assert from 'node:assert/strict';
import { connect } from 'node:net';
import test from 'node:test';
import { encodeFrame } from '../../../server/seam/wire/frame.ts';
import { protocolVersion } from '../../../server/seam/wire/messages.ts';
import { connectClient, frameOf, isClosed, startSeam, until } from '../../seam/in-seam.ts';

const hello = { kind: 'hello', program: '1.0.0', protocol: protocolVersion };
const echo = { kind: 'call', id: 1, name: 'echo', request: { value: 1 } };
const subscribe = { kind: 'subscribe', id: 1, name: 'latest', request: {} };

/** What ends a connection: by what comes after what. */
const violations: Record<string, Buffer[]> = {
  'a call before the hello': [frameOf(echo)],
  'a long hello': [frameOf({ ...hello, program: 'x'.repeat(2000) })],
  'a hello with more in it': [frameOf({ ...hello, role: 'admin' })],
  'a second hello': [frameOf(hello), frameOf(hello)],
  'a frame of no bytes': [frameOf(hello), Buffer.alloc(4)],
  'a head that is not JSON': [frameOf(hello), encodeFrame('{"kind":')],
  'a head that is no object': [frameOf(hello), encodeFrame('null')],
  'an unknown kind': [frameOf(hello), frameOf({ kind: 'shutdown' })],
  'a message of the agent': [frameOf(hello), frameOf({ kind: 'result', id: 1 })],
  'a call with more in it': [frameOf(hello), frameOf({ ...echo, role: 'admin' })],
  'a call without an id': [frameOf(hello), frameOf({ ...echo, id: undefined })],
  'an id that is no number': [frameOf(hello), frameOf({ ...echo, id: '1' })],
  'an id of 0': [frameOf(hello), frameOf({ ...echo, id: 0 })],
  'an id with a fraction': [frameOf(hello), frameOf({ ...echo, id: 1.5 })],
  'an id that is used twice': [frameOf(hello), frameOf(echo), frameOf(echo)],
  'an id that is used by a stream, too': [frameOf(hello), frameOf(subscribe), frameOf(echo)],
  'a request with bytes': [frameOf(hello), encodeFrame(JSON.stringify(echo), new Uint8Array(3))],
  'an end of what was not asked': [frameOf(hello), frameOf({ kind: 'cancel', id: 9 })],
  'an event taken that was not sent': [
    ...[frameOf(hello), frameOf(subscribe)],
    frameOf({ kind: 'taken', id: 1 }),
  ],
  'an event taken of a call': [
    ...[frameOf(hello), frameOf({ ...echo, name: 'wait', request: {} })],
    frameOf({ kind: 'taken', id: 1 }),
  ],
};

test('what may not come ends the connection, all that it asked, and nothing else', async () => {
  const seam = await startSeam();
  const { client, states } = await connectClient(seam);
  for (const [what, frames] of Object.entries(violations)) {
    const socket = connect(seam.socketPath);
    socket.on('error', () => undefined).resume();
    socket.write(Buffer.concat(frames));
    await isClosed(socket);
    assert.equal(await client.call('echo', { value: what }), what);
    await until(() => seam.streams('latest') === 0 && seam.waiting() === 0);
  }
  assert.deepEqual(states, ['connected']);
  // Somebody who does it all the time does not fill the log.
  assert.ok(seam.problems.every(({ kind }) => kind === 'malformed'));
  assert.ok(seam.problems.length < Object.keys(violations).length);
  client.close();
  await seam.stop();
});

test('who is silent, who sends half a frame for ever, and who is one too many is closed', async () => {
  const seam = await startSeam({ connections: 4, helloMs: 100, frameMs: 100 });
  const open = (first?: Buffer) => {
    const socket = connect(seam.socketPath);
    socket.on('error', () => undefined).resume();
    if (first) socket.write(first);
    return socket;
  };
  const { client, states } = await connectClient(seam);
  await isClosed(open());

  const half = open(Buffer.concat([frameOf(hello), frameOf(echo).subarray(0, 20)]));
  // However often a little more of it arrives.
  const drip = setInterval(() => half.write(' '), 10);
  await isClosed(half);
  clearInterval(drip);

  const sockets = Array.from({ length: 20 }, () => open(frameOf(hello)));
  let closed = 0;
  for (const socket of sockets) socket.on('close', () => (closed += 1));
  await until(() => closed === 17);
  assert.equal(await client.call('echo', { value: 1 }), 1);
  for (const socket of sockets) socket.destroy();
  assert.deepEqual(states, ['connected']);
  client.close();
  await seam.stop();
});
