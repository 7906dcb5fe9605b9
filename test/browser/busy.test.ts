/** What takes longer than a moment says so, is sent once and whole, and is over when one comes back. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import type { Browser, Page } from 'playwright-core';
import { eventually } from '../lab/eventually.ts';
import { failoverConfiguration } from '../lab/failover-configuration.ts';
import { createTwoServers, type TwoServers } from '../lab/two-servers.ts';
import { assertAccessible, launchBrowser, logIn, openWindow, takePicture } from './browser.ts';

interface Seen {
  words: string;
  role: string;
  /** Of the buttons that are marked. */
  labels: string[];
  areDisabled: boolean;
  left: number;
  right: number;
  /** How far the button has moved since the form was sent, and how wide the page is, in pixels. */
  shift: number;
  pageWidth: number;
  /** The alarm that the file was edited is there. */
  isEdited: boolean;
}

/**
 * Tells the test what the page shows, at each change of it: the test itself is answered only when the
 * answer to the form is here. At the sentence all is tried to send something a second time.
 */
const watch = `
  let pressedAt, wasSaid = false;
  document.addEventListener('click', ({ target }) => {
    pressedAt ??= target.getBoundingClientRect().top + scrollY;
  }, { capture: true });
  const look = () => {
    const line = document.querySelector('p.busy');
    const buttons = [...document.querySelectorAll('button[aria-busy=true]')];
    if (!line) return void tellTest({ words: '', labels: buttons.map(() => '?') });
    const { left, right } = line.getBoundingClientRect();
    const top = (buttons[0]?.getBoundingClientRect().top ?? 0) + scrollY;
    tellTest({
      ...{ words: line.textContent, role: line.getAttribute('role'), left, right },
      labels: buttons.map((button) => button.textContent.trim()),
      areDisabled: buttons.every((button) => button.getAttribute('aria-disabled') === 'true'),
      ...{ shift: top - pressedAt, pageWidth: document.documentElement.scrollWidth },
      isEdited: document.body.innerText.includes('was edited since keepalived loaded it'),
    });
    if (line.textContent === '' || wasSaid) return;
    wasSaid = true;
    buttons[0].click();
    for (const form of document.querySelectorAll('main form[method=post]')) form.requestSubmit();
    tellTest({ words: 'tried again' });
  };
  addEventListener('pageshow', () => {
    wasSaid = false;
    pressedAt = undefined;
  });
  new MutationObserver(look).observe(document, {
    ...{ subtree: true, childList: true, characterData: true },
    attributeFilter: ['aria-busy'],
  });
`;

describe('a button that was pressed', () => {
  let servers: TwoServers;
  let browser: Browser;
  let page: Page;
  let problems: string[];
  let url: string;
  let seen: Seen[] = [];

  before(async () => {
    [servers, browser] = await Promise.all([createTwoServers(), launchBrowser()]);
    const { server1, adminPassword } = servers;
    await server1.writeFile('/etc/keepalived/keepalived.conf', failoverConfiguration('server1'));
    await server1.startKeepalived();
    await server1.startWai();
    ({ page, problems } = await openWindow(browser, { width: 360 }));
    url = server1.waiUrl;
    await logIn(page, url, adminPassword);
    await page.exposeFunction('tellTest', (now: Seen) => void seen.push(now));
    await page.addInitScript(watch);
  });
  after(async () => {
    await browser.close();
    await servers.close();
  });

  const findSentence = () => seen.find(({ labels, words }) => labels.length > 0 && words !== '');

  /** Presses a button; its request is held up until `release`, and given an empty answer then. */
  async function press(path: string, name: string) {
    await page.goto(`${url}${path}`);
    return pressHere(name);
  }

  async function pressHere(name: string) {
    seen = [];
    const sent: string[] = [];
    let release: () => void = () => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    await page.route('**/*', async (route) => {
      if (route.request().method() !== 'POST') return route.continue();
      sent.push(route.request().postData() ?? '');
      await released;
      // The browser stays on the page with that.
      await route.fulfill({ status: 204 });
    });
    const button = page.getByRole('button', { name, exact: true });
    // Else it waits for what the held-up request brings.
    // eslint-disable-next-line @typescript-eslint/no-deprecated
    await button.click({ noWaitAfter: true });
    const busy = await eventually('the sentence', findSentence, { withinMs: 30_000 });
    await eventually('the second try', () => seen.some(({ words }) => words === 'tried again'));
    return { busy, sent, release };
  }

  async function letGo(release: () => void) {
    release();
    // Answered only when nothing is being loaded any more.
    await page.getByRole('heading', { level: 1 }).innerText();
    await page.unroute('**/*');
  }

  const rows: [path: string, name: string, words: RegExp, field: RegExp][] = [
    ['/keepalived/edit', 'Save', /^keepalived is testing .* a minute/, /intent=save/],
    ['/keepalived/settings', 'Preview', /^keepalived is testing .* 30 seconds/, /intent=preview/],
    ['/keepalived/default-master', 'Preview', /^keepalived is testing/, /intent=preview/],
    ['/boot', 'Start', /^Please wait/, /action=start/],
    ['/debug', 'Check now', /^The check is starting/, /kind=check/],
    ['/keepalived', 'Stop keepalived', /^keepalived is stopping/, /_csrf=/],
    ['/keepalived', 'Log out', /^“Log out” is in progress/, /_csrf=/],
  ];
  for (const [path, name, words, field] of rows) {
    test(`${path}, ${name}: says what is done, and is sent once, with its value`, async () => {
      const { busy, sent, release } = await press(path, name);
      assert.match(busy.words, words);
      assert.deepEqual([busy.role, busy.labels, busy.areDisabled], ['status', [name], true]);
      assert.ok(busy.left >= 0 && busy.right <= 360, JSON.stringify(busy));
      assert.deepEqual([busy.shift, busy.pageWidth], [0, 360]);
      await letGo(release);
      assert.equal(sent.length, 1, sent.join('\n'));
      assert.match(sent[0] ?? '', field);
      assert.deepEqual(problems.splice(0), []);
    });
  }

  test('“Preview” in its place: says so until it is here, and is asked for once', async () => {
    const { busy, sent, release } = await press('/keepalived/edit', 'Preview');
    assert.match(busy.words, /^keepalived is testing .* 30 seconds/);
    await letGo(release);
    await eventually('nothing is being done', async () => {
      return (await page.locator('.busy, [aria-busy], [aria-disabled]').count()) === 0;
    });
    assert.equal(sent.filter((body) => body.includes('intent=preview')).length, 1, sent.join('\n'));
  });

  test('is a button as before when one comes back to the page', async () => {
    const { release } = await press('/keepalived/settings', 'Preview');
    await letGo(release);
    const marks = page.locator('.busy, [aria-busy], [aria-disabled]');
    assert.equal(await marks.count(), 2, 'the line and the button');
    await assertAccessible(page);
    await takePicture(page, 'busy');
    // What the browser says when it shows a page that it has kept.
    await page.evaluate(
      "window.dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))",
    );
    assert.equal(await marks.count(), 0);
    const again = await pressHere('Preview');
    await letGo(again.release);
    assert.equal(again.sent.length, 1);
  });

  test('on the status page news from the server leave the sign where it is', async () => {
    const { server1 } = servers;
    const { busy, release } = await press('/keepalived', 'Reload keepalived');
    assert.equal(busy.isEdited, false);
    const path = '/etc/keepalived/keepalived.conf';
    await server1.writeFile(path, `${await server1.readFile(path)}\n# edited\n`);
    const news = await eventually('news', () => seen.find(({ isEdited }) => isEdited), {
      withinMs: 60_000,
    });
    assert.match(news.words, /^keepalived is testing/);
    assert.deepEqual([news.labels, news.areDisabled], [['Reload keepalived'], true]);
    await letGo(release);
  });
});
