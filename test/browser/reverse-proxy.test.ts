/**
 * The page behind real proxies, configured as the manual says, under a path: what a browser needs, and
 * whom the page believes to be the browser. The proxies share one page.
 */
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type http from 'node:http';
import https from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import tls from 'node:tls';
import type { Browser } from 'playwright-core';
import { openOwnCertificate } from '../../server/process/own-certificate.ts';
import { dialPage } from '../../server/process/pair/dial-page.ts';
import { eventually } from '../lab/eventually.ts';
import type { LabProcess } from '../lab/lab-process.ts';
import { createLabServer } from '../lab/lab-server.ts';
import type { LabServer } from '../lab/lab-server.ts';
import { readManualBlock, startApache, startNginx } from '../lab/reverse-proxies.ts';
import type { ReverseProxy } from '../lab/reverse-proxies.ts';
import { launchBrowser, logIn, openWindow } from './browser.ts';

const adminPassword = 'a password of this test';
const configurationPath = '/etc/keepalived/keepalived.conf';
const configuration = `vrrp_instance VI_1 {
    state BACKUP
    interface eth0
    virtual_router_id 51
    priority 100
    virtual_ipaddress {
        192.168.0.100/24
    }
}
`;

interface Answer {
  status: number;
  headers: http.IncomingHttpHeaders;
  body: string;
}

/** The address that an attribute holds. */
const textOf = ([, written = '']: RegExpExecArray) => written.replaceAll('&amp;', '&');

/** A browser with an address of its own, which the proxy sees and the page is told. */
function createClient(port: number, localAddress: string) {
  const cookies = new Map<string, string>();
  const name = `ha.example:${port}`;
  let token = '';
  const options = (path: string, headers: Record<string, string> = {}) => ({
    ...{ host: '127.0.0.1', port, localAddress, path, agent: false },
    ...{ servername: 'ha.example', rejectUnauthorized: false },
    headers: {
      host: name,
      cookie: [...cookies].map(([key, value]) => `${key}=${value}`).join('; '),
      // What a browser may say of itself changes nothing.
      'x-forwarded-for': '203.0.113.9',
      'x-forwarded-proto': 'http',
      'x-forwarded-host': 'evil.example',
      ...headers,
    },
  });
  const send = (path: string, fields?: Record<string, string>) =>
    new Promise<Answer>((resolve, reject) => {
      const form = {
        origin: `https://${name}`,
        'content-type': 'application/x-www-form-urlencoded',
      };
      const request = https.request(
        { ...options(path, fields && form), method: fields ? 'POST' : 'GET' },
        (response) => {
          let body = '';
          response.on('data', (chunk: Buffer) => (body += chunk.toString()));
          response.once('error', reject);
          response.once('end', () => {
            for (const cookie of response.headers['set-cookie'] ?? []) {
              const [key = '', value = ''] = cookie.split(';')[0]?.split('=') ?? [];
              cookies.set(key, value);
            }
            token = /name="_csrf" value="([^"]+)"/.exec(body)?.[1] ?? token;
            resolve({ status: response.statusCode ?? 0, headers: response.headers, body });
          });
        },
      );
      request.once('error', reject);
      request.end(fields && new URLSearchParams({ _csrf: token, ...fields }).toString());
    });
  return {
    get: (path: string) => send(path),
    post: (path: string, fields: Record<string, string>) => send(path, fields),
    async logIn(password: string) {
      await send('/ha/login');
      return send('/ha/login', { username: 'admin', password });
    },
    /** The times that the page says of its heartbeats, each with the time when it came. */
    async hear(path: string, count: number): Promise<{ sentAtMs: number; cameAtMs: number }[]> {
      const heard: { sentAtMs: number; cameAtMs: number }[] = [];
      const request = https.get(options(path, { accept: 'text/event-stream' }));
      let text = '';
      request.on('error', () => undefined);
      request.on('response', (response) => {
        response.on('error', () => undefined);
        response.on('data', (chunk: Buffer) => {
          text += chunk.toString();
          const found = [...text.matchAll(/event: heartbeat\ndata: .*?"at":"([^"]+)"/g)];
          for (const [, at = ''] of found.slice(heard.length)) {
            heard.push({ sentAtMs: Date.parse(at), cameAtMs: Date.now() });
          }
        });
      });
      await eventually(`${count} heartbeats`, () => heard.length >= count, { withinMs: 60_000 });
      request.destroy();
      return heard;
    },
  };
}

describe('behind a reverse proxy, under a path', () => {
  let server: LabServer;
  let wai: LabProcess;
  let folder: string;
  let proxyFingerprint: string;
  let browser: Browser;
  const proxies = new Map<string, ReverseProxy>();
  const closings: (() => Promise<unknown>)[] = [];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'wai-proxies-'));
    closings.push(() => rm(folder, { recursive: true }));
    server = await createLabServer({
      ...{ name: 'server1', address: '192.168.0.10', port: 0, adminPassword },
    });
    closings.push(() => server.close());
    await server.run('ip', ['link', 'add', 'eth0', 'type', 'veth', 'peer', 'name', 'eth1']);
    await server.run('ip', ['address', 'add', '192.168.0.10/24', 'dev', 'eth0']);
    for (const name of ['eth0', 'eth1']) await server.run('ip', ['link', 'set', name, 'up']);
    await server.writeFile(configurationPath, configuration);
    const settings = Object.fromEntries(
      (await readManualBlock(''))
        .trim()
        .split('\n')
        .map((line) => line.split('=')),
    ) as Record<string, string>;
    const { WAI_LISTEN: listen, ...others } = settings;
    assert.equal(listen, '127.0.0.1:9080');
    wai = await server.startWai({ env: others });

    const { certificate } = await openOwnCertificate(folder, ['ha.example'], Date.now());
    proxyFingerprint = new X509Certificate(certificate.certificatePem).fingerprint256;
    const [certificatePath, keyPath] = [join(folder, 'ha.pem'), join(folder, 'ha.key')];
    await writeFile(certificatePath, certificate.certificatePem);
    await writeFile(keyPath, certificate.keyPem);
    const upstream = new URL(server.waiUrl).host;
    const options = { certificatePath, keyPath, upstream };
    for (const [name, start] of [
      ['nginx', startNginx],
      ['Apache', startApache],
    ] as const) {
      const proxy = await start({ ...options, folder: join(folder, name) });
      closings.push(proxy.stop);
      proxies.set(name, proxy);
    }
    browser = await launchBrowser();
    closings.push(() => browser.close());
  });
  after(async () => {
    for (const close of closings.toReversed()) await close();
  });

  for (const [at, name] of ['nginx', 'Apache'].entries()) {
    const addressOf = (client: number) => `127.0.${at + 1}.${client}`;
    const portOf = () => proxies.get(name)?.port ?? 0;

    test(`${name}: a login, a save, and whom the page remembers`, async () => {
      const client = createClient(portOf(), addressOf(1));
      const first = await client.get('/ha/');
      assert.deepEqual([first.status, first.headers.location], [303, '/ha/login?next=%2F']);
      const answer = await client.logIn(adminPassword);
      assert.deepEqual([answer.status, answer.headers.location], [303, '/ha/keepalived']);
      for (const cookie of answer.headers['set-cookie'] ?? []) {
        assert.match(cookie, /; Path=\/ha;.*; Secure/);
      }

      const page = await client.get('/ha/keepalived/edit?file=live');
      const tag = /name="tag" value="([^"]*)"/.exec(page.body)?.[1] ?? '';
      const text = `${configuration}# saved through ${name}\n`;
      const fields = { file: 'live', tag, text, comment: '', intent: 'save' };
      const saved = await client.post('/ha/keepalived/edit?file=live', fields);
      assert.deepEqual([saved.status, saved.headers.location?.slice(0, 4)], [303, '/ha/']);
      assert.equal(await server.readFile(configurationPath), text);
      const versions = await client.get('/ha/keepalived/versions');
      assert.ok(
        versions.body.includes(`from ${addressOf(1)}`) || versions.body.includes(addressOf(1)),
      );
      assert.ok(wai.output().includes(`"remoteAddress":"${addressOf(1)}"`));
      assert.ok(!wai.output().includes('203.0.113.9'));
    });

    test(`${name}: events arrive when they are sent`, async () => {
      const client = createClient(portOf(), addressOf(1));
      await client.logIn(adminPassword);
      for (const { sentAtMs, cameAtMs } of await client.hear('/ha/api/v1/events', 2)) {
        // They come every five seconds: what is collected comes with the next one, or never.
        assert.ok(cameAtMs - sentAtMs < 4_000, `${cameAtMs - sentAtMs} ms`);
      }
    });

    test(`${name}: the agent of another server gets through`, async () => {
      const url = `https://127.0.0.1:${portOf()}/ha`;
      const connection = await dialPage(url, new AbortController().signal);
      const inner = tls.connect({ socket: connection, rejectUnauthorized: false });
      await once(inner, 'secureConnect');
      // Not the proxy's: what it is told within, it does not understand.
      assert.notEqual(inner.getPeerCertificate().fingerprint256, proxyFingerprint);
      inner.destroy();
    });

    test(`${name}: failed logins are counted by browser, whatever it says of itself`, async () => {
      const guesser = createClient(portOf(), addressOf(2));
      const codes: number[] = [];
      for (let attempt = 0; attempt < 5; attempt++) {
        await guesser.get('/ha/login');
        const guess = { username: `nobody-${name}-${attempt}`, password: 'wrong' };
        codes.push((await guesser.post('/ha/login', guess)).status);
      }
      assert.ok(codes.includes(429), String(codes));
      const other = createClient(portOf(), addressOf(3));
      await other.get('/ha/login');
      const guess = { username: `somebody-${name}`, password: 'wrong' };
      assert.equal((await other.post('/ha/login', guess)).status, 401);
    });
  }

  test('a browser finds every page, script, icon and stream below the path', async () => {
    const origin = `https://127.0.0.1:${proxies.get('nginx')?.port}`;
    const { page, problems } = await openWindow(browser);
    const outside: string[] = [];
    const failed: string[] = [];
    const asked = new Set<string>();
    page.on('request', (request) => {
      const { pathname } = new URL(request.url());
      asked.add(pathname);
      if (!request.url().startsWith(`${origin}/ha/`)) outside.push(request.url());
    });
    page.on('response', (response) => {
      if (response.status() >= 400) failed.push(`${response.status()} ${response.url()}`);
    });
    await logIn(page, `${origin}/ha`, adminPassword);
    await eventually(
      'the first news',
      async () => (await page.locator('#last-news').innerText()) !== '',
    );

    const seen = new Set<string>();
    const waiting = [
      '/ha/keepalived',
      '/ha/keepalived/default-master',
      '/ha/keepalived/default-backup',
    ];
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const pathname = new URL(next, origin).pathname;
      if (seen.has(pathname)) continue;
      seen.add(pathname);
      await page.goto(origin + next);
      const html = await page.content();
      const addresses = [...html.matchAll(/\s(?:href|action|src)="([^"#][^"]*)"/g)].map(textOf);
      for (const address of addresses) assert.match(address, /^\/ha\//, `${next}: ${address}`);
      const links = [...html.matchAll(/<a (?![^>]* download)[^>]*href="(\/[^"]*)"/g)].map(textOf);
      const forms = [...html.matchAll(/<form [^>]*method="get" action="([^"]*)"/g)].map(textOf);
      waiting.push(...[...links, ...forms].filter((one) => !/text\?|report\.txt/.test(one)));
    }
    for (const name of ['', '/edit', '/settings', '/versions', '/versions/compare', '/failovers']) {
      assert.ok(seen.has(`/ha/keepalived${name}`), `${name}: ${[...seen].join(' ')}`);
    }
    for (const name of ['/logs', '/boot', '/debug', '/drill'])
      assert.ok(seen.has(`/ha${name}`), name);

    await page.goto(`${origin}/ha/keepalived/edit?file=live`);
    await eventually('the editor’s check', () => asked.has('/ha/api/v1/configuration/check'));
    // Typed on the page of another server behind this proxy.
    const draft = JSON.stringify({ text: 'of another server', tag: 'x' });
    for (const root of ['', '/other/ ']) {
      const key = `wai-draft:${root}["admin","live"]`;
      await page.evaluate(
        `sessionStorage.setItem(${JSON.stringify(key)}, ${JSON.stringify(draft)})`,
      );
    }
    await page.reload();
    await page.locator('.cm-content').waitFor();
    assert.equal(await page.locator('#draft').isVisible(), false);
    await page.goto(`${origin}/ha/debug`);
    await eventually('the events of Debug', () => asked.has('/ha/debug/events'));
    assert.ok(asked.has('/ha/keepalived/events') && asked.has('/ha/logs/events'));
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.waitForURL(`${origin}/ha/login`);
    assert.equal(await page.evaluate('Object.keys(sessionStorage).length'), 2);
    assert.deepEqual({ outside, failed, problems }, { outside: [], failed: [], problems: [] });
  });
});
