/** The editor of configuration files: what it says while one types, and that no text is ever lost. */
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { createTwoServers, type TwoServers } from '../lab/two-servers.ts';
import { assertAccessible, launchBrowser, logIn, openWindow, takePicture } from './browser.ts';

const path = '/etc/keepalived/keepalived.conf';
const text = `# The pair in the cellar
vrrp_script chk_gateway {
    script "/usr/bin/true"
}
vrrp_instance VI_1 {
    state BACKUP
    interface eth0
    virtual_router_id 51
    priority 100
    virtual_ipaddress {
        192.168.0.100/24
    }
    track_script {
        chk_gateway
    }
}
global_defs {
    enable_script_security
    script_user root
}
`;

describe('the editor', () => {
  let servers: TwoServers;
  let browser: Browser;
  let page: Page;
  const allProblems: string[][] = [];

  /** A further window of the same login, with the live file. */
  async function openEditor(options?: Parameters<typeof openWindow>[1]): Promise<Page> {
    const window = await openWindow(browser, options);
    allProblems.push(window.problems);
    await window.context.addCookies(await page.context().cookies());
    await window.page.goto(`${servers.server1.waiUrl}/keepalived/edit`);
    return window.page;
  }
  const content = (of: Page) => of.locator('.cm-content');
  const readFile = () => servers.server1.readFile(path);
  /** What the form would send. */
  const typed = async (of: Page) =>
    String(await of.evaluate("new FormData(document.querySelector('form#editor')).get('text')"));
  const summary = (of: Page, words: RegExp) =>
    of.locator('#findings-summary').filter({ hasText: words }).waitFor();

  /** Moves with the keyboard alone to the end of a line. */
  async function goToLine(of: Page, line: number): Promise<void> {
    await of.keyboard.press('Control+Home');
    for (let at = 1; at < line; at += 1) await of.keyboard.press('ArrowDown');
    await of.keyboard.press('End');
  }

  before(async () => {
    [servers, browser] = await Promise.all([createTwoServers(), launchBrowser()]);
    await servers.server1.writeFile(path, text);
    await servers.server1.startWai();
    const window = await openWindow(browser);
    allProblems.push(window.problems);
    page = window.page;
    await logIn(page, servers.server1.waiUrl, servers.adminPassword);
  });
  after(async () => {
    await browser.close();
    await servers.close();
  });
  beforeEach(async () => {
    await servers.server1.writeFile(path, text);
    await page.goto(`${servers.server1.waiUrl}/keepalived/edit`);
    await page.evaluate('sessionStorage.clear()');
    await page.reload();
    await content(page).focus();
  });

  test('names an unknown keyword at its line as it is typed, without touching the file', async () => {
    await goToLine(page, 9);
    await page.keyboard.press('Enter');
    await page.keyboard.type('prioritty 100');
    await summary(page, /Error, line 10: .*prioritty/);
    assert.equal(await page.locator('.cm-lintRange-error').innerText(), 'prioritty 100');
    const item = page.locator('#findings li').first();
    assert.match(await item.innerText(), /Did you mean “priority”/);
    await assertAccessible(page);
    await takePicture(page, 'editor-1-finding');
    assert.equal(await readFile(), text);

    // The link in the list goes there, and F8 does.
    await page.keyboard.press('Control+Home');
    await page.getByRole('link', { name: 'line 10' }).press('Enter');
    await page.keyboard.type('priority 101');
    await summary(page, /No problems found/);
    assert.equal(await page.locator('.cm-lintRange-error').count(), 0);
  });

  test('names a missing brace with the line where the block was opened', async () => {
    await goToLine(page, 12);
    await page.keyboard.press('Shift+Home');
    await page.keyboard.press('Backspace');
    await summary(page, /Error, line 5: “vrrp_instance \{” is never closed/);
  });

  test('completes the keywords of the block that the installed release knows, with help', async () => {
    await goToLine(page, 9);
    await page.keyboard.press('Enter');
    await page.keyboard.type('advert');
    const option = page.getByRole('option', { name: 'advert_int' });
    await option.waitFor();
    await page.locator('.cm-completionInfo').filter({ hasText: 'Seconds between' }).waitFor();
    await assertAccessible(page);
    await takePicture(page, 'editor-2-completion');
    await page.waitForTimeout(100);
    await page.keyboard.press('Enter');
    await page.keyboard.type(' 1');
    assert.equal((await typed(page)).split('\n')[9], '    advert_int 1');

    await goToLine(page, 10);
    await page.keyboard.press('Enter');
    await page.keyboard.press('Control+Space');
    await page.getByRole('option', { name: 'nopreempt' }).waitFor();
    assert.equal(await page.getByRole('option', { name: 'auth_hmac' }).count(), 0);
    assert.equal(await page.getByRole('option', { name: 'script_user' }).count(), 0);
    await page.keyboard.press('Escape');
  });

  test('explains a keyword on F1 and under the pointer', async () => {
    await goToLine(page, 8);
    await page.keyboard.press('Home');
    await page.keyboard.press('F1');
    const help = page.locator('.cm-keyword-help');
    await help.filter({ hasText: 'virtual_router_id: The number of the cluster' }).waitFor();
    await assertAccessible(page);
    await page.keyboard.press('Escape');
    await help.waitFor({ state: 'detached' });
    await page.getByText('interface', { exact: true }).hover();
    await help.filter({ hasText: 'interface: The network interface' }).waitFor();
  });

  test('can be left with the keyboard: Escape, then Tab', async () => {
    await goToLine(page, 9);
    await page.keyboard.press('Tab');
    assert.match(await typed(page), /^ {8}priority 100$/m);
    await page.keyboard.press('Escape');
    await page.keyboard.press('Tab');
    assert.equal(await page.evaluate('document.activeElement.id'), 'comment');
  });

  test('folds blocks and searches', async () => {
    await goToLine(page, 5);
    await page.keyboard.press('Control+Shift+BracketLeft');
    await page.locator('.cm-foldPlaceholder').waitFor();
    assert.doesNotMatch(await content(page).innerText(), /virtual_router_id/);
    await page.keyboard.press('Control+Shift+BracketRight');
    await page.keyboard.press('Control+f');
    await page.keyboard.type('chk_gateway');
    await page.keyboard.press('Enter');
    await page.locator('.cm-searchMatch').first().waitFor();
    await assertAccessible(page);
    await takePicture(page, 'editor-3-search');
    await page.keyboard.press('Escape');
    assert.equal(
      await page.evaluate("document.activeElement.className.includes('cm-content')"),
      true,
    );
  });

  test('previews in place and saves with Ctrl-S', async () => {
    await goToLine(page, 9);
    await page.keyboard.type('1');
    await page.getByRole('button', { name: 'Preview' }).press('Enter');
    await page.locator('#preview').getByText('priority 1001').waitFor();
    assert.match(await page.locator('#preview').innerText(), /1 line added \(\+\), 1 removed/);
    assert.equal(await page.evaluate('document.activeElement.id'), 'preview-title');
    await assertAccessible(page);
    await content(page).focus();
    await page.keyboard.press('Backspace');
    await page.keyboard.press('Backspace');
    await page.keyboard.press('Control+s');
    await page.getByText('The configuration has changed').waitFor();
    assert.equal(await readFile(), text.replace('priority 100', 'priority 10'));
    await page.locator('#draft').waitFor({ state: 'hidden' });
  });

  test('what a save adds that runs as root is confirmed with the password, by keyboard', async () => {
    await goToLine(page, 6);
    await page.keyboard.press('Enter');
    await page.keyboard.type('notify_master "/usr/bin/true" root');
    await page.getByRole('button', { name: 'Preview' }).press('Enter');
    const added = page.locator('#added-commands');
    await added.getByText('“notify_master "/usr/bin/true" root” runs a program.').waitFor();
    await assertAccessible(page);
    await page.getByLabel('Your password').focus();
    await page.keyboard.type('not it');
    await page.keyboard.press('Control+s');
    await added.getByText('Error: This is not your password.').waitFor();
    assert.equal(await readFile(), text);
    assert.equal(await page.evaluate('document.activeElement.id'), 'ownPassword');
    await assertAccessible(page);
    await takePicture(page, 'editor-4-added-command');
    await page.keyboard.type(servers.adminPassword);
    await page.keyboard.press('Enter');
    await page.getByText('The configuration has changed').waitFor();
    assert.match(await readFile(), /notify_master "\/usr\/bin\/true" root/);
  });

  test('a conflict of two windows shows yours, theirs and the base, and loses nothing', async () => {
    const other = await openEditor();
    await content(other).focus();
    await goToLine(other, 9);
    await other.keyboard.type(' # theirs');
    await other.keyboard.press('Control+s');
    await other.getByText('The configuration has changed').waitFor();

    await goToLine(page, 8);
    await page.keyboard.type(' # mine');
    await page.keyboard.press('Control+s');
    await page.getByText('Your text, their text, and what both started from').waitFor();
    const difference = (name: string) =>
      page.getByRole('region', { name, exact: true }).innerText();
    assert.match(await difference('What they changed'), /\+\s+priority 100 # theirs/);
    assert.match(await difference('What you changed'), /\+\s+virtual_router_id 51 # mine/);
    assert.match(await difference('What will change'), /-\s+priority 100 # theirs/);
    assert.match(await typed(page), /51 # mine/);
    await assertAccessible(page);
    await takePicture(page, 'editor-4-conflict');

    // By hand, in the editor: both.
    await content(page).focus();
    await goToLine(page, 9);
    await page.keyboard.type(' # theirs');
    await page.getByRole('button', { name: 'Save mine' }).press('Enter');
    await page.getByText('The configuration has changed').waitFor();
    assert.match(await readFile(), /51 # mine\n {4}priority 100 # theirs/);
    await other.context().close();
  });

  test('a vim beside it is a conflict too; theirs can be loaded and mine taken back', async () => {
    await goToLine(page, 8);
    await page.keyboard.type(' # mine');
    await servers.server1.writeFile(path, text.replace('cellar', 'attic'));
    await page.keyboard.press('Control+s');
    await page.getByText('Your text, their text, and what both started from').waitFor();
    await page.getByRole('button', { name: 'Load theirs' }).press('Enter');
    await page.getByRole('button', { name: 'Restore', exact: true }).waitFor();
    assert.match(await typed(page), /attic/);
    assert.match(await readFile(), /attic/);
    await page.getByRole('button', { name: 'Restore', exact: true }).press('Enter');
    assert.match(await typed(page), /cellar[^]*51 # mine/);
  });

  test('the text survives the end of the login', async () => {
    await goToLine(page, 8);
    await page.keyboard.type(' # mine');
    await page.context().clearCookies();
    await page.keyboard.type('!');
    await summary(page, /your login has ended/);
    await page.keyboard.press('Control+s');
    await page.getByLabel('Username').fill('admin');
    await page.getByLabel('Password').fill(servers.adminPassword);
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByRole('button', { name: 'Show the form again' }).click();
    await page.getByText('What will change in').waitFor();
    assert.match(await typed(page), /51 # mine!/);
    assert.equal(await readFile(), text);
  });

  test('what changes the textarea changes the editor', async () => {
    await page.locator('textarea').fill(text.replace('cellar', 'attic'));
    assert.match(await content(page).innerText(), /attic/);
  });

  test('works without JavaScript', async () => {
    const plain = await openEditor({ javaScript: false });
    const area = plain.getByLabel('Text of');
    await area.fill(text.replace('priority 100', 'prioritty 100'));
    await plain.getByRole('button', { name: 'Preview' }).click();
    await plain.getByText('What will change in').waitFor();
    assert.match(await plain.locator('#findings').innerText(), /Error, line 9/);
    await area.fill(text.replace('priority 100', 'priority 99'));
    await plain.getByRole('button', { name: 'Save', exact: true }).click();
    await plain.getByText('The configuration has changed').waitFor();
    assert.equal(await readFile(), text.replace('priority 100', 'priority 99'));
    await plain.context().close();
  });

  for (const colorScheme of ['light', 'dark'] as const) {
    for (const width of [360, 1280]) {
      test(`is sound at ${width} px, ${colorScheme}`, async () => {
        await page.setViewportSize({ width, height: 900 });
        await page.emulateMedia({ colorScheme });
        await goToLine(page, 9);
        await page.keyboard.type('00');
        await summary(page, /Error, line 9/);
        await assertAccessible(page);
        assert.equal(
          await page.evaluate('document.documentElement.scrollWidth <= innerWidth'),
          true,
        );
        await takePicture(page, `editor-5-${width}-${colorScheme}`);
      });
    }
  }

  test('no script failed and no content security policy was broken', () => {
    const problems = allProblems
      .flat()
      // The browser’s own line about answers that these tests provoke, and of a very busy machine.
      .filter((problem) => !/status of (401|409|422|503)/.test(problem));
    assert.deepEqual(problems, []);
  });
});
