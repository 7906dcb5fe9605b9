/** The status page of 1 and of 255 instances, beside a bare Fastify route of as many bytes. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import autocannon from 'autocannon';
import { eventually } from '../test/lab/eventually.ts';
import { percentile, type Figure } from './figure.ts';
import { startSubject, type Subject } from './subject.ts';

const rounds = 3;
const roundSeconds = 1.5;
/** Enough to keep the process busy. */
const loadConnections = 4;
const tracedRequests = 100;

interface Cost {
  /** Processor time of an answer, one request after the other. */
  cpuMs: number;
  /** Time of an answer at full load. */
  loadMs: number;
}

export async function measurePages(): Promise<Figure[]> {
  const one = await measureSubject(1);
  const many = await measureSubject(255);
  return [
    {
      name: 'status page, 1 instance: CPU of a bare route',
      ...ratio(one.page.cpuMs, one.bare.cpuMs, 4),
    },
    {
      name: 'status page, 1 instance: time of a bare route, at full load',
      value: one.page.loadMs / one.bare.loadMs,
      unit: '×',
    },
    { name: 'bare route, as many bytes: CPU of a request', value: one.bare.cpuMs, unit: 'ms' },
    { name: 'status page, 1 instance: CPU of a request', value: one.page.cpuMs, unit: 'ms' },
    { name: 'bare route, bytes of 255: CPU of a request', value: many.bare.cpuMs, unit: 'ms' },
    { name: 'status page, 255 instances: CPU of a request', value: many.page.cpuMs, unit: 'ms' },
    {
      name: 'status page, 255 instances: CPU of 1 instance',
      ...ratio(many.page.cpuMs, one.page.cpuMs, 10),
    },
    {
      name: 'status page, 1 instance: system calls beyond a bare route',
      value: one.callsBeyond,
      unit: 'calls',
    },
    {
      name: 'status page, 255 instances: system calls beyond a bare route',
      value: many.callsBeyond,
      unit: 'calls',
      // What is seen of timers and of the garbage collector in so few requests is not theirs.
      budget: Math.max(0, one.callsBeyond) + 1,
    },
  ];
}

const ratio = (value: number, base: number, budget: number) =>
  ({ value: value / base, unit: '×', budget }) as const;

async function measureSubject(instances: number) {
  const subject = await startSubject({ instances });
  const page = { url: `${subject.appUrl}/keepalived`, cookie: subject.cookies[0] ?? '' };
  const bare = { url: `${subject.bareUrl}/`, cookie: '' };
  try {
    await eventually('the page', async () => {
      const answer = await fetch(page.url, { headers: { cookie: page.cookie } });
      return answer.status === 200;
    });
    await load(page, { duration: 1, connections: loadConnections });
    // Turn about, so that what else the machine does meets both.
    const costs: { page: Cost; bare: Cost }[] = [];
    for (let round = 0; round < rounds; round += 1) {
      costs.push({
        bare: await measureCost(subject, bare),
        page: await measureCost(subject, page),
      });
    }
    const median = (kind: 'page' | 'bare'): Cost => ({
      cpuMs: percentile(
        costs.map((cost) => cost[kind].cpuMs),
        0.5,
      ),
      loadMs: percentile(
        costs.map((cost) => cost[kind].loadMs),
        0.5,
      ),
    });
    return {
      page: median('page'),
      bare: median('bare'),
      callsBeyond: (await countCalls(subject, page)) - (await countCalls(subject, bare)),
    };
  } finally {
    await subject.close();
  }
}

interface Target {
  url: string;
  cookie: string;
}

interface Extent {
  duration?: number;
  amount?: number;
  connections: number;
}

async function load({ url, cookie }: Target, extent: Extent) {
  const result = await autocannon({ url, ...extent, headers: { cookie } });
  if (result.non2xx + result.errors > 0) {
    const answers = JSON.stringify(result.statusCodeStats);
    throw new Error(`${url} was not always answered: ${answers}, ${result.errors} errors`);
  }
  return result;
}

async function measureCost(subject: Subject, target: Target): Promise<Cost> {
  const before = await subject.readUsage();
  const single = await load(target, { duration: roundSeconds, connections: 1 });
  const after = await subject.readUsage();
  const startMs = performance.now();
  const loaded = await load(target, { duration: roundSeconds, connections: loadConnections });
  const loadMs = performance.now() - startMs;
  return {
    cpuMs: (after.cpuMs - before.cpuMs) / single.requests.total,
    loadMs: loadMs / loaded.requests.total,
  };
}

/** As strace counts them, over all threads. */
async function countCalls({ pid }: Subject, target: Target): Promise<number> {
  const path = join(tmpdir(), `bench-strace-${pid}`);
  const strace = spawn('strace', ['-f', '-c', '-o', path, '-p', String(pid)], { stdio: 'ignore' });
  await once(strace, 'spawn');
  await delay(500);
  await load(target, { amount: tracedRequests, connections: 1 });
  strace.kill('SIGINT');
  await once(strace, 'exit');
  const summary = await readFile(path, 'utf8');
  await rm(path);
  const calls = [...summary.matchAll(/^ *[\d.]+ +[\d.]+ +\d+ +(\d+) .*\b(?!total)\w+$/gm)];
  const total = calls.reduce(
    (sum, [line, count]) => (line.endsWith('total') ? sum : sum + Number(count)),
    0,
  );
  return total / tracedRequests;
}
