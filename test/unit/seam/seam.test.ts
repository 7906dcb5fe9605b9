import assert from 'node:assert/strict';
import { chmod, stat } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import type { Socket } from 'node:net';
import path from 'node:path';
import test from 'node:test';
import { z } from 'zod';
import { defineCall } from '../../../server/seam/calls.ts';
import { createSeamClient } from '../../../server/seam/seam-client.ts';
import type { SeamState } from '../../../server/seam/seam-client.ts';
import { createSeamServer } from '../../../server/seam/seam-server.ts';
import { protocolVersion } from '../../../server/seam/wire/messages.ts';
import {
  collect,
  connectClient,
  connectRaw,
  frameOf,
  startSeam,
  table,
  until,
} from '../../seam/in-seam.ts';
import type { Seam } from '../../seam/in-seam.ts';

const inSeam =
  (run: (seam: Seam) => Promise<void>, limits: Parameters<typeof startSeam>[0] = {}) =>
  async () => {
    const seam = await startSeam(limits);
    try {
      await run(seam);
    } finally {
      await seam.stop();
    }
  };

test(
  'a value arrives as it was sent',
  inSeam(async (seam) => {
    const { client } = await connectClient(seam);
    const values: unknown[] = [
      null,
      true,
      0,
      -1.5,
      2 ** 53,
      '',
      'VI_1 “ü” \u2028 \0 \ud800',
      [],
      {},
      [null, [{}]],
      { a: { b: ['c'] }, constructor: 'x', '': 1 },
      'x'.repeat(3_000_000),
    ];
    for (const value of values) {
      assert.deepEqual(await client.call('echo', { value }), value);
    }
    client.close();
  }),
);

test(
  'bytes arrive where the table has them, and none is not empty',
  inSeam(async (seam) => {
    const { client } = await connectClient(seam);
    for (const bytes of [0, 1, 100_000, 5_000_000]) {
      const pcap = new Uint8Array(bytes).fill(7);
      assert.deepEqual(await client.call('bytes', { bytes }), { name: 'eth0', pcap });
    }
    assert.deepEqual(await client.call('bytes', { bytes: -1 }), { name: 'eth0' });
    client.close();
  }),
);

test(
  'a user’s error arrives whole, and of any other only its number',
  inSeam(async (seam) => {
    const { client } = await connectClient(seam);
    await assert.rejects(client.call('fail', { how: 'user' }), {
      ...{ name: 'UserError', code: 'no-such-version', statusCode: 404, message: 'There is none.' },
    });
    const error = await client.call('fail', { how: 'internal' }).catch(String);
    assert.match(String(error), /Internal error [0-9a-f]{8}/);
    assert.doesNotMatch(String(error), /s3cret/);
    const [problem] = seam.problems;
    assert.ok(problem?.kind === 'failed' && problem.name === 'fail');
    assert.ok(String(error).includes(problem.errorId));
    assert.match(String(problem.error), /s3cret/);
    client.close();
  }),
);

test(
  'a result that JSON would change is an error that names the place',
  inSeam(async (seam) => {
    const { client } = await connectClient(seam);
    await assert.rejects(client.call('fail', { how: 'unplain' }), { code: 'internal-error' });
    const [problem] = seam.problems;
    assert.ok(problem?.kind === 'failed');
    assert.match(String(problem.error), /result\.instances\[0\]\.since is an instance of Date/);
    client.close();
  }),
);

test(
  'a request that does not fit is refused, and the connection stays',
  inSeam(async (seam) => {
    const socket = await connectRaw(seam);
    const said = collect(socket);
    const asked = [
      { name: 'echo', request: { value: 1, more: 1 } },
      { name: 'echo' },
      { name: 'fail', request: { how: 's3cret' } },
      { name: 'constructor', request: {} },
      { name: '__proto__', request: {} },
      { name: 'latest', request: {} },
      { name: 'echo', request: JSON.parse('{"value":1,"__proto__":{"isAdmin":true}}') as unknown },
    ];
    for (const [index, rest] of asked.entries()) {
      socket.write(frameOf({ kind: 'call', id: index + 1, ...rest }));
    }
    socket.write(frameOf({ kind: 'subscribe', id: 50, name: 'echo', request: { value: 1 } }));
    socket.write(frameOf({ kind: 'call', id: 51, name: 'echo', request: { value: 1 } }));
    await until(() => said().includes('"kind":"result","id":51'));
    assert.equal(said().match(/"code":"bad-call"/g)?.length, asked.length + 1);
    assert.doesNotMatch(said(), /s3cret/);
    assert.deepEqual(seam.problems, []);
    socket.destroy();
  }),
);

test(
  'a cancelled call is told to the other side; so is the end of a connection',
  inSeam(async (seam) => {
    const { client } = await connectClient(seam);
    const controller = new AbortController();
    const call = client.call('wait', {}, { signal: controller.signal });
    const other = client.call('wait', {});
    await until(() => seam.waiting() === 2);
    controller.abort(new Error('left'));
    await assert.rejects(call, /left/);
    await until(() => seam.cancelled() === 1);
    client.close();
    await assert.rejects(other, { code: 'agent-away' });
    await until(() => seam.cancelled() === 2);
    assert.deepEqual(seam.problems, []);
  }),
);

test(
  'who has too much open is refused, and served once it is answered',
  inSeam(
    async (seam) => {
      const { client } = await connectClient(seam);
      const socket = await connectRaw(seam);
      const said = collect(socket);
      for (let id = 1; id <= 6; id += 1) {
        socket.write(frameOf({ kind: 'call', id, name: 'wait', request: {} }));
      }
      await until(() => said().match(/agent-busy/g)?.length === 2);
      assert.equal(await client.call('echo', { value: 1 }), 1);
      seam.release();
      await until(() => said().match(/"result":"released"/g)?.length === 4);
      socket.write(frameOf({ kind: 'call', id: 9, name: 'echo', request: { value: 1 } }));
      await until(() => said().includes('"kind":"result","id":9'));
      socket.destroy();
      client.close();
    },
    { calls: 4 },
  ),
);

test(
  'of a state only the newest waits for a slow reader',
  inSeam(async (seam) => {
    const { client } = await connectClient(seam);
    const controller = new AbortController();
    const events: string[] = [];
    let goOn: () => void = () => undefined;
    const stream = client.subscribe(
      'latest',
      {},
      async (event) => {
        events.push(event);
        await new Promise<void>((resolve) => (goOn = resolve));
      },
      controller,
    );
    await until(() => seam.streams('latest') === 1);
    for (let index = 0; index < 1_000; index += 1) seam.tell('latest', `state ${index}`);
    await until(() => events.length === 1);
    goOn();
    await until(() => events.length === 2);
    assert.deepEqual(events, ['state 0', 'state 999']);
    controller.abort();
    goOn();
    await stream;
    await until(() => seam.streams('latest') === 0);
    client.close();
  }),
);

test(
  'an event for all who follow arrives whole with each, also with who is slow',
  inSeam(async (seam) => {
    const clients = [await connectClient(seam), await connectClient(seam)];
    const controller = new AbortController();
    const events: string[][] = [];
    const streams = clients.flatMap(({ client }) =>
      [0, 1, 2].map(() => {
        const own: string[] = [];
        events.push(own);
        return client.subscribe('shared', {}, (event) => own.push(event), controller);
      }),
    );
    await until(() => seam.streams('shared') === 6);
    const told = ['“ü” \u2028', 'x'.repeat(2_000_000), ''];
    for (const [index, event] of told.entries()) {
      seam.tell('shared', event);
      await until(() => events.every(({ length }) => length === index + 1));
    }
    for (const own of events) assert.deepEqual(own, told);
    controller.abort();
    await Promise.all(streams);
    for (const { client } of clients) client.close();
  }),
);

test(
  'of an export nothing is lost: it waits for its reader, and ends with it',
  inSeam(async (seam) => {
    const { client } = await connectClient(seam);
    const firstBytes: unknown[] = [];
    await client.subscribe('every', { count: 300 }, async (event) => {
      await new Promise((resolve) => setImmediate(resolve));
      firstBytes.push(event[0]);
    });
    assert.deepEqual(
      firstBytes,
      Array.from({ length: 300 }, (_, index) => index % 256),
    );

    const controller = new AbortController();
    const emittedBefore = seam.emitted();
    let hasEvent = false;
    const stream = client.subscribe(
      'every',
      { count: 1_000_000 },
      async () => {
        hasEvent = true;
        await new Promise((resolve) => {
          controller.signal.addEventListener('abort', resolve);
        });
      },
      controller,
    );
    await until(() => hasEvent);
    controller.abort();
    await stream;
    await client.call('echo', { value: 1 });
    assert.ok(seam.emitted() - emittedBefore < 10, 'it is not far ahead of its reader');
    assert.deepEqual(seam.problems, []);
    client.close();
  }),
);

test(
  'an event that cannot be dealt with ends its stream, and no other',
  inSeam(async (seam) => {
    const { client } = await connectClient(seam);
    const stream = client.subscribe('latest', {}, () => {
      throw new Error('no such template');
    });
    await until(() => seam.streams('latest') === 1);
    seam.tell('latest', 'one');
    seam.tell('latest', 'two');
    await assert.rejects(stream, /no such template/);
    await until(() => seam.streams('latest') === 0);
    assert.equal(await client.call('echo', { value: 2 }), 2);
    client.close();
  }),
);

test(
  'the client comes back by itself, and what was open is said to be away',
  inSeam(async (seam) => {
    const { client, states } = await connectClient(seam);
    const call = client.call('wait', {});
    const stream = client.subscribe('latest', {}, () => undefined);
    await until(() => seam.waiting() === 1);
    const away = [call, stream].map((promise) =>
      assert.rejects(promise, { code: 'agent-away', statusCode: 503 }),
    );
    await seam.restart();
    await Promise.all(away);
    await until(() => client.state() === 'connected');
    assert.equal(await client.call('echo', { value: 3 }), 3);
    assert.deepEqual(states, ['connected', 'away', 'connected']);
    client.close();
  }),
);

test(
  'another version is said to both, and nothing is asked; the upgrade ends',
  inSeam(async (seam) => {
    const { client, states } = await connectClient(seam);
    await seam.restart('2.0.0');
    await until(() => typeof client.state() === 'object');
    assert.deepEqual(client.state(), { agentVersion: '2.0.0' });
    await assert.rejects(client.call('echo', { value: 1 }), (error: Error & { code?: string }) => {
      assert.equal(error.code, 'agent-version');
      assert.match(error.message, /1\.0\.0.*2\.0\.0/);
      return true;
    });
    const problem = seam.problems.find(({ kind }) => kind === 'version');
    assert.ok(problem?.kind === 'version' && problem.program === '1.0.0');
    await seam.restart('1.0.0');
    await until(() => client.state() === 'connected');
    assert.equal(await client.call('echo', { value: 4 }), 4);
    const kinds = states.map((state) => (typeof state === 'object' ? 'version' : state));
    assert.deepEqual([kinds.at(0), kinds.at(-1)], ['connected', 'connected']);
    assert.ok(kinds.includes('version'));
    client.close();
  }),
);

test(
  'an agent that has hung is away, an idle one is not',
  inSeam(async (seam) => {
    const idle = await connectClient(seam, 300);
    const hungPath = `${seam.socketPath}.hung`;
    const connections: Socket[] = [];
    const hung = createServer((socket) => {
      socket.on('error', () => undefined).resume();
      connections.push(socket);
      socket.write(frameOf({ kind: 'hello', program: '1.0.0', protocol: protocolVersion }));
    }).listen(hungPath);
    const { client, states } = await connectClient({ ...seam, socketPath: hungPath }, 300);
    const call = assert.rejects(client.call('wait', {}), { code: 'agent-away' });
    await until(() => states.at(-1) === 'away');
    await call;
    await until(() => connections.length > 1);
    client.close();
    for (const socket of connections) socket.destroy();
    hung.close();
    assert.deepEqual(idle.states, ['connected']);
    idle.client.close();
  }),
);

test(
  'over one end of a pair the agent is away for good',
  inSeam(async (seam) => {
    const states: SeamState[] = [];
    const client = createSeamClient({
      ...{ at: { socket: connect(seam.socketPath) }, table, version: '1.0.0' },
      onState: (state) => states.push(state),
    });
    await until(() => states.length === 1);
    assert.equal(await client.call('echo', { value: 5 }), 5);
    await seam.restart();
    await until(() => states.length === 2);
    assert.deepEqual(states, ['connected', 'away']);
    await assert.rejects(client.call('echo', { value: 5 }), { code: 'agent-away' });
    const late = createSeamClient({
      ...{ at: { socket: connect(`${seam.socketPath}.none`) }, table, version: '1.0.0' },
      onState: (state) => states.push(state),
    });
    await until(() => states.length === 3);
    assert.equal(late.state(), 'away');
  }),
);

test(
  'the socket is for its group, and its folder for nobody else',
  inSeam(async (seam) => {
    const { mode } = await stat(seam.socketPath);
    assert.equal((mode & 0o777).toString(8), '660');
    const folder = path.dirname(seam.socketPath);
    await chmod(folder, 0o770);
    const handlers = { ping: () => Promise.resolve('pong') };
    const small = {
      ping: defineCall({ request: z.strictObject({}), result: z.string(), meta: {} }),
    };
    const starting = createSeamServer({
      at: { path: path.join(folder, 'other.sock'), mode: 0o660 },
      ...{ table: small, version: '1', handlers },
      onProblem: () => undefined,
    });
    await assert.rejects(starting, { code: 'unsafe-socket-folder' });
    const nowhere = createSeamServer({
      at: { path: path.join(folder, 'none', 'other.sock'), mode: 0o660 },
      ...{ table: small, version: '1', handlers },
      onProblem: () => undefined,
    });
    await assert.rejects(nowhere, { code: 'no-socket-folder' });
  }),
);
