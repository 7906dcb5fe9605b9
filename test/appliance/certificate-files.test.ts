/** The whole program serves with the certificate that is in its files now. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import net from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import tls from 'node:tls';
import { openOwnCertificate } from '../../server/process/own-certificate.ts';
import { eventually } from '../lab/eventually.ts';
import { serverWords } from '../program-words.ts';

test('files that are replaced are served with, and open connections stay', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'wai-certificate-files-'));
  t.after(() => rm(folder, { recursive: true }));
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
  const child = spawn(process.execPath, serverWords, {
    env: {
      PATH: process.env['PATH'],
      WAI_STATE_DIR: join(folder, 'state'),
      WAI_LISTEN: `127.0.0.1:${port}`,
      WAI_TLS_CERT: certificatePath,
      WAI_TLS_KEY: keyPath,
      WAI_KEEPALIVED_CONFIG: join(folder, 'keepalived.conf'),
      WAI_KEEPALIVED_PID: join(folder, 'keepalived.pid'),
      WAI_SERVICE_MANAGER: 'supervised',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(child, 'exit');
  t.after(async () => {
    child.kill('SIGTERM');
    await exited;
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  }
  await eventually('an address', () => {
    assert.equal(child.exitCode, null, output);
    return output.includes('keepalived-wai: https://');
  });

  const open = await connect(port);
  t.after(() => open.destroy());
  assert.equal(open.getPeerCertificate().subject.CN, 'first');
  await put(keyPath, second.keyPem);
  await put(certificatePath, second.certificatePem);
  await eventually('the second certificate', async () => {
    const socket = await connect(port);
    const { subject } = socket.getPeerCertificate();
    socket.destroy();
    return subject.CN === 'second';
  });
  open.write('GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n');
  const [answer] = (await once(open, 'data')) as [Buffer];
  assert.match(answer.toString(), /^HTTP\/1\.1 200/);
  await eventually('a line of the log', () => output.includes('loaded from its changed files'));
});

async function connect(port: number): Promise<tls.TLSSocket> {
  const socket = tls.connect({ host: '127.0.0.1', port, rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  return socket;
}

async function findFreePort(): Promise<number> {
  const server = net.createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  await once(server.close(), 'close');
  return port;
}
