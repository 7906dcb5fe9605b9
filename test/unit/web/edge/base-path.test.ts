/** WAI_BASE_PATH: no address of ours leaves without it, and nothing outside of it is answered. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import type { TestContext } from 'node:test';
import { parseProgramOptions } from '../../../../server/program-options.ts';
import { findInnerUrl } from '../../../../server/web/edge/base-path.ts';
import {
  addressAttributes,
  addToAddresses,
} from '../../../../server/web/edge/template-addresses.ts';
import { createTestApp, TestBrowser } from '../app-harness.ts';

const root = path.resolve(import.meta.dirname, '../../../..');
const readFiles = (folder: string, ending: RegExp) =>
  readdirSync(path.join(root, folder), { recursive: true })
    .map((name) => path.join(folder, String(name)))
    .filter((name) => ending.test(name))
    .map((name) => ({ name, text: readFileSync(path.join(root, name), 'utf8') }));

describe('the setting', () => {
  const parse = (text: string) => parseProgramOptions({ WAI_BASE_PATH: text }).basePath;
  for (const [text, basePath] of [
    ['', ''],
    ['/', ''],
    ['/ha', '/ha'],
    ['/ha/', '/ha'],
    ['/a/b-1_2.3~4', '/a/b-1_2.3~4'],
    ['/keepalived', '/keepalived'],
  ] as const) {
    test(`${JSON.stringify(text)} is ${JSON.stringify(basePath)}`, () => {
      assert.equal(parse(text), basePath);
    });
  }
  for (const text of [
    'ha',
    '//evil',
    '/ha//',
    '/..',
    '/a/../b',
    '/a/.',
    '/a b',
    '/a"',
    '/ä',
    '/a?b',
    '/%2e',
  ]) {
    test(`${JSON.stringify(text)} is refused`, () => {
      assert.throws(
        () => parse(text),
        /WAI_BASE_PATH: .* is not allowed\. Use a path such as \/ha/,
      );
    });
  }
});

test('what is asked for, as our routes have it', () => {
  const inner = ['/ha', '/ha/', '/ha?x=1', '/ha/logs?q=/ha', '/ha//evil', '/ha/ha'].map((url) =>
    findInnerUrl(url, '/ha'),
  );
  assert.deepEqual(inner, ['/', '/', '/?x=1', '/logs?q=/ha', '//evil', '/ha']);
  for (const url of ['/', '/hamster', '/h', '/HA/', '/%68a/logs', '', '*', '/x/ha/']) {
    assert.equal(findInnerUrl(url, '/ha'), undefined, url);
  }
  assert.equal(findInnerUrl('/logs', ''), '/logs');
});

describe('the templates', () => {
  test('an address gets the base path, whatever way it is written', () => {
    for (const [written, compiled] of [
      ['<a href="/logs">', '<a href="/ha/logs">'],
      ['<a href="#content">', '<a href="#content">'],
      ['<a href="//evil">', '<a href="//evil">'],
      ['<form method="post" action="/">', '<form method="post" action="/ha/">'],
      ['<script src="/public/js/<%= name %>">', '<script src="/ha/public/js/<%= name %>">'],
      ['<a href="<%= it.href %>">', '<a href="<%= addressOf(it.href) %>">'],
      [`<link href="<%= a ? "/x" : '/y' %>">`, `<link href="<%= addressOf(a ? "/x" : '/y') %>">`],
      ['<p title="/no/address">', '<p title="/no/address">'],
    ] as const) {
      assert.equal(addToAddresses(written, '/ha'), compiled);
    }
  });

  test('no other attribute of ours holds an address', () => {
    for (const { name, text } of readFiles('views', /\.eta$/)) {
      const withoutCode = text.replaceAll(/<%[\s\S]*?%>/g, (tag) =>
        tag.startsWith('<%=') ? 'VALUE' : '',
      );
      for (const [all, attribute = ''] of withoutCode.matchAll(/([\w-]+)="\/[^"]*"/g)) {
        assert.ok(addressAttributes.includes(attribute), `${name}: ${all}`);
      }
      for (const [all, , value = ''] of text.matchAll(/\s(href|action|src|formaction)="([^"]*)/g)) {
        assert.match(value, /^(\/(?!\/)|#|<%=)/, `${name}: ${all}: neither a path nor a value`);
      }
      // Which value is an address, only its name tells.
      for (const [all, attribute = ''] of text.matchAll(
        /([\w-]+)="<%= [^%]*(?:[pP]ath|href|icon)\b/g,
      )) {
        const isShown = ['data-path', 'value', 'title'].includes(attribute);
        assert.ok(isShown || addressAttributes.includes(attribute), `${name}: ${all}`);
      }
      assert.doesNotMatch(text, /http-equiv="refresh" content="[^"]*url/i, name);
    }
  });
});

test('no script and no style sheet of ours asks for a path by itself', () => {
  const files = [
    ...readFiles('public/js', /\.js$/),
    ...readFiles('public/src', /\.ts$/),
    ...readFiles('public/css', /\.css$/),
  ];
  assert.ok(files.length > 20);
  for (const { name, text } of files) {
    const code = text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/ownAddress\('[^']*'\)/g, '');
    assert.doesNotMatch(code, /(?<!\.)['"`(]\/[a-z]+(?:\/|['"`)])/, name);
  }
});

test('no HTML is made outside of the templates', () => {
  for (const { name, text } of readFiles('server', /\.ts$/)) {
    assert.doesNotMatch(text, /<(?:a|form|link|script|img) [a-z]+="/, name);
  }
});

describe('the app', () => {
  const start = async (t: TestContext, settings: Record<string, string> = {}) => {
    const options = parseProgramOptions({ WAI_BASE_PATH: '/ha', ...settings });
    const { app } = await createTestApp({ options });
    t.after(() => app.close());
    return new TestBrowser(app);
  };
  const addressesIn = (html: string) =>
    [...html.matchAll(/\s(?:href|action|src)="([^"#][^"]*)"/g)].map(([, address = '']) => address);

  test('redirects, links and cookies stay below it', async (t) => {
    const browser = await start(t);
    const first = await browser.get('/ha/logs?contains=x');
    assert.equal(first.headers.location, '/ha/login?next=%2Flogs%3Fcontains%3Dx');
    const page = await browser.get(first.headers.location);
    const addresses = addressesIn(page.body);
    assert.ok(addresses.length >= 4, String(addresses));
    for (const address of addresses) assert.match(address, /^\/ha\//);
    for (const { path: below } of page.cookies) assert.equal(below, '/ha');

    const fields = { username: 'admin', password: 'correct horse battery staple' };
    const answer = await browser.post('/ha/login', { ...fields, next: '/logs?contains=x' });
    assert.deepEqual([answer.statusCode, answer.headers.location], [303, '/ha/logs?contains=x']);
    for (const { path: below } of answer.cookies) assert.equal(below, '/ha');
    for (const asked of ['/ha', '/ha/']) {
      assert.equal((await browser.get(asked)).headers.location, '/ha/keepalived');
    }
    for (const asked of addresses.filter((one) => one.startsWith('/ha/public/'))) {
      assert.equal((await browser.get(asked)).statusCode, 200, asked);
    }
  });

  test('next leads nowhere else', async (t) => {
    const browser = await start(t);
    await browser.get('/ha/login');
    const fields = { username: 'admin', password: 'correct horse battery staple' };
    const answer = await browser.post('/ha/login', { ...fields, next: '//evil.example/logs' });
    assert.equal(answer.headers.location, '/ha/keepalived');
  });

  test('outside of it nothing is answered but the sign of life, and the page says why', async (t) => {
    const browser = await start(t);
    await browser.get('/ha/login');
    for (const url of ['/', '/login', '/keepalived', '/hamster', '/public/css/page.css']) {
      const answer = await browser.get(url);
      assert.equal(answer.statusCode, 404, url);
      assert.match(answer.body, /This page is served under \/ha\/ \(WAI_BASE_PATH\)/);
      for (const address of addressesIn(answer.body)) assert.match(address, /^\/ha\//);
    }
    assert.equal((await browser.post('/login', { username: 'x', password: 'x' })).statusCode, 404);
    assert.equal((await browser.get('/healthz')).statusCode, 200);
    assert.equal((await browser.get('/ha/healthz')).statusCode, 200);
    const program = await browser.get('/api/v1/status');
    assert.match(program.body, /"code":"outside-base-path"/);
  });

  test('a base path that is called like a page', async (t) => {
    const browser = await start(t, { WAI_BASE_PATH: '/keepalived' });
    assert.equal((await browser.get('/keepalived')).headers.location, '/keepalived/login?next=%2F');
    const page = await browser.get('/keepalived/login');
    for (const address of addressesIn(page.body)) assert.match(address, /^\/keepalived\//);
  });

  test('programs are told it by the description of the API', async (t) => {
    const browser = await start(t);
    const authorization = `Basic ${btoa('watcher:correct horse battery staple')}`;
    const ask = (url: string) => browser.request({ url, headers: { authorization } });
    const described = (await ask('/ha/api/v1/openapi.json')).json<{ servers: unknown }>();
    assert.deepEqual(described.servers, [{ url: '/ha' }]);
  });
});

test('with TLS, cookies below a path have the prefix that may be below a path', async () => {
  const { nameCookie } = await import('../../../../server/web/plugins/sign-in/cookie-names.ts');
  const scope = { secret: 'x', tls: true };
  assert.match(nameCookie('session', { ...scope, basePath: '/ha' }), /^__Secure-wai-/);
  assert.match(nameCookie('session', { ...scope, basePath: '' }), /^__Host-wai-/);
});
