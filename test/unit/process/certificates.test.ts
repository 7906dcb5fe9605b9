import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import type { TestContext } from 'node:test';
import tls from 'node:tls';
import { readGivenCertificate } from '../../../server/process/given-certificate.ts';
import { openOwnCertificate } from '../../../server/process/own-certificate.ts';
import { createTestApp, TestBrowser } from '../web/app-harness.ts';

const hosts = ['ha1', 'ha1.corp.example', '192.168.0.10', 'fd00::10'];

async function makeStateDirectory(context: TestContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'wai-certificate-'));
  context.after(() => rm(directory, { recursive: true }));
  return directory;
}

const makeOwn = async (stateDirectory: string, names = hosts) =>
  (await openOwnCertificate(stateDirectory, names, Date.now())).certificate;

test('the first start makes a certificate for every name and address, kept private', async (context) => {
  const stateDirectory = await makeStateDirectory(context);
  const made = await makeOwn(stateDirectory);
  const certificate = new X509Certificate(made.certificatePem);
  for (const name of ['ha1', 'ha1.corp.example', 'localhost']) {
    assert.equal(certificate.checkHost(name), name);
  }
  for (const address of ['192.168.0.10', 'fd00::10', '127.0.0.1', '::1']) {
    assert.equal(certificate.checkIP(address), address);
  }
  assert.equal(certificate.ca, false);
  const days = (Date.parse(certificate.validTo) - Date.now()) / 86_400_000;
  assert.ok(days > 820 && days < 826, `${days} days`);
  for (const name of ['certificate.pem', 'certificate-key.pem']) {
    assert.equal((await stat(join(stateDirectory, name))).mode & 0o777, 0o600, name);
  }
  assert.deepEqual(await makeOwn(stateDirectory, []), made);
});

test('a stored certificate without its key is replaced', async (context) => {
  const stateDirectory = await makeStateDirectory(context);
  const made = await makeOwn(stateDirectory);
  await rm(join(stateDirectory, 'certificate-key.pem'));
  const again = await makeOwn(stateDirectory);
  assert.notEqual(again.certificatePem, made.certificatePem);
});

test('given files are used as they are, and explained when they cannot be', async (context) => {
  const other = await makeStateDirectory(context);
  const made = await makeOwn(other);
  const certificatePath = join(other, 'certificate.pem');
  const keyPath = join(other, 'certificate-key.pem');
  assert.deepEqual(await readGivenCertificate(certificatePath, keyPath), made);

  await writeFile(keyPath, await readFile(certificatePath, 'utf8'));
  await assert.rejects(
    readGivenCertificate(certificatePath, keyPath),
    /^UserError: WAI_TLS_CERT, WAI_TLS_KEY: .* are not a certificate and its private key/,
  );
  await rm(keyPath);
  await assert.rejects(
    readGivenCertificate(certificatePath, keyPath),
    /^UserError: WAI_TLS_KEY: .* cannot be read \(ENOENT\)/,
  );
});

test('over TLS the cookie is Secure and tied to the host, and a foreign scheme is refused', async (context) => {
  const stateDirectory = await makeStateDirectory(context);
  const certificate = await makeOwn(stateDirectory);
  const { app } = await createTestApp({ certificate });
  context.after(() => app.close());
  const address = new URL(await app.listen({ host: '127.0.0.1', port: 0 }));
  const answer = await askOverTls(Number(address.port), certificate.certificatePem);
  assert.match(answer, /^HTTP\/1\.1 200 OK/);
  assert.match(
    answer,
    /set-cookie: __Host-wai-\w{8}-form=[^;]+; Path=\/; HttpOnly; Secure; SameSite=Strict\r\n/i,
  );

  const plain = await new TestBrowser(app).post('/login', {}, { origin: 'http://localhost' });
  assert.equal(plain.statusCode, 403);
  assert.match(plain.body, /did not come from a page of this server/);
});

test('TLS 1.2 has suites with forward secrecy and without CBC only', async (context) => {
  const stateDirectory = await makeStateDirectory(context);
  const certificate = await makeOwn(stateDirectory);
  const { app } = await createTestApp({ certificate });
  context.after(() => app.close());
  const { port } = new URL(await app.listen({ host: '127.0.0.1', port: 0 }));
  const isAccepted = (options: tls.ConnectionOptions) =>
    new Promise<boolean>((resolve) => {
      const known = { host: '127.0.0.1', port: Number(port), ca: certificate.certificatePem };
      const socket = tls.connect({ ...known, servername: 'localhost', ...options }, () => {
        socket.destroy();
        resolve(true);
      });
      socket.once('error', () => {
        resolve(false);
      });
    });
  for (const [ciphers, expected] of [
    ['ECDHE-ECDSA-AES256-GCM-SHA384', true],
    ['ECDHE-ECDSA-CHACHA20-POLY1305', true],
    ['ECDHE-ECDSA-AES128-SHA', false],
    ['ECDHE-ECDSA-AES256-SHA', false],
    ['ECDHE-ECDSA-AES128-SHA256', false],
  ] as const) {
    assert.equal(await isAccepted({ ciphers, maxVersion: 'TLSv1.2' }), expected, ciphers);
  }
  assert.equal(await isAccepted({ minVersion: 'TLSv1.3' }), true);
});

function askOverTls(port: number, ca: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = tls.connect({ host: '127.0.0.1', port, ca, servername: 'localhost' }, () => {
      socket.write('GET /login HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
    });
    let answer = '';
    socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
    socket.on('error', reject);
    socket.on('end', () => {
      resolve(answer);
    });
  });
}
