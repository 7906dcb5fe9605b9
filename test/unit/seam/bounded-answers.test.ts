import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import test from 'node:test';
import { createSeamClient } from '../../../server/seam/seam-client.ts';
import { encodeFrame } from '../../../server/seam/wire/frame.ts';
import { protocolVersion } from '../../../server/seam/wire/messages.ts';
import { frameOf, table, until } from '../../seam/in-seam.ts';

/** A client of somebody who answers the first question with these frames. */
async function askWhoAnswers(frames: Buffer[]) {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.write(frameOf({ kind: 'hello', program: '1.0.0', protocol: protocolVersion }));
    socket.once('data', () => socket.once('data', () => socket.write(Buffer.concat(frames))));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket: Socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const client = createSeamClient({
    ...{ at: { socket }, table, version: '1.0.0', onState: () => undefined },
    limits: { answerFrameBytes: 10_000, answerValues: 1_000 },
  });
  await until(() => client.state() === 'connected');
  const end = () => {
    client.close();
    server.close();
  };
  return { client, socket, end };
}

const event = (text: string) => frameOf({ kind: 'event', id: 1, event: text });

test('an answerer that sends events before those before were taken is not listened to', async () => {
  const { client, socket, end } = await askWhoAnswers([event('one'), event('two'), event('three')]);
  const seen: string[] = [];
  const stream = client.subscribe('latest', {}, async (text) => {
    seen.push(text);
    await once(socket, 'close');
  });
  await assert.rejects(stream, { code: 'agent-away' });
  assert.deepEqual(seen, ['one']);
  end();
});

test('an answer of more bytes or values than a client takes ends its connection', async () => {
  const result = (value: unknown) => frameOf({ kind: 'result', id: 1, result: value });
  for (const frame of [
    result('x'.repeat(10_001)),
    result(Array<number>(1_001).fill(1)),
    encodeFrame('{"kind":"result","id":1,"result":[', new Uint8Array(20_000)),
  ]) {
    const { client, end } = await askWhoAnswers([frame]);
    await assert.rejects(client.call('echo', { value: 1 }), { code: 'agent-away' });
    end();
  }
});
