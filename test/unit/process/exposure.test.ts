/** What makes the page less safe than its administrator may believe is said, on the log and the page. */
import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import type { TestContext } from 'node:test';
import { describeExposure, readExposure } from '../../../server/process/exposure.ts';
import { openOwnCertificate } from '../../../server/process/own-certificate.ts';
import { parseProgramOptions } from '../../../server/program-options.ts';
import { createTestApp, TestBrowser } from '../web/app-harness.ts';

const dayMs = 24 * 60 * 60_000;

async function makeCertificate(context: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), 'wai-exposure-'));
  context.after(() => rm(folder, { recursive: true }));
  const options = parseProgramOptions({ WAI_STATE_DIR: folder });
  const { certificate } = await openOwnCertificate(folder, ['ha1'], Date.now());
  const keyPath = join(folder, 'certificate-key.pem');
  const given = parseProgramOptions({
    WAI_TLS_CERT: join(folder, 'certificate.pem'),
    WAI_TLS_KEY: keyPath,
    WAI_LISTEN: '0.0.0.0:9443',
  });
  return { settings: options, given, certificate, keyPath };
}

test('a certificate that is over, or soon will be, or is not valid yet', async (context) => {
  const { settings, given, certificate } = await makeCertificate(context);
  for (const [days, some, remedy] of [
    [-2, given, /is not valid before .*clock/],
    [0, given, undefined],
    [800, given, undefined],
    [815, given, /expires on .* Replace the files of WAI_TLS_CERT/],
    [826, given, /expired on .* Replace the files of WAI_TLS_CERT/],
    [826, settings, /expired on .* Restart keepalived-wai: it makes a new one/],
  ] as const) {
    const exposure = await readExposure(some, certificate);
    const sentences = describeExposure(some, exposure, Date.now() + days * dayMs);
    if (remedy) assert.match(sentences.join(' '), remedy, `${days} days`);
    else assert.deepEqual(sentences, [], `${days} days`);
  }
});

test('a private key that everybody on the machine may read', async (context) => {
  const { given, certificate, keyPath } = await makeCertificate(context);
  const tell = async () =>
    describeExposure(given, await readExposure(given, certificate), Date.now()).join(' ');
  await chmod(keyPath, 0o640);
  assert.equal(await tell(), '');
  await chmod(keyPath, 0o644);
  assert.match(await tell(), /may read the private key of this page, .*key\.pem\. Run “chmod o-r”/);
});

test('no TLS on an address that others reach', async () => {
  for (const [listen, isSaid] of [
    ['0.0.0.0:80', true],
    ['[::]:80', true],
    ['192.168.0.10:80', true],
    ['server1:80', true],
    ['127.0.0.1:80', false],
    ['[::1]:80', false],
    ['localhost:80', false],
    ['unix:/run/wai', false],
  ] as const) {
    const options = parseProgramOptions({ WAI_TLS: 'off', WAI_LISTEN: listen });
    const sentences = describeExposure(options, await readExposure(options, undefined), 0);
    assert.equal(
      sentences.join().includes('without TLS: passwords cross the network'),
      isSaid,
      listen,
    );
  }
});

test('administrators read it on every page, nobody else does', async (context) => {
  const listWarnings = () => ['The certificate of this page <expired>.'];
  const { app } = await createTestApp({ listWarnings });
  context.after(() => app.close());
  for (const [name, isShown] of [
    ['admin', true],
    ['watcher', false],
    [undefined, false],
  ] as const) {
    const browser = new TestBrowser(app);
    if (name !== undefined) await browser.logIn(name);
    const { body } = await browser.get('/nowhere');
    assert.equal(body.includes('The certificate of this page &lt;expired&gt;.'), isShown, name);
  }
});
