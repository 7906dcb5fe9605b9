/**
 * The settings form on two real servers: values that the manual has one edit by hand, what is said
 * of them before they are saved, and what is seen afterwards. All of it without JavaScript.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { eventually } from '../lab/eventually.ts';
import { failoverConfiguration, virtualAddress } from '../lab/failover-configuration.ts';
import { createTwoServers, type TwoServers } from '../lab/two-servers.ts';
import { assertAccessible, launchBrowser, logIn, openWindow, takePicture } from './browser.ts';
import { assertReadable } from './readable.ts';

const configPath = '/etc/keepalived/keepalived.conf';
const secondAddress = '192.168.0.101';

describe('the settings form, on two servers', () => {
  let servers: TwoServers;
  let browser: Browser;
  let page1: Page;
  let page2: Page;

  before(async () => {
    [servers, browser] = await Promise.all([createTwoServers(), launchBrowser()]);
    const { server1, server2, adminPassword } = servers;
    for (const server of [server1, server2]) {
      const text = failoverConfiguration(server.name).replace('interval 2', 'interval 120 # slow');
      await server.writeFile(configPath, text);
      await server.startKeepalived();
    }
    await Promise.all([server1.startWai(), server2.startWai()]);
    const windows = [openWindow(browser, { javaScript: false }), openWindow(browser)] as const;
    [page1, page2] = (await Promise.all(windows)).map(({ page }) => page) as [Page, Page];
    await logIn(page1, server1.waiUrl, adminPassword);
    await logIn(page2, server2.waiUrl, adminPassword);
    await holdersBecome(virtualAddress, ['server1']);
  });
  after(async () => {
    await browser.close();
    await servers.close();
  });

  const holdersBecome = (address: string, names: string[]) =>
    eventually(`${address} on ${names.join(' and ')}`, async () => {
      const holders = await servers.addressHolders(address);
      return holders.join() === names.join();
    });
  const open = async (page: Page) => {
    const { server1, server2 } = servers;
    const url = page === page1 ? server1.waiUrl : server2.waiUrl;
    await page.goto(`${url}/keepalived`);
    await page.getByRole('button', { name: 'Settings' }).click();
    await page.getByRole('heading', { name: 'Settings' }).waitFor();
  };
  const save = (page: Page) => page.getByRole('button', { name: 'Save', exact: true }).click();
  const mainText = (page: Page) => page.locator('main').innerText();

  test('the form shows what the file says, and axe finds nothing', async () => {
    await open(page2);
    assert.match(await page2.title(), /^Settings/);
    assert.equal(await page2.getByLabel('Healthcheck interval (seconds)').inputValue(), '120');
    assert.equal(await page2.getByLabel('Virtual IPs').inputValue(), `${virtualAddress}/24`);
    assert.equal(await page2.getByLabel('Password').inputValue(), '');
    assert.doesNotMatch(await page2.content(), /lab-only/);
    // A box stands beside its words.
    const label = await page2.locator('label', { hasText: 'Do not preempt' }).boundingBox();
    assert.ok(label && label.height < 40, `${label?.height ?? 0} pixels high`);
    await assertAccessible(page2);
  });

  test('the healthcheck interval: previewed, saved, and nothing else changes', async () => {
    const old = await servers.server1.readFile(configPath);
    await open(page1);
    await page1.getByLabel('Healthcheck interval (seconds)').fill('30');
    await page1.getByRole('button', { name: 'Preview' }).click();
    const preview = await mainText(page1);
    assert.match(preview, /\+\s*interval 30 # slow/);
    assert.match(preview, /No virtual IP will move/);
    assert.equal(await servers.server1.readFile(configPath), old);

    await save(page1);
    assert.match(await mainText(page1), /keepalived is running with it/);
    const text = await servers.server1.readFile(configPath);
    assert.equal(text, old.replace('interval 120', 'interval 30'));
    assert.deepEqual(await servers.addressHolders(virtualAddress), ['server1']);
  });

  test('a wrong number is refused beside its field, and what was typed stays', async () => {
    const old = await servers.server1.readFile(configPath);
    await open(page1);
    await page1.getByLabel('Virtual Router ID').fill('256');
    await page1.getByLabel('Fall').fill('3');
    await save(page1);
    const field = page1.locator('.field', { has: page1.getByLabel('Virtual Router ID') });
    assert.match(await field.innerText(), /Error: Write a whole number from 1 to 255/);
    const [border, words] = await page1.evaluate<string[]>(
      `[
        getComputedStyle(document.querySelector('[aria-invalid]')).borderTopColor,
        getComputedStyle(document.querySelector('.field .error')).color,
      ]`,
    );
    assert.equal(border, words, 'its edge has the colour of the error');
    assert.equal(await page1.getByLabel('Virtual Router ID').inputValue(), '256');
    assert.equal(await page1.getByLabel('Fall').inputValue(), '3');
    assert.equal(await servers.server1.readFile(configPath), old);
  });

  test('two administrators: the second one’s save keeps what the first one changed', async (t) => {
    const { page: other, context } = await openWindow(browser);
    t.after(() => context.close());
    await logIn(other, servers.server1.waiUrl, servers.adminPassword);
    await open(page1);
    await other.goto(`${servers.server1.waiUrl}/keepalived/settings`);
    await other.getByLabel('Rise').fill('3');
    await save(other);
    await other.getByText(/keepalived is running with it/).waitFor();
    const theirs = await servers.server1.readFile(configPath);

    await page1.getByLabel('Fall').fill('4');
    await save(page1);
    const told = await mainText(page1);
    assert.match(told, /Not saved: someone changed the file after you opened it/);
    assert.match(told, /Rise was changed to 3\./);
    assert.equal(await page1.getByLabel('Rise').inputValue(), '3');
    assert.equal(await page1.getByLabel('Fall').inputValue(), '4');
    assert.equal(await servers.server1.readFile(configPath), theirs);
    await takePicture(page1, 'settings-conflict');

    await save(page1);
    assert.match(await mainText(page1), /keepalived is running with it/);
    const both = await servers.server1.readFile(configPath);
    assert.match(both, /rise 3/);
    assert.match(both, /fall 4/);
  });

  test('“$” is refused with a link to the editor', async () => {
    await open(page1);
    await page1.getByLabel('Priority').fill('$PRIORITY');
    await save(page1);
    assert.match(await mainText(page1), /“\$” starts a definition/);
    await page1.getByRole('link', { name: 'Change Priority in the editor' }).click();
    await page1.getByRole('heading', { name: 'Edit Config Files' }).waitFor();
  });

  test('what keepalived’s test says of a setting stands at its field, above the difference', async (t) => {
    const old = await servers.server1.readFile(configPath);
    const { page, context } = await openWindow(browser, { width: 360 });
    t.after(() => context.close());
    await logIn(page, servers.server1.waiUrl, servers.adminPassword);
    await page.goto(`${servers.server1.waiUrl}/keepalived/settings`);
    const addresses = page.getByLabel('Virtual IPs');
    await addresses.fill(`${virtualAddress}/24\n${secondAddress}/24 dev nosuch0`);
    for (const button of ['Preview', 'Save']) {
      await page.getByRole('button', { name: button, exact: true }).click();
      const link = page.locator('.findings').getByRole('link', { name: 'Virtual IPs' });
      await link.waitFor();
      const field = page.locator('.field', { has: addresses });
      assert.match(await field.innerText(), /Error: [^]*nosuch0/);
      assert.equal(await addresses.getAttribute('aria-invalid'), 'true');
      const [linkBox, difference] = [
        await link.boundingBox(),
        await page.getByRole('heading', { name: 'What will change in' }).boundingBox(),
      ];
      assert.ok(linkBox && difference && linkBox.y < difference.y);
      await assertAccessible(page);
      await takePicture(page, `settings-finding-${button.toLowerCase()}-360`);
      await assertReadable(page);
      await link.click();
      assert.match(page.url(), /#virtualAddresses$/);
    }
    assert.equal(await servers.server1.readFile(configPath), old);
  });

  test('a higher priority: foreseen, then seen', async () => {
    await open(page2);
    await page2.getByLabel('Priority').fill('150');
    await page2.getByRole('button', { name: 'Preview' }).click();
    assert.match(
      await mainText(page2),
      /This server will take 192\.168\.0\.100 from the peer in about 3\.4 s/,
    );
    await assertAccessible(page2);
    await save(page2);
    await page2.getByText(/This server has taken 192\.168\.0\.100 after \d\.\d s\./).waitFor();
    assert.deepEqual(await servers.addressHolders(virtualAddress), ['server2']);
  });

  test('a lower one gives it back', async () => {
    await open(page2);
    await page2.getByLabel('Priority').fill('100');
    await save(page2);
    await page2.getByText(/The peer has taken 192\.168\.0\.100 after \d\.\d s\./).waitFor();
    assert.deepEqual(await servers.addressHolders(virtualAddress), ['server1']);
  });

  test('a second address is not saved until its danger is accepted', async () => {
    const old = await servers.server1.readFile(configPath);
    await open(page1);
    await page1.getByLabel('Virtual IPs').fill(`${virtualAddress}/24\n${secondAddress}/24`);
    await save(page1);
    assert.match(await mainText(page1), /both will serve 192\.168\.0\.100 \(split brain\)/);
    assert.equal(await servers.server1.readFile(configPath), old);

    // As the danger advises.
    await servers.server2.stopKeepalived();
    await page1.getByRole('button', { name: 'Apply anyway' }).click();
    await page1.getByText(/keepalived is running with it/).waitFor();
    assert.deepEqual(await servers.addressHolders(secondAddress), ['server1']);
    await open(page2);
    await page2.getByLabel('Virtual IPs').fill(`${virtualAddress}/24\n${secondAddress}/24`);
    await save(page2);
    await page2.getByText(/keepalived is stopped\. It reads the file/).waitFor();
    await servers.server2.startKeepalived();
    await page2.waitForTimeout(5_000);
    assert.deepEqual(await servers.addressHolders(virtualAddress), ['server1']);
    assert.deepEqual(await servers.addressHolders(secondAddress), ['server1']);
  });

  for (const colorScheme of ['light', 'dark'] as const) {
    test(`fits narrow and wide windows, ${colorScheme}, with an error and with a danger`, async (t) => {
      const { page, context, problems } = await openWindow(browser, { colorScheme });
      t.after(() => context.close());
      const see = async (what: string) => {
        await assertAccessible(page);
        for (const width of [1280, 360]) {
          await page.setViewportSize({ width, height: 900 });
          await takePicture(page, `settings-${what}-${width}-${colorScheme}`);
          await assertReadable(page);
        }
      };
      await logIn(page, servers.server1.waiUrl, servers.adminPassword);
      await page.goto(`${servers.server1.waiUrl}/keepalived/settings`);
      await page.getByLabel('Fall').fill('0');
      await page.getByRole('button', { name: 'Preview' }).click();
      await page.getByText(/Error: Write a whole number/).waitFor();
      await see('error');
      await page.getByLabel('Fall').fill('2');
      await page.getByLabel('Password').fill('another1');
      await save(page);
      await page.getByRole('button', { name: 'Apply anyway' }).waitFor();
      await see('danger');
      // The way back to Save, and what was typed is still there.
      await page.getByRole('button', { name: 'Preview' }).click();
      await page.getByRole('button', { name: 'Save', exact: true }).waitFor();
      assert.equal(await page.getByLabel('Password').inputValue(), 'another1');
      assert.deepEqual(
        problems.filter((problem) => !/status of (409|422)/.test(problem)),
        [],
      );
    });
  }
});
