/** A seam with a table that has one of each, on a socket of its own. */
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { defineCall, defineTopic } from '../../server/seam/calls.ts';
import { untilAborted } from '../../server/seam/handlers.ts';
import type { Handlers } from '../../server/seam/handlers.ts';
import type { SeamLimits } from '../../server/seam/limits.ts';
import type { SeamProblem } from '../../server/seam/problems.ts';
import { createSeamClient } from '../../server/seam/seam-client.ts';
import type { SeamState } from '../../server/seam/seam-client.ts';
import { createSeamServer } from '../../server/seam/seam-server.ts';
import { SharedEvent } from '../../server/seam/shared-event.ts';
import { createFrameReader, encodeFrame } from '../../server/seam/wire/frame.ts';
import { protocolVersion } from '../../server/seam/wire/messages.ts';
import { UserError } from '../../server/shared/errors.ts';

const nothing = z.strictObject({});
const meta = { role: 'viewer' };

export const table = {
  echo: defineCall({ request: z.strictObject({ value: z.unknown() }), result: z.unknown(), meta }),
  fail: defineCall({
    request: z.strictObject({ how: z.enum(['user', 'internal', 'unplain']) }),
    result: z.custom<unknown>(),
    meta,
  }),
  /** Answers when it is cancelled, or `release` is called. */
  wait: defineCall({ request: nothing, result: z.string(), meta }),
  bytes: defineCall({
    request: z.strictObject({ bytes: z.int() }),
    result: z.custom<{ name: string; pcap?: Uint8Array }>(),
    tail: ['pcap'],
    meta,
  }),
  latest: defineTopic({ request: nothing, event: z.string(), overflow: 'latest', meta }),
  /** As `latest`: all who follow are told one and the same event. */
  shared: defineTopic({ request: nothing, event: z.string(), overflow: 'latest', meta }),
  every: defineTopic({
    request: z.strictObject({ count: z.int() }),
    event: z.instanceof(Uint8Array),
    overflow: 'every',
    tail: [],
    meta,
  }),
};

export interface Seam {
  socketPath: string;
  problems: SeamProblem[];
  /** Those of `wait` that were cancelled. */
  cancelled: () => number;
  waiting: () => number;
  release: () => void;
  /** Emits on all streams of the topic. */
  tell: (topic: 'latest' | 'shared', event: string) => void;
  streams: (topic: 'latest' | 'shared') => number;
  emitted: () => number;
  accept: (socket: Socket) => void;
  restart: (version?: string) => Promise<void>;
  stop: () => Promise<void>;
}

export async function startSeam(limits: Partial<SeamLimits> = {}): Promise<Seam> {
  const folder = await mkdtemp(path.join(tmpdir(), 'seam-'));
  const socketPath = path.join(folder, 'agent.sock');
  const problems: SeamProblem[] = [];
  const releases = new Set<() => void>();
  const emits = {
    latest: new Set<(event: string) => void>(),
    shared: new Set<(event: string | SharedEvent<string>) => void>(),
  };
  let cancelled = 0;
  let emitted = 0;

  const stream =
    (topic: 'latest' | 'shared') =>
    async (
      _: unknown,
      emit: (event: string | SharedEvent<string>) => void,
      { signal }: { signal: AbortSignal },
    ) => {
      emits[topic].add(emit);
      await untilAborted(signal);
      emits[topic].delete(emit);
    };
  const handlers: Handlers<typeof table> = {
    echo: ({ value }) => Promise.resolve(value),
    fail({ how }) {
      if (how === 'user')
        throw new UserError('no-such-version', 'There is none.', { statusCode: 404 });
      if (how === 'internal') throw new Error('auth_pass s3cret');
      return Promise.resolve({ instances: [{ since: new Date() }] });
    },
    async wait(_, { signal }) {
      await new Promise<void>((resolve) => {
        releases.add(resolve);
        signal.addEventListener('abort', () => {
          cancelled += 1;
          releases.delete(resolve);
          resolve();
        });
      });
      signal.throwIfAborted();
      return 'released';
    },
    bytes: ({ bytes }) =>
      Promise.resolve({ name: 'eth0', ...(bytes >= 0 && { pcap: new Uint8Array(bytes).fill(7) }) }),
    latest: stream('latest'),
    shared: stream('shared'),
    async every({ count }, emit) {
      const send = emit as (event: Uint8Array) => unknown;
      for (let index = 0; index < count; index += 1) {
        await send(new Uint8Array(64 * 1024).fill(index));
        emitted += 1;
      }
    },
  };
  const start = (version = '1.0.0') =>
    createSeamServer({
      ...{ at: { path: socketPath, mode: 0o660 }, table, version, handlers, limits },
      onProblem: (problem) => problems.push(problem),
    });
  let server = await start();
  return {
    socketPath,
    problems,
    cancelled: () => cancelled,
    waiting: () => releases.size,
    release() {
      for (const release of releases) release();
      releases.clear();
    },
    tell(topic, event) {
      const shared = new SharedEvent(event);
      if (topic === 'latest') for (const emit of emits.latest) emit(event);
      else for (const emit of emits.shared) emit(shared);
    },
    streams: (topic) => emits[topic].size,
    emitted: () => emitted,
    accept(socket) {
      server.accept(socket);
    },
    async restart(version) {
      await server.close();
      server = await start(version);
    },
    async stop() {
      await server.close();
      await rm(folder, { recursive: true });
    },
  };
}

export interface TestClient {
  client: ReturnType<typeof createSeamClient<typeof table>>;
  states: SeamState[];
}

/** A client that is connected. */
export async function connectClient(
  seam: Pick<Seam, 'socketPath'>,
  silenceMs?: number,
): Promise<TestClient> {
  const states: SeamState[] = [];
  const client = createSeamClient({
    ...{ at: { path: seam.socketPath }, table, version: '1.0.0' },
    ...(silenceMs !== undefined && { silenceMs }),
    onState: (state) => states.push(state),
  });
  await until(() => client.state() === 'connected');
  return { client, states };
}

/** Waits for what has to come. */
export async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 2));
}

/** A connection without our client: it says what it is told to. */
export async function connectRaw(seam: Pick<Seam, 'socketPath'>): Promise<Socket> {
  const socket = connect(seam.socketPath);
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  socket.write(frameOf({ kind: 'hello', program: '1.0.0', protocol: protocolVersion }));
  return socket;
}

export const frameOf = (message: unknown): Buffer => encodeFrame(JSON.stringify(message));

/** @returns what was said on this connection so far: heads, and the lengths between them */
export function collect(socket: Socket): () => string {
  let text = '';
  socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
  return () => text;
}

/** Waits for the end of a connection, whatever ended it. */
export function isClosed(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    socket.once('close', () => {
      resolve();
    });
  });
}

/** @returns how many frames have arrived on this connection so far */
export function countFrames(socket: Socket): () => number {
  let count = 0;
  const reader = createFrameReader(() => (count += 1));
  socket.on('data', (chunk: Buffer) => {
    reader.read(chunk);
  });
  return () => count;
}
