/**
 * The Keepalived page while it is open, on two real servers: what happens is seen in place, without
 * a reload, heard, and on the tab; and when the page is out of touch it says so.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { eventually } from '../lab/eventually.ts';
import { failoverConfiguration, virtualAddress } from '../lab/failover-configuration.ts';
import type { LabProcess } from '../lab/lab-process.ts';
import type { LabServer } from '../lab/lab-server.ts';
import { createTwoServers, type TwoServers } from '../lab/two-servers.ts';
import {
  assertAccessible,
  expectStatusRow,
  launchBrowser,
  logIn,
  openWindow,
  readStatusRow,
  takePicture,
} from './browser.ts';
import { assertReadable } from './readable.ts';

/** Marks this very document, to tell later whether it is still there. */
async function mark(page: Page): Promise<() => Promise<boolean>> {
  await page.evaluate("document.body.dataset.mark = 'here'");
  return () => page.evaluate<boolean>("document.body.dataset.mark === 'here'");
}

const iconOf = (page: Page) => page.locator('link[rel="icon"]').getAttribute('href');
const heard = (page: Page) => page.locator('#live-announcer').textContent();

describe('the live page, on two servers', () => {
  let servers: TwoServers;
  let browser: Browser;
  let wai1: LabProcess;
  let page1: Page;
  let page2: Page;
  let plainPage: Page;
  let problems: () => string[];
  let plainVisits = 0;

  before(async () => {
    [servers, browser] = await Promise.all([createTwoServers(), launchBrowser()]);
    const { server1, server2, adminPassword } = servers;
    const furnish = async (server: LabServer) => {
      await server.writeFile('/etc/keepalived/keepalived.conf', failoverConfiguration(server.name));
      await server.startKeepalived();
      return server.startWai();
    };
    [wai1] = await Promise.all([furnish(server1), furnish(server2)]);
    const [window1, window2, plain] = await Promise.all([
      openWindow(browser),
      openWindow(browser),
      openWindow(browser, { javaScript: false }),
    ]);
    ({ page: page1 } = window1);
    ({ page: page2 } = window2);
    ({ page: plainPage } = plain);
    problems = () => [...window1.problems, ...window2.problems];
    await Promise.all([
      logIn(page1, server1.waiUrl, adminPassword),
      logIn(page2, server2.waiUrl, adminPassword),
      logIn(plainPage, server2.waiUrl, adminPassword),
    ]);
    plainPage.on('request', () => (plainVisits += 1));
    await expectStatusRow(page1, 'Current State', /^Active/, 15_000);
    await expectStatusRow(page2, 'Current State', /^Standby/);
  });
  after(async () => {
    await browser.close();
    await servers.close();
  });

  test('the tab says what the page says', async () => {
    // The servers of the lab start nothing at boot, and green means that nothing needs you.
    // Right after the start of both, each may have heard the other as master.
    await eventually(
      'the tab of the active server',
      async () => (await page1.title()) === '! Active - server1 - Keepalived',
      { withinMs: 60_000 },
    );
    assert.equal(await page2.title(), '! Standby - server2 - Keepalived');
    assert.equal(await iconOf(page2), '/public/icons/state-warning.svg');
    await assertAccessible(page1);
  });

  test('the standby says who serves, and how long ago it was heard', async () => {
    const { address } = servers.server1;
    const words = `${address} serves it \\(priority 101\\), heard within the last (?:\\d|1\\d) s`;
    const sentence = page2.locator('.headline').first();
    // keepalived names the address every 30 s.
    await eventually(
      'the master by name',
      async () => new RegExp(words).test(await sentence.innerText()),
      { withinMs: 90_000 },
    );
    const answer = await page2.request.get(`${servers.server2.waiUrl}/api/v1/status`);
    const { instances } = (await answer.json()) as {
      instances: { servingMaster: Record<string, unknown> | null }[];
    };
    const master = instances[0]?.servingMaster;
    assert.deepEqual([master?.['address'], master?.['priority']], [address, 101]);
    assert.equal(typeof master?.['heardWithinMs'], 'number');
  });

  test('can be read on a phone', async () => {
    await plainPage.setViewportSize({ width: 360, height: 900 });
    await assertReadable(plainPage);
    await takePicture(plainPage, 'status-360');
  });

  test('a failover is seen on both pages, heard, on the tab, and takes no focus', async () => {
    const marks = await Promise.all([mark(page1), mark(page2)]);
    const button = page2.getByRole('button', { name: 'Reload keepalived' });
    await button.focus();
    await servers.server1.stopKeepalived();

    await expectStatusRow(page2, 'Current State', /^Active/, 5_000);
    await expectStatusRow(page2, 'Serving on Virtual IP', /^Yes/);
    assert.equal(await page2.title(), '! Active - server2 - Keepalived');
    assert.equal(await iconOf(page2), '/public/icons/state-warning.svg');
    assert.match((await heard(page2)) ?? '', /server2: VI_1 is now Active/);
    assert.equal(await page2.evaluate('document.activeElement.textContent'), 'Reload keepalived');
    // One zone on the whole page, the server's: the browser's is nine hours off.
    const news = await page2.locator('#last-news').innerText();
    const [, newsClock = '', newsZone] = /^Last change seen at ([\d:]+) (\S+)\.$/.exec(news) ?? [];
    const transition = await readStatusRow(page2, 'Last transition');
    const [, day, clock, zone] = /^(\S+) ([\d:]+) (\S+)/.exec(transition) ?? [];
    assert.equal(newsZone, zone, `${news} ${transition}`);
    const msOf = (time: string | undefined) => Date.parse(`${day}T${time}Z`);
    const apartMs = Math.abs(msOf(newsClock) - msOf(clock)) % 86_400_000;
    assert.ok(Math.min(apartMs, 86_400_000 - apartMs) < 3_600_000, `${news} ${transition}`);

    await expectStatusRow(page1, 'Current State', /^Stopped/);
    await expectStatusRow(page1, 'keepalived process', /^Stopped/);
    assert.match(await page1.title(), /^■ Stopped - server1/);
    for (const isStillThere of marks) assert.equal(await isStillThere(), true, 'no reload');
    await assertAccessible(page2);
  });

  test('the forms of a page that has changed still work', async () => {
    await page1.getByRole('button', { name: 'Start keepalived' }).click();
    await page1
      .getByText(/started/)
      .first()
      .waitFor();
    await expectStatusRow(page1, 'Current State', /^Active/);
    await expectStatusRow(page2, 'Current State', /^Standby/);
    assert.match((await heard(page2)) ?? '', /server2: VI_1 is now Standby/);
  });

  test('an address that comes behind keepalived’s back is an alarm, until it goes', async () => {
    const isStillThere = await mark(page2);
    const change = (what: 'add' | 'del') =>
      servers.server2.run('ip', ['address', what, `${virtualAddress}/24`, 'dev', 'eth0']);
    await change('add');
    await expectStatusRow(page2, 'Current State', /192\.168\.0\.100 is still on eth0/, 5_000);
    assert.match(await page2.title(), /^▲ Alarm - server2/);
    assert.equal(await iconOf(page2), '/public/icons/state-alarm.svg');
    assert.match((await heard(page2)) ?? '', /server2: VI_1 is now Alarm: keepalived says BACKUP/);
    await change('del');
    await expectStatusRow(page2, 'Current State', /^Standby/, 5_000);
    assert.equal(await isStillThere(), true);
  });

  test('time goes by in the words', async () => {
    const age = page1.locator('#evidence-age');
    const seen = new Set<string>();
    await eventually('two ages', async () => seen.add(await age.innerText()).size > 1);
    for (const words of seen) assert.match(words, /^\d+ s$/);
  });

  test('a server that falls silent is noticed, and so is its return', async () => {
    const { server1 } = servers;
    // Nothing is refused, nothing is closed: it is as if somebody had pulled a cable.
    const answers = (rule: '--append' | '--delete') =>
      server1.run('iptables', [
        rule,
        'OUTPUT',
        '--protocol',
        'tcp',
        '--sport',
        '9443',
        '--jump',
        'DROP',
      ]);
    await answers('--append');
    const notice = page1.getByText(
      /Connection to this page lost since \d+ s; what is shown may be old/,
    );
    await notice.waitFor({ timeout: 25_000 });
    assert.equal(await page1.title(), '? Connection lost - server1 - Keepalived');
    assert.match((await iconOf(page1)) ?? '', /\/public\/icons\/state-unknown\.svg$/);
    assert.match((await heard(page1)) ?? '', /connection to this page is lost/);
    await takePicture(page1, 'live-connection-lost');
    await assertAccessible(page1);

    await answers('--delete');
    await notice.waitFor({ state: 'detached', timeout: 30_000 });
    assert.equal(await page1.title(), '! Active - server1 - Keepalived');
    await expectStatusRow(page1, 'Current State', /^Active/);
  });

  test('a page whose program ended says so at once, and leads to a new login when it is back', async () => {
    const { server1, adminPassword } = servers;
    assert.deepEqual(problems(), [], 'no script failed, no content security policy was broken');
    await wai1.stop();
    await page1.getByText(/Connection to this page lost since/).waitFor({ timeout: 15_000 });
    wai1 = await server1.startWai();
    // Sessions end with the program.
    await page1.getByText(/You are logged out: reload this page to log in/).waitFor();
    await page1.reload();
    await page1.waitForURL('**/login?next=*');
    await page1.getByLabel('Username').fill('admin');
    await page1.getByLabel('Password').fill(adminPassword);
    await page1.getByRole('button', { name: 'Log in' }).click();
    await page1.waitForURL('**/keepalived');
    await expectStatusRow(page1, 'Current State', /^Active/);
  });

  test('logging out in another window ends the stream of this one', async () => {
    const other = await page2.context().newPage();
    await other.goto(`${servers.server2.waiUrl}/keepalived`);
    await other.getByRole('button', { name: 'Log out' }).click();
    await other.waitForURL('**/login');
    await page2.getByText(/You are logged out: reload this page to log in/).waitFor();
    await other.close();
  });

  test('without JavaScript the page refreshes itself', async () => {
    await eventually('a refresh', () => plainVisits > 0, { withinMs: 30_000 });
    await expectStatusRow(plainPage, 'Current State', /^Standby/);
  });
});
