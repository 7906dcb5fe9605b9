/**
 * The first manual, word for word, on two real servers: "Configure the master system", "Configure
 * the backup system", "Start keepalived on system bootup", and what it promises of a failover.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { eventually } from '../lab/eventually.ts';
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

const virtualAddress = '192.168.0.100';

describe('the manual, on two servers', () => {
  let servers: TwoServers;
  let browser: Browser;
  let page1: Page;
  let page2: Page;
  let problems: () => string[];

  before(async () => {
    [servers, browser] = await Promise.all([createTwoServers(), launchBrowser()]);
    await Promise.all([servers.server1.startWai(), servers.server2.startWai()]);
    const [window1, window2] = await Promise.all([openWindow(browser), openWindow(browser)]);
    page1 = window1.page;
    page2 = window2.page;
    problems = () => [...window1.problems, ...window2.problems];
  });
  after(async () => {
    await browser.close();
    await servers.close();
  });

  /** Steps 1 to 6 of each half of the manual. */
  async function configure(page: Page, server: LabServer, role: 'Master' | 'Backup') {
    const picture = (name: string) =>
      takePicture(page, `${server.name}-${name}`, { ofManual: true });

    await logIn(page, server.waiUrl, servers.adminPassword);
    await page.getByRole('link', { name: 'Keepalived', exact: true }).click();
    assert.equal(await page.title().then((title) => title.includes('Keepalived')), true);
    assert.match(await page.locator('body').innerText(), new RegExp(server.name));
    await assertAccessible(page);
    await picture('1-keepalived-empty');
    await page.setViewportSize({ width: 360, height: 900 });
    await assertReadable(page);
    await page.setViewportSize({ width: 1280, height: 900 });

    await page.getByRole('button', { name: `Set Default ${role}` }).click();
    await assertAccessible(page);
    await picture('2-set-default');
    await page.getByRole('button', { name: `Set Default ${role}` }).click();
    await assertAccessible(page);
    await picture('3-confirmation');
    await page.getByRole('link', { name: 'Return to Keepalived' }).click();

    await page.getByRole('button', { name: 'Edit Config Files' }).click();
    const editor = page.locator('textarea');
    const text = await editor.inputValue();
    assert.match(text, /virtual_ipaddress/);
    await editor.fill(text.replace(/(virtual_ipaddress\s*\{\s*)\S+/, `$1${virtualAddress}/24`));
    await picture('4-edit');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText(/saved/i).first().waitFor();
    await assertAccessible(page);
    await picture('5-saved');

    await page.getByRole('link', { name: 'Keepalived', exact: true }).click();
    assert.match(await readStatusRow(page, 'Virtual IP'), /192\.168\.0\.100/);
    await expectStatusRow(page, 'Healthcheck Status', /^Connection OK/, 10_000);

    await page.getByRole('button', { name: 'Start keepalived' }).click();
  }

  test('Configure the master system', async () => {
    await configure(page1, servers.server1, 'Master');
    await expectStatusRow(page1, 'Current State', /^Active/, 10_000);
    assert.match(await readStatusRow(page1, 'Configuration State'), /^MASTER/);
    assert.match(await readStatusRow(page1, 'Serving on Virtual IP'), /^Yes/);
    assert.match(await readStatusRow(page1, 'keepalived process'), /^Running/);
    assert.match(await readStatusRow(page1, 'Priority'), /101/);
    assert.match(await readStatusRow(page1, 'Virtual Router ID'), /^51/);
    assert.match(await readStatusRow(page1, 'Interface'), /^eth0/);
    await assertAccessible(page1);
    await takePicture(page1, 'server1-6-active', { ofManual: true });
  });

  test('Configure the backup system', async () => {
    await configure(page2, servers.server2, 'Backup');
    await expectStatusRow(page2, 'Current State', /^Standby/, 10_000);
    assert.match(await readStatusRow(page2, 'Configuration State'), /^BACKUP/);
    assert.match(await readStatusRow(page2, 'Serving on Virtual IP'), /^No/);
    await takePicture(page2, 'server2-6-standby', { ofManual: true });
  });

  test('the virtual IP answers, served by server1', async () => {
    const url = `http://${virtualAddress}:8080/healthcheck`;
    const answer = await servers.fetchFrom('client', url);
    assert.equal(answer?.status, 200);
    assert.match(answer.body, /server1/);
    assert.deepEqual(await servers.addressHolders(virtualAddress), ['server1']);
  });

  test('Stop keepalived on server1: within 5 s server2 is Active and answers', async () => {
    await page1.getByRole('button', { name: 'Stop keepalived' }).click();
    await expectStatusRow(page2, 'Current State', /^Active/, 5_000);
    const answer = await servers.fetchFrom('client', `http://${virtualAddress}:8080/healthcheck`);
    assert.match(answer?.body ?? '', /server2/);
    assert.match(await readStatusRow(page1, 'Current State'), /^Stopped/);
    assert.match(await readStatusRow(page1, 'keepalived process'), /^Stopped/);
  });

  test('Start keepalived on server1: it takes the address back', async () => {
    await page1.getByRole('button', { name: 'Start keepalived' }).click();
    await expectStatusRow(page1, 'Current State', /^Active/, 10_000);
    await expectStatusRow(page2, 'Current State', /^Standby/, 5_000);
    const answer = await servers.fetchFrom('client', `http://${virtualAddress}:8080/healthcheck`);
    assert.match(answer?.body ?? '', /server1/);
  });

  test('Reload keepalived: nothing is lost', async () => {
    await page1.getByRole('button', { name: 'Reload keepalived' }).click();
    await page1
      .getByText(/reloaded/)
      .first()
      .waitFor();
    assert.deepEqual(await servers.addressHolders(virtualAddress), ['server1']);
  });

  test('View Log shows what happened', async () => {
    await page2.getByRole('button', { name: 'View Log' }).click();
    await page2.waitForURL(/\/logs/);
    await eventually('the failover in the log of server2', async () => {
      await page2.reload();
      return (await page2.locator('main').innerText()).includes('Entering MASTER STATE');
    });
    await assertAccessible(page2);
    await takePicture(page2, 'server2-7-log', { ofManual: true });
    await page2.getByLabel('Filter').fill('BACKUP STATE');
    await page2.getByLabel('Filter').press('Enter');
    // The page before has the words too, and a download that begins on it would end with it.
    await page2.waitForURL(/filter=BACKUP/);
    await page2.getByText('Entering BACKUP STATE').first().waitFor();
    assert.doesNotMatch(await page2.locator('main').innerText(), /Entering MASTER STATE/);
    const download = page2.waitForEvent('download');
    await page2.getByRole('link', { name: /Download/ }).click();
    const file = await download;
    assert.match(file.suggestedFilename(), /\.(log|txt)$/, `${file.url()} ${await file.failure()}`);
  });

  test('Start On Boot and Disable On Boot change what the boot tool says', async () => {
    const { server1 } = servers;
    const isEnabled = async () =>
      (
        await server1.run('systemctl', ['is-enabled', 'keepalived'], { allowFailure: true })
      ).stdout.trim();
    await page1.getByRole('link', { name: 'Bootup and Shutdown' }).click();
    await assertAccessible(page1);
    await page1.getByRole('checkbox', { name: 'keepalived' }).check();
    await page1.getByRole('button', { name: 'Start On Boot', exact: true }).click();
    await page1
      .getByText(/will start at boot/)
      .first()
      .waitFor();
    assert.equal(await isEnabled(), 'enabled');
    await takePicture(page1, 'server1-8-boot', { ofManual: true });
    await page1.goto(`${server1.waiUrl}/keepalived`);
    assert.match(await readStatusRow(page1, 'Start On Boot'), /^Yes/);

    await page1.getByRole('link', { name: 'Bootup and Shutdown' }).click();
    await page1.getByRole('checkbox', { name: 'keepalived' }).check();
    await page1.getByRole('button', { name: 'Disable On Boot', exact: true }).click();
    await page1
      .getByText(/will not start at boot/)
      .first()
      .waitFor();
    assert.equal(await isEnabled(), 'disabled');
  });

  test('no script failed and no content security policy was broken', () => {
    assert.deepEqual(problems(), []);
  });
});
