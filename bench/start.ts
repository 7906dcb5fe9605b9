/** `build/main.js` as an administrator starts it: until it answers, and what it holds after use. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import autocannon from 'autocannon';
import { findFreePort } from '../test/free-port.ts';
import { type Figure, percentile } from './figure.ts';

const starts = 5;
/** Of each of four: about what pages, an API client and a scraper ask for in an hour. */
const requestsEach = 500;
const password = 'only for this measurement';

export async function measureStart(): Promise<Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-start-'));
  try {
    await writeFile(join(folder, 'password'), password);
    // Makes the certificate and the account, which is not what is measured.
    await (await start(folder)).stop();
    const startMs: number[] = [];
    for (let count = 0; count < starts; count += 1) {
      const program = await start(folder);
      startMs.push(program.answeredAfterMs);
      await program.stop();
    }
    const program = await start(folder);
    const freshMiB = await program.readResidentMiB();
    const authorization = `Basic ${Buffer.from(`admin:${password}`).toString('base64')}`;
    for (const path of ['/login', '/api/v1/status', '/metrics', '/api/v1/status']) {
      await autocannon({
        url: program.url + path,
        connections: 1,
        amount: requestsEach,
        headers: { authorization },
      });
    }
    const usedMiB = await program.readResidentMiB();
    await program.stop();
    return [
      {
        name: 'cold start to the first answer',
        value: percentile(startMs, 0.5),
        unit: 'ms',
        budget: 700,
      },
      { name: 'resident memory after the start', value: freshMiB, unit: 'MiB' },
      { name: 'resident memory after 2,000 requests', value: usedMiB, unit: 'MiB', budget: 150 },
    ];
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** With files of its own: nothing of this machine's keepalived is read or touched. */
async function start(folder: string) {
  const port = await findFreePort();
  const startedAtMs = performance.now();
  const child = spawn(process.execPath, ['build/main.js'], {
    env: {
      PATH: process.env['PATH'],
      WAI_LISTEN: `127.0.0.1:${port}`,
      WAI_STATE_DIR: join(folder, 'state'),
      WAI_KEEPALIVED_CONFIG: join(folder, 'keepalived.conf'),
      WAI_KEEPALIVED_PID: join(folder, 'keepalived.pid'),
      WAI_SERVICE_MANAGER: 'supervised',
      WAI_ADMIN_PASSWORD_FILE: join(folder, 'password'),
    },
    stdio: 'ignore',
  });
  const exited = once(child, 'exit');
  const url = `https://127.0.0.1:${port}`;
  while (!(await answers(url))) {
    if (child.exitCode !== null) throw new Error('build/main.js ended: run npm run build');
    await delay(5);
  }
  return {
    url,
    answeredAfterMs: performance.now() - startedAtMs,
    /** Of the agent and the web; what both have mapped counts once (Pss, proc_pid_smaps(5)). */
    async readResidentMiB() {
      const children = await readFile(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8');
      const pids = [String(child.pid), ...children.trim().split(' ')];
      const shares = await Promise.all(
        pids.map(async (pid) => {
          const rollup = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8');
          return Number(/^Pss:\s+(\d+) kB$/m.exec(rollup)?.[1]) / 1024;
        }),
      );
      return shares.reduce((sum, share) => sum + share, 0);
    },
    async stop() {
      child.kill();
      await exited;
    },
  };
}

function answers(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    const attempt = request(`${url}/login`, { rejectUnauthorized: false, agent: false });
    attempt.once('response', (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    attempt.once('error', () => {
      resolve(false);
    });
    attempt.end();
  });
}
