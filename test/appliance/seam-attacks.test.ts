/** Whoever has taken over the web attacks the agent's side of the seam, which is another process. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { encodeFrame } from '../../server/seam/wire/frame.ts';
import { protocolVersion } from '../../server/seam/wire/messages.ts';
import { programWords } from '../program-words.ts';
import {
  collect,
  connectClient,
  connectRaw,
  countFrames,
  frameOf,
  isClosed,
  startSeam,
  until,
} from '../seam/in-seam.ts';
import { createRandom } from './random-pairs.ts';

const mebibyte = 1024 * 1024;
/** What the agent's memory may differ by, before and after an attack. */
const noiseBytes = 6 * mebibyte;
/** What one attacker may hold while the attack lasts: what is on its way to it, and what it sends. */
const heldBytes = 24 * mebibyte;
const seed = 20_261_130;

const words = ['--expose-gc', ...programWords('test/appliance/inside/seam-agent.ts')];
const limits = JSON.stringify({ helloMs: 500, frameMs: 5_000, unreadMs: 1_000 });
const agent = spawn(process.execPath, [...words, limits], { stdio: ['pipe', 'pipe', 'inherit'] });
const answers = createInterface({ input: agent.stdout })[Symbol.asyncIterator]();

async function ask(line: string): Promise<unknown> {
  agent.stdin.write(`${line}\n`);
  const answer = (await answers.next()) as IteratorResult<string, undefined>;
  return JSON.parse(answer.value ?? '') as unknown;
}
const measureHeap = async () => Number(await ask('heap'));

let place: { socketPath: string };
let good: Awaited<ReturnType<typeof connectClient>>;
let quietBytes: number;

before(async () => {
  place = { socketPath: String(await ask('where')) };
  good = await connectClient(place);
  // What is compiled and cached at the first of each is no growth.
  await tryFrames(1_000, 1);
  await assertWell();
  quietBytes = await measureHeap();
});

after(async () => {
  good.client.close();
  await ask('end');
});

/** The good client was served all the time, nothing is left, and nothing has grown. */
async function assertWell(): Promise<void> {
  for (let call = 0; call < 20; call += 1) {
    assert.equal(await good.client.call('echo', { value: call }), call);
  }
  assert.deepEqual(good.states, ['connected'], 'its connection has stayed');
  while ((await ask('streams')) !== 0 || (await ask('waiting')) !== 0);
}

function attack(name: string, run: () => Promise<void>): void {
  test(name, async () => {
    await run();
    await assertWell();
    const grownBytes = (await measureHeap()) - quietBytes;
    assert.ok(grownBytes < noiseBytes, `its memory has grown by ${grownBytes} bytes`);
  });
}

/**
 * Sends so many frames that the agent has to read to their end, over connections that end with one that is
 * malformed. Each request is answered: none was after one that had ended its connection.
 */
async function tryFrames(count: number, firstSeed: number): Promise<void> {
  const framesEach = 50;
  const open = async (connection: number) => {
    const random = createRandom(firstSeed + connection);
    const socket = await connectRaw(place);
    const answered = countFrames(socket);
    let lastId = 0;
    let asked = 0;
    const frames = Array.from({ length: framesEach - 2 }, () => {
      const message = fuzz(random, lastId);
      lastId = Math.max(lastId, message.id ?? 0);
      // A stream, and a call that waits, are answered when they are cancelled, if they are.
      if (message.kind === 'call' && message.name !== 'wait') asked += 1;
      return frameOf(message);
    });
    const last = frameOf({ kind: 'call', id: lastId + 1, name: 'echo', request: { value: 1 } });
    socket.write(Buffer.concat([...frames, last]));
    // The hello, and what is answered last.
    await until(() => answered() >= asked + 2 || socket.destroyed);
    assert.ok(!socket.destroyed, `the connection of the seed ${firstSeed + connection} was ended`);
    socket.write(spoil(random, last));
    await isClosed(socket);
  };
  const connections = count / framesEach;
  let next = 0;
  const work = async () => {
    while (next < connections) await open(next++);
  };
  await Promise.all(Array.from({ length: 8 }, work));
}

const names = [
  'echo',
  'fail',
  'wait',
  'bytes',
  'latest',
  'shared',
  'every',
  '__proto__',
  'toString',
  '',
];
const kinds = ['call', 'call', 'call', 'call', 'subscribe', 'cancel', 'ping'];
const values = [
  ...[null, true, -1, 1e308, '', 'x'.repeat(300), [], {}, [[[[]]]], '\u0000', { __proto__: null }],
  JSON.parse('{"value":1,"__proto__":{"role":"admin"},"constructor":{"prototype":{}}}') as unknown,
];

interface Fuzzed {
  kind: string | undefined;
  id?: number;
  name?: string | undefined;
  request?: unknown;
}

/** A message that may come now, with a request of any kind. */
function fuzz(random: (below: number) => number, lastId: number): Fuzzed {
  const pick = <Value>(from: readonly Value[]): Value | undefined => from[random(from.length)];
  const kind = pick(lastId === 0 ? ['call', 'subscribe', 'ping'] : kinds);
  if (kind === 'ping') return { kind };
  if (kind === 'cancel') return { kind, id: 1 + random(lastId) };
  return {
    kind,
    id: lastId + 1 + random(3),
    name: pick(names),
    request: makeRequest(random, pick),
  };
}

/** The same frame with bytes that end the connection: too short, too long, no JSON, no message. */
function spoil(random: (below: number) => number, frame: Buffer): Buffer {
  const spoilt = Buffer.from(frame);
  switch (random(4)) {
    case 0:
      return Buffer.concat([Buffer.alloc(4), spoilt]);
    case 1:
      spoilt.writeUInt32BE(0xffffffff, 0);
      return spoilt;
    case 2:
      spoilt[8 + random(frame.length - 8)] = 0;
      return spoilt;
    default:
      // Its id was asked already.
      return spoilt;
  }
}

function makeRequest(
  random: (below: number) => number,
  pick: <Value>(from: readonly Value[]) => Value | undefined,
): unknown {
  const fields = ['value', 'how', 'bytes', 'count', 'role', 'session'];
  const request: unknown = Object.fromEntries(
    Array.from({ length: random(3) }, () => [pick(fields), pick([...values, 1, 'user'])]),
  );
  return random(4) === 0 ? pick(values) : request;
}

attack('100,000 fuzzed frames', () => tryFrames(100_000, seed));

attack('10,000 connections', async () => {
  let ended = 0;
  for (let opened = 0; opened < 10_000; opened += 500) {
    const sockets = Array.from({ length: 500 }, () => connect(place.socketPath));
    for (const socket of sockets) {
      socket.on('error', () => undefined).resume();
      socket.on('close', () => (ended += 1));
    }
    // All but those that it lets in are closed at once; these are closed as they say nothing.
    await until(() => ended >= opened + 484);
  }
  await until(() => ended === 10_000);
});

attack('a frame that says 1 GiB', async () => {
  const socket = await connectRaw(place);
  const begin = Buffer.alloc(mebibyte);
  begin.writeUInt32BE(1024 ** 3, 0);
  socket.write(begin);
  await isClosed(socket.resume());
});

attack('the largest frame there is, full of nothing', async () => {
  const socket = await connectRaw(place);
  const said = collect(socket);
  const value = '[],'.repeat(2_700_000);
  const message = `{"kind":"call","id":1,"name":"echo","request":{"values":[${value}0]}}`;
  socket.write(encodeFrame(message));
  // It is not even parsed.
  await isClosed(socket);
  assert.doesNotMatch(said(), /"kind":"(?:result|error)"/);
});

attack('the largest frame there is, of one text that is not wanted', async () => {
  const socket = await connectRaw(place);
  const said = collect(socket);
  const text = ',[{'.repeat(2_700_000);
  socket.write(frameOf({ kind: 'call', id: 1, name: 'echo', request: { values: [text] } }));
  await until(() => said().includes('bad-call') || socket.destroyed);
  assert.match(said(), /bad-call/);
  socket.destroy();
});

attack('half a frame for ever, on every connection that it gets', async () => {
  const sockets = await Promise.all(Array.from({ length: 10 }, () => connectRaw(place)));
  const begin = Buffer.alloc(7 * mebibyte);
  begin.writeUInt32BE(8 * mebibyte, 0);
  const ended = sockets.map((socket) => isClosed(socket.resume()));
  for (const socket of sockets) socket.write(begin);
  const drips = sockets.map((socket) => setInterval(() => socket.write(' '), 50));
  await Promise.all(ended);
  drips.forEach(clearInterval);
});

attack('a reader of streams that reads nothing', async () => {
  const socket = await connectRaw(place);
  for (let id = 1; id <= 128; id += 1) {
    const name = id % 2 === 0 ? 'shared' : 'latest';
    socket.write(frameOf({ kind: 'subscribe', id, name, request: {} }));
  }
  while ((await ask('streams')) !== 128);
  // 1 KiB a thousand times to each: 128 MiB.
  assert.equal(await ask('tell'), 64);
  const grownBytes = (await measureHeap()) - quietBytes;
  assert.ok(grownBytes < heldBytes, `${grownBytes} bytes are held for it`);
  // Whatever it takes of them: it does not say that it dealt with one.
  assert.equal(await good.client.call('echo', { value: 1 }), 1);
  socket.destroy();
});

attack('a flood of calls whose answers nobody reads', async () => {
  const socket = await connectRaw(place);
  socket.pause();
  let sentBytes = 0;
  let id = 0;
  let isRefused = false;
  const value = 'x'.repeat(4096);
  while (!isRefused && sentBytes < 256 * mebibyte) {
    id += 1;
    const frame = frameOf({ kind: 'call', id, name: 'echo', request: { value } });
    const error = await new Promise((resolve) => socket.write(frame, resolve));
    isRefused = error instanceof Error;
    sentBytes += frame.length;
  }
  // It was not listened to for long, and then closed, as it reads nothing.
  assert.ok(isRefused && sentBytes < 16 * mebibyte, `${sentBytes} bytes were taken from it`);
  assert.ok(((await ask('problems')) as string[]).includes('stuck'));
});

attack('20,000 calls at once', async () => {
  const socket = await connectRaw(place);
  const answered = countFrames(socket);
  const batch = (first: number) =>
    Buffer.concat(
      Array.from({ length: 1_000 }, (_, index) =>
        frameOf({ kind: 'call', id: first + index, name: 'wait', request: {} }),
      ),
    );
  for (let first = 1; first <= 20_000; first += 1_000) socket.write(batch(first));
  // Of those only 256 are open; the hello is one more.
  await until(() => answered() === 20_000 - 256 + 1);
  assert.equal(await ask('waiting'), 256);
  socket.destroy();
});

attack('10,000 streams that are cancelled at once', async () => {
  const socket = await connectRaw(place);
  const answered = countFrames(socket);
  for (let id = 1; id <= 10_000; id += 1) {
    const name = id % 2 === 0 ? 'shared' : 'latest';
    socket.write(frameOf({ kind: 'subscribe', id, name, request: {} }));
    socket.write(frameOf({ kind: 'cancel', id }));
  }
  // Those that came while 128 were not yet ended are refused: each is answered all the same.
  await until(() => answered() === 10_000 + 1);
  assert.equal(await ask('streams'), 0);
  socket.destroy();
});

/** Says hello over the file descriptor 3, asks once, and prints what it is told. */
const webOfPair = `
  const socket = new (require('node:net').Socket)({ fd: 3 });
  const frame = (message) => {
    const head = Buffer.from(JSON.stringify(message));
    const lengths = Buffer.alloc(8);
    lengths.writeUInt32BE(head.length + 4, 0);
    lengths.writeUInt32BE(head.length, 4);
    socket.write(Buffer.concat([lengths, head]));
  };
  frame({ kind: 'hello', program: '1.0.0', protocol: ${protocolVersion} });
  frame({ kind: 'call', id: 1, name: 'echo', request: { value: 'over a pair' } });
  socket.on('data', (chunk) => {
    process.stdout.write(chunk);
    if (chunk.includes('result')) socket.end();
  });
`;

test('a web that the agent has started speaks over the pair that it was given', async () => {
  const seam = await startSeam();
  const web = spawn(process.execPath, ['-e', webOfPair], {
    stdio: ['ignore', 'pipe', 'inherit', 'pipe'],
  });
  const [, stdout, , pair] = web.stdio;
  assert.ok(pair instanceof Socket && stdout);
  seam.accept(pair);
  let said = '';
  stdout.on('data', (chunk: Buffer) => (said += chunk.toString('latin1')));
  await once(web, 'close');
  assert.match(said, /"kind":"result","id":1,"result":"over a pair"/);
  assert.deepEqual(seam.problems, []);
  await seam.stop();
});
