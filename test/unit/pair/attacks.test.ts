/** The attacks of docs/threats-pair.md, over real sockets. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import path from 'node:path';
import type { Duplex } from 'node:stream';
import test from 'node:test';
import type { TestContext } from 'node:test';
import { connect as connectTls } from 'node:tls';
import { makeOwnKey, ownKeySchema } from '../../../server/pair/identity/own-key.ts';
import type { OwnKey } from '../../../server/pair/identity/own-key.ts';
import { createPairTable } from '../../../server/pair/pair-table.ts';
import { readFirstFrame, sendFirstFrame } from '../../../server/pair/wire/first-frame.ts';
import { createInnerContext, openInnerTls } from '../../../server/pair/wire/inner-tls.ts';
import { createSeamClient } from '../../../server/seam/seam-client.ts';
import {
  createNetwork,
  pairUp,
  reportSchema,
  seesAll,
  until,
  viewOther,
} from '../../pair/in-pair.ts';
import type { TestServer } from '../../pair/in-pair.ts';

/** A port that leads to the pair of this server. */
async function listenFor(server: TestServer, context: TestContext): Promise<() => Socket> {
  const sockets = new Set<Socket>();
  const listener = createServer((socket) => {
    sockets.add(socket);
    server.pair.accept(socket, { address: String(socket.remoteAddress) });
  }).listen(0, '127.0.0.1');
  await once(listener, 'listening');
  context.after(() => {
    for (const socket of sockets) socket.destroy();
    listener.close();
  });
  const { port } = listener.address() as AddressInfo;
  return () => {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => undefined);
    context.after(() => socket.destroy());
    return socket;
  };
}

const isClosed = (pipe: Duplex) =>
  new Promise<void>((resolve) => {
    if (pipe.destroyed) resolve();
    pipe.resume().once('close', () => {
      resolve();
    });
  });

async function readKey(server: TestServer): Promise<OwnKey> {
  const text = await readFile(path.join(server.folder, 'pair', 'identity.json'), 'utf8');
  return ownKeySchema.parse((JSON.parse(text) as { key: unknown }).key);
}

const run = '7b0c6a2e-6a58-4b7c-9d3e-0a4f6c1d2e3f';
const spoken = { protocol: 'pair-1', version: '1.0.0' };

/** Speaks as the server that has this key. */
async function greetWith(pipe: Duplex, key: OwnKey, greeting: object) {
  const tls = await openInnerTls(pipe, 'dialler', createInnerContext(key));
  sendFirstFrame(tls.socket, greeting);
  return { ...tls, reply: (await readFirstFrame(tls.socket)) as Record<string, unknown> };
}

test('a machine between two servers gets neither paired, and learns no code', async (context) => {
  const network = createNetwork(context);
  const server1 = await network.addServer('server1');
  const server2 = await network.addServer('server2');
  const toServer1 = await listenFor(server1, context);
  const middle = await makeOwnKey(0);
  const seen: unknown[] = [];
  network.redirect.set(server1.url, (pipe) => {
    const relay = async () => {
      const near = await openInnerTls(pipe, 'listener', createInnerContext(middle));
      const greeting = (await readFirstFrame(near.socket)) as object;
      const { reply } = await greetWith(toServer1(), middle, greeting);
      seen.push(greeting, reply);
      sendFirstFrame(near.socket, reply);
    };
    relay().catch(() => pipe.destroy());
  });
  const { code } = server1.pair.showCode('see');
  const pairing = server2.pair.pairWith({ url: server1.url, code, grant: 'see' });
  await assert.rejects(pairing, { code: 'pair-wrong-code' });
  assert.equal(seen.length, 2);
  assert.ok(!JSON.stringify(seen).includes(code));

  // It says that all is well, by a proof of its own.
  network.redirect.set(server1.url, (pipe) => {
    const pretend = async () => {
      const near = await openInnerTls(pipe, 'listener', createInnerContext(middle));
      const { proof } = (await readFirstFrame(near.socket)) as { proof: string };
      const told = { id: run, name: 'server1', urls: [], grant: 'see-and-change' };
      sendFirstFrame(near.socket, { kind: 'paired', ...spoken, ...told, proof });
    };
    pretend().catch(() => pipe.destroy());
  });
  const again = server2.pair.pairWith({ url: server1.url, code, grant: 'see' });
  await assert.rejects(again, { code: 'pair-not-proved' });
  assert.deepEqual([...server1.pair.view().servers, ...server2.pair.view().servers], []);
});

test('a machine with the address of the other server is a stranger, and is never believed', async (context) => {
  const network = createNetwork(context);
  const server1 = await network.addServer('server1');
  const server2 = await network.addServer('server2');
  const rogue = await network.addServer('rogue');
  await pairUp(server1, server2);
  network.redirect.set(server2.url, (pipe, from) => {
    rogue.pair.accept(pipe, { address: from });
  });
  network.reaches = (from) => from !== server2.url;
  network.cut();
  await until(() => viewOther(server1).link.state === 'not-heard');
  assert.match(String(viewOther(server1).link.problem), /Another machine than server2 answers at/);
  assert.equal(viewOther(server1).report?.value.words, 'server2');
  // Nor if it dials and says that it is server2.
  const pipe = (await listenFor(server1, context))();
  const { reply } = await greetWith(pipe, await readKey(rogue), {
    ...{ kind: 'link', ...spoken, id: viewOther(server1).id, run, name: 'server2', urls: [] },
    wants: 'ask',
  });
  assert.deepEqual([reply['kind'], reply['reason']], ['refused', 'not-paired']);
});

test('what is sent back to its sender, and what is sent a second time, is nothing', async (context) => {
  const network = createNetwork(context);
  const server1 = await network.addServer('server1');
  const server2 = await network.addServer('server2');
  network.redirect.set(server1.url, (pipe) => {
    server2.pair.accept(pipe, { address: 'server2' });
  });
  const { code } = server2.pair.showCode('see');
  const reflected = server2.pair.pairWith({ url: server1.url, code, grant: 'see' });
  await assert.rejects(reflected, { code: 'pair-same-server' });
  assert.equal(server2.pair.view().code?.triesLeft, 5);

  const toServer1 = await listenFor(server1, context);
  const recorded: Buffer[] = [];
  network.redirect.set(server1.url, (pipe) => {
    const socket = toServer1();
    pipe.on('data', (chunk: Buffer) => recorded.push(chunk));
    pipe.pipe(socket).pipe(pipe);
    pipe.on('error', () => undefined).once('close', () => socket.destroy());
  });
  const shown = server1.pair.showCode('see');
  await server2.pair.pairWith({ url: server1.url, code: shown.code, grant: 'see' });
  await until(() => seesAll(server2));
  await server1.pair.unpair(viewOther(server1).id);
  server1.pair.showCode('see');
  const replay = toServer1();
  replay.write(Buffer.concat(recorded));
  await isClosed(replay);
  assert.deepEqual(server1.pair.view().servers, []);
  assert.equal(server1.pair.view().code?.triesLeft, 5);
});

test('no older TLS, no other kind of key, and nobody without a key', async (context) => {
  const network = createNetwork(context);
  const server1 = await network.addServer('server1');
  const open = await listenFor(server1, context);
  const { keyPem, certificatePem } = await makeOwnKey(0);
  const own = { key: keyPem, cert: certificatePem };
  for (const options of [{ ...own, maxVersion: 'TLSv1.2' as const }, {}]) {
    const socket = connectTls({ socket: open(), rejectUnauthorized: false, ...options });
    socket.on('error', () => undefined);
    socket.write('hello');
    await isClosed(socket);
  }
});

test('strangers are few, heard for a short time, and cost nothing afterwards', async (context) => {
  const network = createNetwork(context);
  const server1 = await network.addServer('server1', { timing: { authenticateMs: 1_000 } });
  const open = await listenFor(server1, context);
  const silent = Array.from({ length: 12 }, open);
  const closed = silent.map(isClosed);
  // Those that are too many end at once, the others after their time.
  await Promise.all(closed);
  const talker = open();
  const end = isClosed(talker);
  const more = setInterval(() => talker.write(Buffer.alloc(16 * 1024, 0x16)), 1);
  await end;
  clearInterval(more);
  const server2 = await network.addServer('server2');
  await pairUp(server1, server2);
  assert.ok(server1.problems.some(({ kind }) => kind === 'flood'));
  assert.ok(server1.problems.length < 10);
});

test('words of another server are text of a bounded length, without what changes how it reads', async (context) => {
  const network = createNetwork(context);
  const server1 = await network.addServer('server1');
  const name = 'ser\u202ever\n2\u0000<b>';
  const server2 = await network.addServer('server2', { hostName: () => name + 'x'.repeat(100) });
  server2.say('\u001b[31m<script>\u2066');
  await pairUp(server1, server2);
  const { name: shown, report } = viewOther(server1);
  assert.equal(shown, `ser�ver�2�<b>${'x'.repeat(64 - name.length)}`);
  assert.equal(report?.value.words, '�[31m<script>�');
});

test('a server that is taken over sees what was granted, not more, and not faster', async (context) => {
  const network = createNetwork(context);
  const server1 = await network.addServer('server1');
  const server2 = await network.addServer('server2');
  await pairUp(server1, server2);
  const key = await readKey(server2);
  const { id } = server2.pair.view().self;
  // From here on somebody else has its key.
  await server2.pair.close();
  const greeting = { kind: 'link', ...spoken, id, run, name: 'server2', urls: [], wants: 'ask' };
  const toServer1 = await listenFor(server1, context);
  const connectAsServer2 = async () => {
    const { socket, reply } = await greetWith(toServer1(), key, greeting);
    assert.equal(reply['kind'], 'welcome');
    const client = createSeamClient({
      ...{ at: { socket }, table: createPairTable(reportSchema), version: 'pair-1' },
      onState: () => undefined,
    });
    await until(() => client.state() === 'connected');
    return client;
  };
  const client = await connectAsServer2();
  assert.equal((await client.call('beat', {})).report.words, 'server1');
  await assert.rejects(client.call('mayChange', {}), { code: 'pair-not-granted', statusCode: 403 });
  await server1.pair.setGrant(id, 'see-and-change');
  await client.call('mayChange', {});
  await assert.rejects(client.call('renewKey', { next: 'a'.repeat(64), signature: 'AAAA' }), {
    code: 'internal-error',
  });
  const flood = async () => {
    for (let index = 0; index < 1_000; index += 1) await client.call('beat', {});
  };
  await assert.rejects(flood(), { code: 'pair-too-many' });
  client.close();
});

test('a report that is too large or of another shape ends nothing but itself', async (context) => {
  const network = createNetwork(context);
  const server1 = await network.addServer('server1');
  const server2 = await network.addServer('server2');
  await pairUp(server1, server2);
  server2.say('x'.repeat(5 * 1024 * 1024));
  await until(() => viewOther(server1).link.state === 'not-heard', 'too large');
  assert.equal(viewOther(server1).report?.value.words, 'server2');
  server2.say('short');
  await until(() => viewOther(server1).report?.value.words === 'short');
  await server2.restart({ describe: () => ({ words: 7 }) as never });
  await until(() => viewOther(server1).link.problem !== undefined, 'of another shape');
  assert.match(String(viewOther(server1).link.problem), /server2 tells what this version/);
});

test('one that speaks another protocol is told which, and its version', async (context) => {
  const network = createNetwork(context);
  const server1 = await network.addServer('server1');
  const open = await listenFor(server1, context);
  const words = { kind: 'link', protocol: 'pair-2', version: '9.0.0', news: true };
  const { reply } = await greetWith(open(), await makeOwnKey(0), words);
  assert.deepEqual(reply, { kind: 'refused', ...spoken, reason: 'protocol' });
  await assert.rejects(
    greetWith(open(), await makeOwnKey(0), { kind: 'unheard of', ...spoken }),
    /closed/,
  );
});
