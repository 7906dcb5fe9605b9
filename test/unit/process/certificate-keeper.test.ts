/** Real files, a real server and a real TLS client; only the clock is given. */
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { TestContext } from 'node:test';
import tls from 'node:tls';
import { openCertificateKeeper } from '../../../server/process/certificate-keeper.ts';
import type { CertificateKeeper } from '../../../server/process/certificate-keeper.ts';
import { describeExposure } from '../../../server/process/exposure.ts';
import { openOwnCertificate } from '../../../server/process/own-certificate.ts';
import { parseProgramOptions } from '../../../server/program-options.ts';
import { replaceCertificate } from '../../../server/web/server-factory.ts';
import { eventually } from '../../lab/eventually.ts';
import { createTestApp } from '../web/app-harness.ts';

const dayMs = 24 * 60 * 60_000;
const startMs = Date.UTC(2026, 10, 30);

async function makeFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'wai-keeper-'));
  t.after(() => rm(folder, { recursive: true }));
  return folder;
}

async function makePair(t: TestContext, name: string) {
  const { certificate } = await openOwnCertificate(await makeFolder(t), [name], Date.now());
  return certificate;
}

async function open(
  t: TestContext,
  settings: Record<string, string>,
  more: Partial<Parameters<typeof openCertificateKeeper>[0]> = {},
) {
  const options = parseProgramOptions(settings);
  const said: string[] = [];
  const keeper = await openCertificateKeeper({
    ...{ options, listOwnHosts: () => ['ha1'], nowMs: () => Date.now(), settleMs: 20 },
    tell: (sentence, level) => said.push(`${level}: ${sentence}`),
    ...more,
  });
  t.after(() => {
    keeper.close();
  });
  return { keeper, said, options };
}

/** The page, served with what the keeper has. */
async function serve(t: TestContext, keeper: CertificateKeeper): Promise<number> {
  const { app } = await createTestApp({ certificate: keeper.current() });
  keeper.subscribe((certificate) => {
    replaceCertificate(app.server, certificate);
  });
  t.after(() => app.close());
  return Number(new URL(await app.listen({ host: '127.0.0.1', port: 0 })).port);
}

async function connect(port: number, more: tls.ConnectionOptions = {}): Promise<tls.TLSSocket> {
  const socket = tls.connect({ host: '127.0.0.1', port, rejectUnauthorized: false, ...more });
  await once(socket, 'secureConnect');
  return socket;
}

async function findServed(port: number): Promise<unknown> {
  const socket = await connect(port);
  const { subject } = socket.getPeerCertificate();
  socket.destroy();
  return subject.CN;
}

const isServed = (port: number, name: string) =>
  eventually(`${name} is served`, async () => (await findServed(port)) === name);

async function ask(socket: tls.TLSSocket): Promise<string> {
  socket.write('GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n');
  const [chunk] = (await once(socket, 'data')) as [Buffer];
  return chunk.toString();
}

/** As most tools write: a whole file, put in place. */
async function put(path: string, text: string): Promise<void> {
  await writeFile(`${path}.new`, text);
  await rename(`${path}.new`, path);
}

describe('files that are given', () => {
  const start = async (t: TestContext) => {
    const folder = await makeFolder(t);
    const certificatePath = join(folder, 'cert.pem');
    const keyPath = join(folder, 'key.pem');
    const [first, second] = [await makePair(t, 'first'), await makePair(t, 'second')];
    await writeFile(certificatePath, first.certificatePem);
    await writeFile(keyPath, first.keyPem, { mode: 0o600 });
    const opened = await open(t, { WAI_TLS_CERT: certificatePath, WAI_TLS_KEY: keyPath });
    const port = await serve(t, opened.keeper);
    return { ...opened, port, certificatePath, keyPath, first, second };
  };

  test('are loaded again when they change, and what is open stays open', async (t) => {
    const { keeper, said, port, certificatePath, keyPath, first, second } = await start(t);
    assert.equal(await findServed(port), 'first');
    const connection = await connect(port);
    t.after(() => connection.destroy());
    assert.match(await ask(connection), /^HTTP\/1\.1 200/);

    await put(keyPath, second.keyPem);
    await put(certificatePath, second.certificatePem);
    await isServed(port, 'second');
    assert.match(await ask(connection), /^HTTP\/1\.1 200/, 'on the connection of before');
    assert.deepEqual(keeper.listNews(Date.now()), []);
    const { fingerprint256 } = new X509Certificate(second.certificatePem);
    const before = new X509Certificate(first.certificatePem).fingerprint256;
    assert.equal(said.filter((one) => one.includes('was loaded')).length, 1);
    assert.ok(said.at(-1)?.includes(`SHA-256 fingerprint ${fingerprint256}, before ${before}`));

    const old = tls.connect({
      ...{ host: '127.0.0.1', port, rejectUnauthorized: false },
      ...{ maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-SHA' },
    });
    const [error] = (await once(old, 'error')) as [NodeJS.ErrnoException];
    assert.match(String(error.code), /ALERT|HANDSHAKE|RESET/, 'the suites are those of the start');
  });

  test('a key that comes before its certificate is waited for, and said', async (t) => {
    const { keeper, said, port, certificatePath, keyPath, second } = await start(t);
    await put(keyPath, second.keyPem);
    await eventually('it is said', () => keeper.listNews(Date.now()).length > 0);
    assert.match(keeper.listNews(Date.now()).join(), /cannot be loaded.*are not a certificate and/);
    assert.match(keeper.listNews(Date.now()).join(), /still uses the previous one, valid until/);
    assert.equal(await findServed(port), 'first');
    await keeper.look();
    await keeper.look();
    assert.equal(said.length, 1, 'a problem is told once');
    assert.ok(said.every((one) => !one.includes('PRIVATE KEY')));

    await writeFile(certificatePath, second.certificatePem);
    await isServed(port, 'second');
    assert.deepEqual(keeper.listNews(Date.now()), []);
  });

  test('what is gone, empty, half or not readable changes nothing, until it is back', async (t) => {
    const { keeper, port, certificatePath, keyPath, first, second } = await start(t);
    for (const spoil of [
      () => rm(certificatePath),
      () => writeFile(certificatePath, ''),
      () => writeFile(certificatePath, second.certificatePem.slice(0, 300)),
      () => put(certificatePath, `${first.certificatePem}-----BEGIN CERTIFICATE-----\nx\n`),
      () => writeFile(keyPath, 'garbage'),
      () => rm(keyPath).then(() => mkdir(keyPath)),
    ]) {
      await spoil();
      await keeper.look();
      assert.match(keeper.listNews(Date.now()).join(), /The new certificate cannot be loaded/);
      assert.equal(await findServed(port), 'first');
    }
    await rm(keyPath, { recursive: true });
    await put(keyPath, second.keyPem);
    await put(certificatePath, second.certificatePem);
    await isServed(port, 'second');
  });

  test('a key that others may read is told until they may not', async (t) => {
    const { keeper, options, keyPath } = await start(t);
    const tell = () => describeExposure(options, keeper.exposure(), Date.now()).join();
    assert.equal(tell(), '');
    await chmod(keyPath, 0o644);
    await keeper.look();
    assert.match(tell(), /may read the private key/);
    await chmod(keyPath, 0o600);
    await keeper.look();
    assert.equal(tell(), '');
  });

  for (const [tool, live, swap] of [
    ['certbot, which swaps a link for each file', 'live', 'files'],
    ['a mounted secret, whose folder is a link that is swapped', '..data', 'folder'],
  ] as const) {
    test(`links, as of ${tool}`, async (t) => {
      const folder = await makeFolder(t);
      const [first, second] = [await makePair(t, 'first'), await makePair(t, 'second')];
      for (const [name, pair] of [
        ['1', first],
        ['2', second],
      ] as const) {
        await mkdir(join(folder, name));
        await writeFile(join(folder, name, 'cert.pem'), pair.certificatePem);
        await writeFile(join(folder, name, 'key.pem'), pair.keyPem);
      }
      const swapLink = async (target: string, path: string) => {
        await symlink(target, `${path}.new`);
        await rename(`${path}.new`, path);
      };
      const files = ['cert.pem', 'key.pem'];
      const place = swap === 'files' ? join(folder, live) : folder;
      if (swap === 'files') await mkdir(place);
      else await swapLink('1', join(folder, live));
      for (const name of files) {
        await swapLink(swap === 'files' ? `../1/${name}` : `${live}/${name}`, join(place, name));
      }
      const { keeper } = await open(t, {
        WAI_TLS_CERT: join(place, 'cert.pem'),
        WAI_TLS_KEY: join(place, 'key.pem'),
      });
      const port = await serve(t, keeper);
      assert.equal(await findServed(port), 'first');
      if (swap === 'folder') await swapLink('2', join(folder, live));
      else for (const name of files) await swapLink(`../2/${name}`, join(place, name));
      await isServed(port, 'second');
    });
  }

  test('a link above the folder is seen without being told', async (t) => {
    const folder = await makeFolder(t);
    for (const [name, pair] of [
      ['1', await makePair(t, 'first')],
      ['2', await makePair(t, 'second')],
    ] as const) {
      await mkdir(join(folder, name));
      await writeFile(join(folder, name, 'cert.pem'), pair.certificatePem);
      await writeFile(join(folder, name, 'key.pem'), pair.keyPem);
    }
    const current = join(folder, 'current');
    await symlink('1', current);
    const settings = {
      WAI_TLS_CERT: join(current, 'cert.pem'),
      WAI_TLS_KEY: join(current, 'key.pem'),
    };
    const { keeper } = await open(t, settings, { lookEveryMs: 50 });
    const port = await serve(t, keeper);
    await symlink('2', `${current}.new`);
    await rename(`${current}.new`, current);
    await isServed(port, 'second');
  });
});

describe('the own certificate', () => {
  const start = async (t: TestContext) => {
    const folder = await makeFolder(t);
    const clock = { nowMs: startMs, hosts: ['ha1', '192.168.0.10'] };
    const opened = await open(
      t,
      { WAI_STATE_DIR: folder },
      { nowMs: () => clock.nowMs, listOwnHosts: () => clock.hosts },
    );
    const described = () => new X509Certificate(opened.keeper.current().certificatePem);
    return { ...opened, clock, described, folder };
  };

  test('is renewed a month before its end, and that is told for two weeks', async (t) => {
    const { keeper, said, clock, described, options, folder } = await start(t);
    const before = described();
    const endMs = Date.parse(before.validTo);
    clock.nowMs = endMs - 31 * dayMs;
    await keeper.look();
    assert.equal(described().fingerprint256, before.fingerprint256);

    clock.nowMs = endMs - 29 * dayMs;
    await keeper.look();
    const after = described();
    assert.notEqual(after.fingerprint256, before.fingerprint256);
    assert.ok(Date.parse(after.validTo) > endMs + 700 * dayMs);
    assert.match(said.join('\n'), /^info: The certificate of this page was renewed: .*valid until/);
    const [news = '', ...rest] = keeper.listNews(clock.nowMs);
    assert.deepEqual(rest, []);
    assert.ok(news.includes(`is now ${after.fingerprint256}; it was ${before.fingerprint256}`));
    assert.ok(
      news.includes(`openssl x509 -in ${folder}/certificate.pem -noout -fingerprint -sha256`),
    );
    assert.deepEqual(describeExposure(options, keeper.exposure(), clock.nowMs), []);
    assert.deepEqual(keeper.listNews(clock.nowMs + 15 * dayMs), []);

    // The next start knows it too.
    const { keeper: next } = await open(t, { WAI_STATE_DIR: folder }, { nowMs: () => clock.nowMs });
    assert.deepEqual(next.listNews(clock.nowMs + dayMs), [news]);
    assert.deepEqual(next.current(), keeper.current());
  });

  test('is renewed when this server gets another name, and not by an address', async (t) => {
    const { keeper, clock, described } = await start(t);
    const before = described().fingerprint256;
    clock.hosts = ['HA1', '192.168.0.10', '192.168.0.100', 'no name', '-x'];
    await keeper.look();
    assert.equal(described().fingerprint256, before, 'a virtual address came');

    clock.hosts = ['ha2', 'ha2.example', '192.168.0.10'];
    await keeper.look();
    const renewed = described();
    assert.equal(renewed.checkHost('ha2.example'), 'ha2.example');
    assert.equal(renewed.checkHost('ha1'), 'ha1', 'a name that comes back renews nothing');
    assert.equal(renewed.subject, 'CN=ha2');
    assert.match(
      keeper.listNews(clock.nowMs).join(),
      /because this server is now also called ha2, ha2\.example/,
    );
    clock.hosts = ['ha1'];
    await keeper.look();
    assert.equal(described().fingerprint256, renewed.fingerprint256);
  });

  test('made by a clock that was years ahead or behind, it is renewed', async (t) => {
    for (const days of [-2_000, 2_000]) {
      const { keeper, clock, described } = await start(t);
      const before = described().fingerprint256;
      clock.nowMs = startMs + days * dayMs;
      await keeper.look();
      assert.notEqual(described().fingerprint256, before);
      assert.ok(Date.parse(described().validFrom) <= clock.nowMs);
    }
  });

  test('cannot be stored: the old one stays, and that is said', async (t) => {
    const { keeper, said, clock, described, folder } = await start(t);
    const before = described().fingerprint256;
    const pem = await readFile(join(folder, 'certificate.pem'), 'utf8');
    await rename(folder, `${folder}.away`);
    await writeFile(folder, 'no folder');
    clock.nowMs += 800 * dayMs;
    await keeper.look();
    assert.equal(described().fingerprint256, before);
    assert.match(keeper.listNews(clock.nowMs).join(), /cannot be renewed: ENOTDIR/);
    assert.match(said.join(), /^warn: /);
    await rm(folder);
    await rename(`${folder}.away`, folder);
    assert.equal(await readFile(join(folder, 'certificate.pem'), 'utf8'), pem);
    await keeper.look();
    assert.notEqual(described().fingerprint256, before);
    assert.doesNotMatch(keeper.listNews(clock.nowMs).join(), /cannot be renewed/);
  });
});
