/** The Debug page on two real servers: an examination, live, and what is left of it. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { eventually } from '../lab/eventually.ts';
import { failoverConfiguration, virtualAddress } from '../lab/failover-configuration.ts';
import type { LabServer } from '../lab/lab-server.ts';
import { createTwoServers, type TwoServers } from '../lab/two-servers.ts';
import { assertAccessible, launchBrowser, logIn, openWindow, takePicture } from './browser.ts';
import { assertReadable } from './readable.ts';

/** An examination of 10 s, and what a busy machine adds. */
const examinedMs = 90_000;

describe('the Debug page, on two servers', () => {
  let servers: TwoServers;
  let browser: Browser;
  let page: Page;
  let problems: string[];

  before(async () => {
    [servers, browser] = await Promise.all([createTwoServers(), launchBrowser()]);
    const { server1, server2 } = servers;
    const furnish = async (server: LabServer) => {
      await server.writeFile('/etc/keepalived/keepalived.conf', failoverConfiguration(server.name));
      await server.startKeepalived();
      await server.startWai();
    };
    await Promise.all([furnish(server1), furnish(server2)]);
    // The election is over, so that nobody but server1 advertises any more.
    await eventually(
      'server1 alone has the address',
      async () => (await servers.addressHolders(virtualAddress)).join() === 'server1',
    );
    ({ page, problems } = await openWindow(browser));
    await logIn(page, server1.waiUrl, servers.adminPassword);
  });
  after(async () => {
    await browser.close();
    await servers.close();
  });

  const headline = () => page.locator('.headline').innerText();
  const examine = async (button: string) => {
    await page.getByRole('button', { name: button }).click();
    await page.waitForURL('**/debug');
  };
  const seeHeadline = (words: RegExp) =>
    eventually(String(words), async () => words.test(await headline()), { withinMs: examinedMs });
  const countTcpdumps = async (server: LabServer) => {
    const { stdout } = await server.run('pgrep', ['-c', '-x', 'tcpdump'], { allowFailure: true });
    return Number(stdout);
  };

  test('a healthy pair: progress, then nothing wrong, and who advertises what', async () => {
    await page.getByRole('link', { name: 'Debug', exact: true }).click();
    await page.waitForURL('**/debug');
    assert.match(await headline(), /Not checked yet/);
    await examine('Check now');
    await page.getByText(/Listening on eth0: \d+ of 10 s/).waitFor();
    await page.getByRole('cell', { name: /192\.168\.0\.10 this server/ }).waitFor();
    await seeHeadline(/Good: No problem found/);
    assert.equal(await page.locator('.check.tone-bad, .check.tone-warn').count(), 0);
    const row = await page.getByRole('row', { name: /this server/ }).innerText();
    assert.match(row, /51.*101.*1 s.*192\.168\.0\.100.*PASS, our password/s);
    assert.deepEqual(problems, []);
    await takePicture(page, 'server1-9-debug', { ofManual: true });
  });

  test('the report as text and the capture, without a password in the report', async () => {
    const report = await page.request.get(`${servers.server1.waiUrl}/debug/report.txt`);
    const text = await report.text();
    assert.match(text, /^Debug report of server1, /);
    assert.match(text, /\[Cannot tell\] .*Kind of authentication.*: No other server advertised/);
    assert.match(text, /VRID 51 on eth0: 192\.168\.0\.10 \(.*this server\) priority 101/);
    assert.doesNotMatch(text + (await page.content()), /lab-only/);
    const capture = await page.request.get(
      `${servers.server1.waiUrl}/debug/capture?interface=eth0`,
    );
    assert.equal(capture.headers()['content-type'], 'application/vnd.tcpdump.pcap');
    assert.equal((await capture.body()).readUInt32LE(0), 0xa1b2c3d4);
    const absent = await page.request.get(
      `${servers.server1.waiUrl}/debug/capture?interface=../etc`,
    );
    assert.equal(absent.status(), 404);
  });

  test('a firewall that drops: named first, mended with its button, and restored', async () => {
    const { server1 } = servers;
    await server1.run('nft', ['-f', '-'], {
      input:
        'table inet guard {\n chain input {\n type filter hook input priority 0; policy accept;\n ip protocol 112 drop\n }\n}\n',
    });
    await examine('Check now');
    await seeHeadline(/Wrong: This server’s firewall drops incoming protocol 112/);
    assert.equal(
      await page.locator('[data-check]').first().getAttribute('data-check'),
      'firewall-in',
    );
    await eventually(
      'the end of the examination',
      async () => (await page.getByText(/^Checked/).count()) > 0,
      { withinMs: examinedMs },
    );
    await page.getByRole('button', { name: 'Add this rule' }).click();
    await page.waitForURL('**/debug');
    await page.getByText('The firewall now lets').waitFor();
    await seeHeadline(/Good: No problem found/);
    const ruleset = async () => (await server1.run('nft', ['list', 'ruleset'])).stdout;
    assert.match(await ruleset(), /comment "keepalived-wai"/);
    await page
      .getByRole('region', { name: 'Rules that this program added to the firewall' })
      .getByRole('button', { name: 'Remove this rule' })
      .click();
    await page.waitForURL('**/debug');
    await page.getByText('The rule was removed.').waitFor();
    assert.doesNotMatch(await ruleset(), /comment "keepalived-wai"/);
    await server1.run('nft', ['delete', 'table', 'inet', 'guard']);
  });

  test('listening ends with the browser, and no tcpdump is left', async () => {
    const { server2 } = servers;
    const window = await openWindow(browser);
    await logIn(window.page, server2.waiUrl, servers.adminPassword);
    await window.page.goto(`${server2.waiUrl}/debug`);
    await window.page.getByRole('button', { name: 'Listen for a minute' }).click();
    await window.page.getByText(/Listening on eth0: \d+ of 60 s/).waitFor();
    await eventually('a tcpdump', async () => (await countTcpdumps(server2)) === 1);
    await window.context.close();
    await eventually('no tcpdump', async () => (await countTcpdumps(server2)) === 0, {
      withinMs: 40_000,
    });
  });

  test('fits narrow and wide windows, dark, and is accessible', async () => {
    for (const [width, colorScheme] of [
      [360, 'light'],
      [1280, 'light'],
      [360, 'dark'],
    ] as const) {
      const window = await openWindow(browser, { width, colorScheme });
      await logIn(window.page, servers.server1.waiUrl, servers.adminPassword);
      await window.page.goto(`${servers.server1.waiUrl}/debug`);
      await assertAccessible(window.page);
      await takePicture(window.page, `debug-${width}-${colorScheme}`);
      await assertReadable(window.page);
      await window.context.close();
    }
  });

  test('works without JavaScript: the page comes again by itself', async () => {
    const window = await openWindow(browser, { javaScript: false });
    await logIn(window.page, servers.server1.waiUrl, servers.adminPassword);
    await window.page.goto(`${servers.server1.waiUrl}/debug`);
    // The one that a firewall change began may go on: no other begins beside it.
    await window.page.getByText(/^Checked/).waitFor({ timeout: examinedMs });
    await window.page.getByRole('button', { name: 'Check now' }).click();
    await window.page.getByText(/Listening on eth0/).waitFor();
    await window.page.getByText(/^Checked/).waitFor({ timeout: examinedMs });
    await window.context.close();
  });
});
