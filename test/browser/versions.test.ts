/**
 * The history of the files, and changes that go back by themselves, on a real server: without
 * JavaScript where a form suffices, with it where the page counts down.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { eventually } from '../lab/eventually.ts';
import { failoverConfiguration, virtualAddress } from '../lab/failover-configuration.ts';
import type { LabProcess } from '../lab/lab-process.ts';
import type { LabServer } from '../lab/lab-server.ts';
import { createTwoServers, type TwoServers } from '../lab/two-servers.ts';
import { assertAccessible, launchBrowser, logIn, openWindow, takePicture } from './browser.ts';

const livePath = '/etc/keepalived/keepalived.conf';
const good = failoverConfiguration('server1');
const first = `# first\n${good}`;
const second = `# second\n${good}`;

describe('versions and confirmed changes', () => {
  let servers: TwoServers;
  let server: LabServer;
  let wai: LabProcess;
  let browser: Browser;
  /** Without JavaScript, on a phone. */
  let plain: Page;
  let page: Page;
  let problems: string[];

  before(async () => {
    [servers, browser] = await Promise.all([createTwoServers(), launchBrowser()]);
    server = servers.server1;
    await server.writeFile(livePath, good);
    await server.startKeepalived();
    wai = await server.startWai();
    ({ page: plain } = await openWindow(browser, { javaScript: false, width: 360 }));
    ({ page, problems } = await openWindow(browser));
    await logIn(plain, server.waiUrl, servers.adminPassword);
    await logIn(page, server.waiUrl, servers.adminPassword);
    await eventually('the virtual address on server1', async () =>
      (await servers.addressHolders(virtualAddress)).includes('server1'),
    );
  });
  after(async () => {
    await browser.close();
    await servers.close();
  });

  const mainText = (of: Page) => of.locator('main').innerText();
  const open = (of: Page, path: string) => of.goto(`${server.waiUrl}/keepalived${path}`);
  const rowTexts = async (of: Page) => {
    await open(of, '/versions?file=live');
    return of.locator('.versions-table tbody tr').allInnerTexts();
  };
  const save = async (text: string, { comment = '', goBackSeconds = 0 } = {}) => {
    await open(plain, '/edit?file=live');
    await plain.locator('textarea').fill(text);
    await plain.getByLabel('Comment').fill(comment);
    if (goBackSeconds > 0) {
      await plain.getByLabel('Roll back automatically unless I confirm').check();
      await plain.getByLabel('within').fill(String(goBackSeconds));
    }
    await plain.getByRole('button', { name: 'Save', exact: true }).click();
  };

  test('two saves stand in the list: when, who, what for, and which is active', async () => {
    await save(first, { comment: 'before the night' });
    assert.match(await mainText(plain), /was saved/);
    await save(second);
    const rows = await rowTexts(plain);
    assert.match(rows[0] ?? '', /20\d\d-\d\d-\d\d .*Active now[^]*admin[^]*Live/);
    assert.match(rows[1] ?? '', /admin[^]*Edit Config Files: before the night[^]*Live/);
    assert.doesNotMatch(rows[1] ?? '', /Active now/);
    assert.match(rows.at(-1) ?? '', /outside of this page/);
    await open(page, '/versions');
    await assertAccessible(page);
    await takePicture(page, 'versions');
  });

  test('any two are compared, without a password', async () => {
    await open(page, '/versions?file=live');
    await page
      .getByRole('link', { name: /^Compare/ })
      .nth(1)
      .click();
    assert.match(await mainText(page), /-\s*# first[^]*\+\s*# second/);
    assert.doesNotMatch(await page.content(), /lab-only/);
    const boxes = await Promise.all(
      ['.removed', '.added'].map((line) => page.locator(`.side-by-side ${line}`).boundingBox()),
    );
    assert.equal(boxes[0]?.y, boxes[1]?.y, 'side by side');
    await assertAccessible(page);
    await takePicture(page, 'compare-versions');
    await page.getByLabel('Layout').selectOption('unified');
    await page.getByRole('button', { name: 'Compare' }).click();
    assert.match(await mainText(page), /-\s*# first[^]*\+\s*# second/);
    await assertAccessible(page);
  });

  test('an old version is restored, after a look at what changes', async () => {
    await rowTexts(plain);
    await plain
      .getByRole('link', { name: /^Restore/ })
      .first()
      .click();
    assert.match(await mainText(plain), /before the night[^]*-\s*# second[^]*\+\s*# first/);
    await plain.getByRole('button', { name: 'Restore this version' }).click();
    assert.match(await mainText(plain), /was saved\. keepalived is running with it/);
    assert.equal(await server.readFile(livePath), first);
    assert.match((await rowTexts(plain))[0] ?? '', /Active now[^]*Restored a version[^]*Live/);
  });

  test('what vim wrote is kept too', async () => {
    await server.writeFile(livePath, `# by vim\n${good}`);
    await eventually(
      'the version from outside',
      async () => (await rowTexts(plain))[0]?.includes('outside of this page'),
      { withinMs: 20_000 },
    );
    assert.match((await rowTexts(plain))[0] ?? '', /Active now[^]*Changed outside/);
  });

  test('a change is kept because somebody said so', async () => {
    await save(first, { goBackSeconds: 300 });
    await plain.waitForURL('**/keepalived/confirm');
    assert.match(
      await mainText(plain),
      /Keep this configuration\?[^]*is rolled back in (300|29\d) s/,
    );

    // Other saves wait, and say for what.
    await save(second);
    assert.match(await mainText(plain), /is still waiting for confirmation/);
    assert.equal(await server.readFile(livePath), first);

    await open(page, '');
    const left = page.locator('[data-seconds-left]');
    const words = await left.innerText();
    await eventually('the countdown', async () => (await left.innerText()) !== words);
    await assertAccessible(page);
    await page.getByRole('link', { name: 'Keep it or roll back' }).click();
    await assertAccessible(page);
    await takePicture(page, 'confirm');
    await page.getByRole('button', { name: 'Keep this configuration' }).click();
    await page.waitForURL('**/keepalived');
    assert.match(await mainText(page), /The configuration is kept/);
    assert.equal(await page.locator('[data-seconds-left]').count(), 0);
    assert.equal(await server.readFile(livePath), first);
  });

  test('a change goes back when it is asked to', async () => {
    await save(second, { goBackSeconds: 300 });
    await plain.getByRole('button', { name: 'Roll back now' }).click();
    assert.match(await mainText(plain), /Rolled back: the previous/);
    assert.equal(await server.readFile(livePath), first);
    assert.deepEqual(await servers.addressHolders(virtualAddress), ['server1']);
  });

  test('a restored version that waits, and the way back, with the keyboard alone', async () => {
    await open(page, '/versions?file=live');
    /** Tabs on until the focus is on a control with these words. */
    const tabTo = async (words: RegExp) => {
      for (let presses = 0; presses < 100; presses += 1) {
        await page.keyboard.press('Tab');
        const label = await page.evaluate<string>(
          "`${document.activeElement.textContent} ${document.activeElement.closest('label')?.textContent}`",
        );
        if (words.test(label)) return;
      }
      assert.fail(`the keyboard does not reach ${String(words)}`);
    };
    await tabTo(/^\s*Restore/);
    await page.keyboard.press('Enter');
    await page.waitForURL('**/restore?*');
    await tabTo(/Roll back automatically/);
    await page.keyboard.press('Space');
    await tabTo(/Restore this version/);
    await page.keyboard.press('Enter');
    await page.waitForURL('**/keepalived/confirm');
    assert.notEqual(await server.readFile(livePath), first);
    await tabTo(/Roll back now/);
    await page.keyboard.press('Enter');
    await page.waitForURL('**/keepalived');
    assert.match(await mainText(page), /Rolled back: the previous/);
    assert.equal(await server.readFile(livePath), first);
  });

  test('nothing broke the rules of the page', async () => {
    assert.deepEqual(problems, []);
    // It would report the restart.
    await page.close();
  });

  test('a restart does not forget it: with no answer, the file before comes back', async () => {
    await save(second, { goBackSeconds: 60 });
    await plain.waitForURL('**/keepalived/confirm');
    const deadlineMs = Date.now() + 60_000;
    await wai.stop();
    assert.equal(await server.readFile(livePath), second);
    // As if the program had been away until the deadline.
    const pendingPath = '/var/lib/keepalived-wai/history/pending-confirmation.jsonl';
    const pending = await server.readFile(pendingPath);
    const [, record = ''] = pending.split('\n');
    const { deadlineAtMs } = JSON.parse(record) as { deadlineAtMs: number };
    assert.ok(Math.abs(deadlineAtMs - deadlineMs) < 10_000);
    await server.writeFile(pendingPath, pending.replace(String(deadlineAtMs), '1'));
    wai = await server.startWai();
    assert.equal(await server.readFile(livePath), first);
    assert.deepEqual(await servers.addressHolders(virtualAddress), ['server1']);
    await logIn(plain, server.waiUrl, servers.adminPassword);
    assert.match(
      (await rowTexts(plain))[0] ?? '',
      /keepalived-wai[^]*Rolled back a change[^]*Live/,
    );
  });

  test('a program that is killed in the middle of a save settles it at its next start', async () => {
    // Nothing is at its other end: keepalived takes the file, and goes into FAULT.
    await server.run('ip', ['link', 'add', 'eth7', 'type', 'veth', 'peer', 'name', 'peer7']);
    const faulty = first.replace('advert_int 1', 'advert_int 1\n    track_interface {\n eth7\n }');
    await save(faulty);
    const accepted = plain.getByRole('button', { name: 'Apply anyway' }).click();
    const saved = accepted.catch(() => 'the program went away');
    const journalPath = '/var/lib/keepalived-wai/history/journal.jsonl';
    await eventually(
      'the proof',
      async () =>
        (await server.readFile(livePath)) === faulty &&
        (await server.readFile(journalPath)).includes('"proving"'),
      { everyMs: 5 },
    );
    await wai.stop('SIGKILL');
    await saved;
    assert.equal(await server.readFile(livePath), faulty);

    await server.startWai();
    assert.equal(await server.readFile(livePath), first);
    await eventually('the virtual address on server1', async () =>
      (await servers.addressHolders(virtualAddress)).includes('server1'),
    );
    await logIn(plain, server.waiUrl, servers.adminPassword);
    assert.match(
      await mainText(plain),
      /A change to \S+keepalived\.conf by admin from \S+ \(edit\)[^]*running again/,
    );
    assert.match((await rowTexts(plain))[0] ?? '', /admin[^]*Rolled back/);
  });
});
