/** The whole program: where it listens, as whom, and with which certificate. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmod,
  chown,
  mkdir,
  mkdtemp,
  readFile,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import http from 'node:http';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import type { TestContext } from 'node:test';
import tls from 'node:tls';
import { openOwnCertificate } from '../../server/process/own-certificate.ts';
import { eventually } from '../lab/eventually.ts';
import { serverWords } from '../program-words.ts';

async function makeFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'wai-listening-'));
  t.after(() => rm(folder, { recursive: true }));
  return folder;
}

/** The program, as soon as it listens. */
async function start(t: TestContext, folder: string, settings: Record<string, string>) {
  const child = spawn(process.execPath, serverWords, {
    env: {
      PATH: process.env['PATH'],
      WAI_STATE_DIR: join(folder, 'state'),
      WAI_KEEPALIVED_CONFIG: join(folder, 'keepalived.conf'),
      WAI_KEEPALIVED_PID: join(folder, 'keepalived.pid'),
      WAI_SERVICE_MANAGER: 'supervised',
      ...settings,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(child, 'exit');
  const end = async () => {
    child.kill('SIGTERM');
    await exited;
  };
  t.after(end);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  }
  await eventually('where it listens', () => {
    assert.equal(child.exitCode, null, output);
    return /^keepalived-wai: (https:|unix:)/m.test(output);
  });
  return { pid: child.pid ?? 0, end, output: () => output };
}

/** The process that answers the network, a child of the agent. */
async function findWeb(agentPid: number): Promise<number | undefined> {
  const children = await readFile(`/proc/${agentPid}/task/${agentPid}/children`, 'utf8');
  for (const pid of children.split(' ').filter(Boolean)) {
    const words = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (/build\/web\.js|web-main\.ts/.test(words)) return Number(pid);
  }
  return undefined;
}

async function assertPowerless(pid: number): Promise<void> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  assert.doesNotMatch(status, /^[UG]id:.*\t0(?:\t|$)/m);
  assert.match(status, /^Groups:\s*$/m);
  for (const set of ['CapInh', 'CapPrm', 'CapEff', 'CapAmb']) {
    assert.match(status, new RegExp(`^${set}:\t0+$`, 'm'));
  }
}

test('a port below 1024, and certificate files that are replaced', async (t) => {
  const folder = await makeFolder(t);
  const make = async (name: string) =>
    (await openOwnCertificate(await mkdtemp(join(folder, 'made-')), [name], Date.now()))
      .certificate;
  const [first, second] = [await make('first'), await make('second')];
  const [certificatePath, keyPath] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  const put = async (path: string, text: string) => {
    await writeFile(`${path}.new`, text, { mode: 0o600 });
    await rename(`${path}.new`, path);
  };
  await put(certificatePath, first.certificatePem);
  await put(keyPath, first.keyPem);
  const port = await findFreePort();
  const { pid, output } = await start(t, folder, {
    WAI_LISTEN: `127.0.0.1:${port}`,
    ...{ WAI_TLS_CERT: certificatePath, WAI_TLS_KEY: keyPath },
  });
  await assertPowerless((await findWeb(pid)) ?? 0);

  const open = await connect(port);
  t.after(() => open.destroy());
  assert.equal(open.getPeerCertificate().subject.CN, 'first');
  await put(keyPath, second.keyPem);
  await put(certificatePath, second.certificatePem);
  const isSecond = async () => {
    const socket = await connect(port);
    const { subject } = socket.getPeerCertificate();
    socket.destroy();
    return subject.CN === 'second';
  };
  await eventually('the second certificate', isSecond);
  open.write('GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n');
  const [answer] = (await once(open, 'data')) as [Buffer];
  assert.match(answer.toString(), /^HTTP\/1\.1 200/);
  await eventually('a line of the log', () => output().includes('loaded from its changed files'));

  process.kill((await findWeb(pid)) ?? 0, 'SIGKILL');
  await eventually('an answer of the next web', () => isSecond().catch(() => false));
});

test('a unix socket is for the group of its folder, and for the next start', async (t) => {
  const folder = await makeFolder(t);
  const place = join(folder, 'page');
  await mkdir(place);
  const group = 4711;
  await chown(place, 0, group);
  await chmod(place, 0o2750);
  const socketPath = join(place, 'socket');
  const settings = {
    WAI_LISTEN: `unix:${socketPath}`,
    WAI_TLS: 'off',
    WAI_TRUSTED_PROXIES: 'unix',
  };
  const isAnswering = () =>
    new Promise<boolean>((resolve) => {
      const headers = { host: 'localhost', 'x-forwarded-for': '192.0.2.1' };
      const request = http.get(
        { socketPath, path: '/healthz', headers, agent: false },
        (response) => {
          response.resume();
          resolve(response.statusCode === 200);
        },
      );
      request.once('error', () => {
        resolve(false);
      });
    });
  const assertShared = async () => {
    const { mode, gid } = await stat(socketPath);
    assert.deepEqual([mode & 0o777, gid], [0o660, group]);
  };

  const one = await start(t, folder, settings);
  await assertPowerless((await findWeb(one.pid)) ?? 0);
  await assertShared();
  assert.equal(await isAnswering(), true);

  process.kill((await findWeb(one.pid)) ?? 0, 'SIGKILL');
  await eventually('an answer of the next web', isAnswering);
  await assertShared();
  await one.end();

  await start(t, folder, settings);
  assert.equal(await isAnswering(), true);
});

async function connect(port: number): Promise<tls.TLSSocket> {
  const socket = tls.connect({ host: '127.0.0.1', port, rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  return socket;
}

/** Only root may listen on it. */
async function findFreePort(): Promise<number> {
  for (let port = 700; port < 1024; port++) {
    const server = net.createServer();
    const isFree = await new Promise<boolean>((resolve) => {
      server.once('error', () => {
        resolve(false);
      });
      server.listen(port, '127.0.0.1', () => {
        resolve(true);
      });
    });
    if (!isFree) continue;
    await once(server.close(), 'close');
    return port;
  }
  throw new Error('No port below 1024 is free.');
}
