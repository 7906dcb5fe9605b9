/** Everybody's own password, and the first one, over real accounts in a folder. */
import assert from 'node:assert/strict';
import { stat } from 'node:fs/promises';
import { describe, test } from 'node:test';
import type { TestContext } from 'node:test';
import {
  firstPasswordPath,
  readStoredAccounts,
  writeFirstPassword,
} from '../../../../server/access/accounts-file.ts';
import { openAccounts } from '../../../../server/access/accounts.ts';
import { createOwnPasswords } from '../../../../server/access/own-password.ts';
import { setAccount } from '../../../../server/access/set-account.ts';
import { makeFolder } from '../../history/run-child.ts';
import { createTestApp, TestBrowser } from '../app-harness.ts';
import { textOf } from './samples.ts';

const cost = { ln: 8, r: 8, p: 1 };
const watcher = { name: 'watcher', role: 'viewer', password: 'look only, please' } as const;
const own = 'a password of my own';

/** A server after its first start, with a viewer. */
async function open(t: TestContext) {
  const stateDirectory = await makeFolder(t);
  const options = { stateDirectory, adminPasswordFile: undefined, passwordCost: cost };
  const { generatedPassword: first = '' } = await openAccounts(options);
  await writeFirstPassword(stateDirectory, first);
  await setAccount(stateDirectory, watcher, cost);
  const { accounts } = await openAccounts(options);
  const ownPasswords = createOwnPasswords({ stateDirectory, accounts, cost });
  const { app, logText } = await createTestApp({ accounts, ownPasswords });
  t.after(() => app.close());
  const logIn = async (username: string, password: string, browser = new TestBrowser(app)) => {
    await browser.get('/login');
    return { browser, answer: await browser.post('/login', { username, password }) };
  };
  const askAsProgram = (name: string, password: string) =>
    app.inject({
      url: '/api/v1/status',
      headers: {
        host: 'localhost',
        authorization: `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`,
      },
    });
  const hasFile = () =>
    stat(firstPasswordPath(stateDirectory)).then(
      () => true,
      () => false,
    );
  return { app, logText, first, logIn, askAsProgram, hasFile, accounts, stateDirectory };
}

const choose = (password: string, newPassword: string, repeatedPassword = newPassword) => ({
  ...{ password, newPassword, repeatedPassword },
});

describe('the first password', () => {
  test('opens the page where another is chosen, and nothing else', async (t) => {
    const { app, first, logIn, hasFile, logText } = await open(t);
    const { browser, answer } = await logIn('admin', first);
    assert.equal(answer.headers.location, '/account');
    const page = await browser.get('/account');
    assert.equal(page.statusCode, 200);
    assert.match(page.body, /<h1>Choose your own password<\/h1>/);
    assert.doesNotMatch(page.body, /<nav/);
    for (const { method, url, access } of app.listRouteRules()) {
      if (access === 'public' || ['/account', '/logout'].includes(url)) continue;
      if (method === 'GET') {
        const { statusCode, headers } = await browser.get(url);
        const isProgram = /^\/(?:api\/|metrics)/.test(url);
        assert.equal(statusCode, isProgram ? 403 : 303, url);
        if (!isProgram) assert.equal(headers.location, '/account', url);
      } else if (method === 'POST') {
        assert.equal((await browser.post(url)).statusCode, 403, url);
      }
    }
    assert.ok(await hasFile());

    await browser.get('/account');
    const done = await browser.post('/account', choose(first, own));
    assert.equal(done.statusCode, 303, textOf(done.body));
    assert.equal(done.headers.location, '/keepalived');
    assert.equal(await hasFile(), false);
    const next = await browser.get('/keepalived');
    assert.equal(next.statusCode, 200);
    assert.match(textOf(next.body), /Your password was changed/);
    assert.equal((await logIn('admin', first)).answer.statusCode, 401);
    assert.equal((await logIn('admin', own)).answer.headers.location, '/keepalived');
    for (const secret of [first, own]) assert.equal(logText().includes(secret), false);
    assert.match(logText(), /"what":"POST \/account".*"msg":"change done"/);
  });

  test('is told to programs in a sentence, not as a wrong one', async (t) => {
    const { first, askAsProgram } = await open(t);
    for (let count = 0; count < 5; count += 1) {
      const answer = await askAsProgram('admin', first);
      assert.equal(answer.statusCode, 403);
      const { error } = answer.json<{ error: { code: string; message: string } }>();
      assert.equal(error.code, 'first-password');
      assert.match(error.message, /Log in with a browser, choose your own/);
    }
    assert.equal((await askAsProgram('admin', 'a wrong one')).statusCode, 401);
    assert.equal((await askAsProgram(watcher.name, watcher.password)).statusCode, 200);
  });

  test('is not kept, and nobody else has one', async (t) => {
    const { first, logIn } = await open(t);
    const { browser } = await logIn('admin', first);
    await browser.get('/account');
    const same = await browser.post('/account', choose(first, first));
    assert.equal(same.statusCode, 422);
    assert.match(textOf(same.body), /The password is the present one/);
    assert.equal((await browser.get('/keepalived')).headers.location, '/account');
    const other = await logIn(watcher.name, watcher.password);
    assert.equal(other.answer.headers.location, '/keepalived');
  });

  test('that was changed on the command line opens everything', async (t) => {
    const { logIn, stateDirectory, accounts, hasFile } = await open(t);
    const changed = { name: 'admin', role: 'admin', password: own } as const;
    await setAccount(stateDirectory, changed, cost);
    accounts.replace((await readStoredAccounts(stateDirectory)) ?? []);
    assert.equal(await hasFile(), false);
    assert.equal((await logIn('admin', own)).answer.headers.location, '/keepalived');
  });
});

describe('one’s own password', () => {
  test('is changed by everybody; all other sessions of the account end', async (t) => {
    const { logIn, askAsProgram, logText } = await open(t);
    const { browser } = await logIn(watcher.name, watcher.password);
    const { browser: elsewhere } = await logIn(watcher.name, watcher.password);
    assert.equal((await elsewhere.get('/')).headers.location, '/keepalived');
    assert.equal((await askAsProgram(watcher.name, watcher.password)).statusCode, 200);
    const page = await browser.get('/keepalived');
    assert.match(page.body, /<a class="user" href="\/account"/);
    const { body } = await browser.get('/account');
    assert.match(body, /<h1>Your account<\/h1>/);
    assert.match(textOf(body), /You are logged in as watcher \(viewer\)/);
    const cookie = browser.cookieHeader;
    const done = await browser.post('/account', choose(watcher.password, own));
    assert.equal(done.headers.location, '/account', textOf(done.body));
    assert.notEqual(browser.cookieHeader, cookie);
    assert.match(textOf((await browser.get('/account')).body), /Your password was changed/);

    assert.equal((await elsewhere.get('/')).headers.location, '/login?next=%2F');
    browser.cookies.clear();
    for (const pair of cookie.split('; ')) {
      const [name = '', ...value] = pair.split('=');
      browser.cookies.set(name, value.join('='));
    }
    assert.equal((await browser.get('/')).headers.location, '/login?next=%2F', 'the old ticket');
    assert.equal((await askAsProgram(watcher.name, watcher.password)).statusCode, 401);
    assert.equal((await askAsProgram(watcher.name, own)).statusCode, 200);
    const { browser: again } = await logIn(watcher.name, own);
    assert.match(textOf((await again.get('/account')).body), /\(viewer\)/, 'the role stays');
    for (const secret of [watcher.password, own]) assert.ok(!logText().includes(secret));
  });

  for (const [what, form, says] of [
    ['a wrong present one', choose('a wrong one', own), /This is not your password/],
    ['two different new ones', choose(watcher.password, own, `${own}!`), /Type it twice/],
    ['a short one', choose(watcher.password, 'short'), /too short: use at least 8/],
    ['the name of the account', choose(watcher.password, 'WATCHER'), /too short/],
    ['an endless one', choose(watcher.password, 'xyz1'.repeat(300)), /more than 1024/],
  ] as const) {
    test(`${what} changes nothing, and is not sent back`, async (t) => {
      const { logIn } = await open(t);
      const { browser } = await logIn(watcher.name, watcher.password);
      await browser.get('/account');
      const answer = await browser.post('/account', form);
      assert.equal(answer.statusCode, 422);
      assert.match(textOf(answer.body), says);
      assert.match(answer.body, /aria-invalid="true" autofocus/);
      assert.doesNotMatch(answer.body, /type="password"[^>]* value=/);
      const { answer: still } = await logIn(watcher.name, watcher.password);
      assert.equal(still.statusCode, 303);
    });
  }

  test('is guessed no faster here than at the login', async (t) => {
    const { logIn } = await open(t);
    const { browser } = await logIn(watcher.name, watcher.password);
    await browser.get('/account');
    for (let count = 0; count < 3; count += 1) {
      await browser.post('/account', choose('a wrong one', own));
    }
    const answer = await browser.post('/account', choose(watcher.password, own));
    assert.equal(answer.statusCode, 429);
    assert.match(textOf(answer.body), /Too many wrong passwords\. Try again in 1 s/);
  });
});
