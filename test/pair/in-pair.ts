/** Servers that are paired, in one process: their pages are pipes, with real TLS inside. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { duplexPair } from 'node:stream';
import type { Duplex } from 'node:stream';
import type { TestContext } from 'node:test';
import { z } from 'zod';
import { createPair } from '../../server/pair/create-pair.ts';
import type { Pair, PairOptions, PairProblem } from '../../server/pair/pair.ts';
import { UserError } from '../../server/shared/errors.ts';

export const reportSchema = z.object({ words: z.string(), secret: z.string().optional() });
export type TestReport = z.infer<typeof reportSchema>;

/** Quick, but not so that a busy machine is taken for a silent one. */
export const quickTiming = {
  ...{ beatMs: 100, unheardMs: 3_000, silenceMs: 2_000 },
  ...{ firstRetryMs: 10, longestRetryMs: 200, offerAfterMs: 200, newPairMs: 500 },
};

export interface Network {
  /** Whether a connection from the one to the other is passed on. */
  reaches: (from: string, to: string) => boolean;
  /** The pipes that are open: `from` dialled. */
  pipes: Set<{ from: string; to: string; ends: Duplex[] }>;
  servers: Map<string, TestServer>;
  /** Passes a connection on to another one than was dialled, or to somebody else. */
  redirect: Map<string, (pipe: Duplex, from: string) => void>;
  addServer(name: string, options?: Partial<PairOptions<TestReport>>): Promise<TestServer>;
  cut(): void;
}

export interface TestServer {
  name: string;
  url: string;
  folder: string;
  pair: Pair<TestReport>;
  /** What it tells. */
  say(words: string, secret?: string): void;
  problems: PairProblem[];
  changes: () => number;
  listeners: () => number;
  restart(options?: Partial<PairOptions<TestReport>>): Promise<void>;
}

export const realClock = { monotonicMs: () => performance.now(), wallMs: () => Date.now() };

export function createNetwork(context: Pick<TestContext, 'after'>): Network {
  const servers = new Map<string, TestServer>();
  const network: Network = {
    ...{ reaches: () => true, pipes: new Set(), servers, redirect: new Map() },
    async addServer(name, options = {}) {
      const folder = await mkdtemp(path.join(tmpdir(), 'wai-pair-'));
      const server = await startServer(network, name, folder, options);
      servers.set(server.url, server);
      context.after(async () => {
        await server.pair.close();
        await rm(folder, { recursive: true });
      });
      return server;
    },
    cut() {
      for (const { ends } of network.pipes) for (const end of ends) end.destroy();
    },
  };
  return network;
}

async function startServer(
  network: Network,
  name: string,
  folder: string,
  given: Partial<PairOptions<TestReport>>,
): Promise<TestServer> {
  const url = `https://${name}:9443`;
  const listeners = new Set<() => void>();
  const problems: PairProblem[] = [];
  let report: { words: string; secret: string | undefined } = { words: name, secret: undefined };
  let changes = 0;
  const open = (more: Partial<PairOptions<TestReport>>) =>
    createPair<TestReport>({
      ...{ directory: folder, machineId: `machine of ${name}`, version: '1.0.0', reportSchema },
      hostName: () => name,
      describe: (digest) => ({
        words: report.words,
        ...(report.secret !== undefined && { secret: digest(report.secret) }),
      }),
      subscribe(listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
      ownUrls: () => [url],
      dial: (to, signal) => connectTo(network, url, to, signal),
      clock: realClock,
      onChange: () => (changes += 1),
      onProblem: (problem) => problems.push(problem),
      timing: quickTiming,
      ...given,
      ...more,
    });
  const server: TestServer = {
    ...{ name, url, folder, problems, pair: await open({}) },
    changes: () => changes,
    listeners: () => listeners.size,
    say(words, secret) {
      report = { words, secret };
      for (const listener of listeners) listener();
    },
    async restart(more = {}) {
      await server.pair.close();
      server.pair = await open(more);
    },
  };
  return server;
}

function connectTo(
  network: Network,
  from: string,
  to: string,
  signal: AbortSignal,
): Promise<Duplex> {
  const target = network.servers.get(to);
  const redirect = network.redirect.get(to);
  signal.throwIfAborted();
  if (!network.reaches(from, to) || (!target && !redirect)) {
    return Promise.reject(new UserError('page-away', `Nobody answers at ${to}.`));
  }
  const [near, far] = duplexPair();
  const pipe = { from, to, ends: [near, far] };
  network.pipes.add(pipe);
  // As of a network: the end of the one is the end of the other.
  near.once('close', () => {
    network.pipes.delete(pipe);
    far.destroy();
  });
  far.once('close', () => near.destroy());
  if (redirect) redirect(far, from);
  else target?.pair.accept(far, { address: new URL(from).hostname });
  return Promise.resolve(near);
}

/** Waits for what has to come. */
export async function until(isSo: () => boolean, what = 'it'): Promise<void> {
  const giveUpAtMs = performance.now() + 30_000;
  while (!isSo()) {
    if (performance.now() > giveUpAtMs) throw new Error(`Not within 30 s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

export async function pairUp(one: TestServer, other: TestServer): Promise<void> {
  const { code } = one.pair.showCode('see');
  await other.pair.pairWith({ url: one.url, code, grant: 'see' });
  await until(() => seesAll(one) && seesAll(other), 'both see each other');
}

/** Whether every server that it is paired with is heard, and follows it. */
export function seesAll({ pair }: TestServer): boolean {
  const { servers } = pair.view();
  return (
    servers.length > 0 &&
    servers.every(({ link }) => link.state === 'connected' && link.isFollowing)
  );
}

/** @returns what one server knows of the only other one */
export function viewOther({ pair }: TestServer) {
  const [other] = pair.view().servers;
  if (!other) throw new Error('Nobody is paired.');
  return other;
}
