/**
 * The log page on a real server with a real log daemon: what is said of a line, what is written into
 * it by strangers, and the lines that come while one looks on, through a rotation.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { eventually } from '../lab/eventually.ts';
import { failoverConfiguration } from '../lab/failover-configuration.ts';
import type { LabServer } from '../lab/lab-server.ts';
import { createTwoServers, type TwoServers } from '../lab/two-servers.ts';
import { assertAccessible, launchBrowser, logIn, openWindow, takePicture } from './browser.ts';

const logPath = '/var/log/messages';
const markup = '<img src=x onerror="document.title=`hacked`"><script>document.title=1</script>';

describe('the log page, on a server', () => {
  let servers: TwoServers;
  let server: LabServer;
  let browser: Browser;
  let page: Page;
  let problems: string[];

  /** Logs as keepalived would; what is forged arrives as a line of the daemon, too. */
  const say = (message: string) =>
    server.run('logger', ['--socket', '/dev/log', '--tag', 'Keepalived_vrrp', '--id=77', message]);
  const rows = () => page.locator('.log-table tbody tr');
  const newestText = () => rows().first().locator('.text').innerText();
  const textsOfRows = () => rows().locator('.text').allInnerTexts();
  /** On top, or below what a busy keepalived has logged of its script. */
  const sees = (text: string) =>
    eventually(`“${text}” among the newest`, async () =>
      (await textsOfRows()).slice(0, 4).includes(text),
    );

  before(async () => {
    [servers, browser] = await Promise.all([createTwoServers(), launchBrowser()]);
    server = servers.server1;
    await server.writeFile('/etc/keepalived/keepalived.conf', failoverConfiguration('server1'));
    await server.startKeepalived();
    await server.startWai();
    ({ page, problems } = await openWindow(browser));
    await logIn(page, server.waiUrl, servers.adminPassword);
    await eventually('the master in the log', async () =>
      (await server.readFile(logPath)).includes('Entering MASTER STATE'),
    );
    await page.goto(`${server.waiUrl}/logs`);
  });
  after(async () => {
    await browser.close();
    await servers.close();
  });

  test('a line that is known is explained, by mouse and by keyboard; our own are hidden', async () => {
    const known = rows().filter({ hasText: 'Entering MASTER STATE' }).first();
    assert.match(await known.locator('summary').innerText(), /Became master/);
    assert.equal(await known.getByText('The instance changed its state.').isVisible(), false);
    await known.locator('summary').focus();
    await page.keyboard.press('Enter');
    assert.equal(await known.getByText('The instance changed its state.').isVisible(), true);
    assert.match(await server.readFile(logPath), /Printing VRRP as json/);
    assert.doesNotMatch(await page.locator('main').innerText(), /Printing VRRP/);
    await assertAccessible(page);
    await takePicture(page, 'log-page');
  });

  test('new lines come by themselves; markup, control characters and forged lines are text', async () => {
    await say(markup);
    await sees(markup);
    await say('(VI_1) received an invalid passwd!');
    await sees('(VI_1) received an invalid passwd!');
    const alarm = rows().filter({ hasText: 'received an invalid passwd!' }).first();
    assert.match(await alarm.locator('summary').innerText(), /Error/);
    await alarm.locator('summary').click();
    assert.match(await alarm.innerText(), /What to do: Write the same auth_pass/);

    await server.run('sh', [
      '-c',
      `printf 'Nov 24 13:00:01 h Keepalived[1]: \\033[2Jone \\r two\\377\\n' >>${logPath}`,
    ]);
    await sees('\\x1b[2Jone \\x0d two\ufffd');
    await server.run('sh', [
      '-c',
      `printf 'Nov 24 13:00:02 h cron[1]: Keepalived[1]: forged\\nKeepalived[1]: forged\\n' >>${logPath}`,
    ]);
    await say('after the forged lines');
    await sees('after the forged lines');
    assert.deepEqual(
      (await textsOfRows()).filter((text) => text.endsWith('forged')),
      [],
    );
    assert.match(await page.title(), /^Keepalived Log/);

    // The same from the server's template.
    await page.reload();
    assert.match(await page.locator('main').innerText(), /<img src=x onerror=/);
    assert.match(await page.title(), /^Keepalived Log/);
    assert.equal(await page.locator('main img, main script').count(), 0);
    assert.deepEqual(problems, []);
  });

  test('paused, the page stays as it is; then it catches up', async () => {
    await page.getByRole('button', { name: 'Pause' }).click();
    const shown = await newestText();
    await say('while paused');
    // keepalived may have said something, too.
    await page.getByText(/Paused\. New lines: [1-9]/).waitFor();
    assert.equal(await newestText(), shown);
    await page.getByRole('button', { name: 'Follow' }).click();
    await sees('while paused');
  });

  test('no line is lost when the log is renamed, or copied and truncated', async () => {
    await say('before the rotation');
    await server.run('sh', [
      '-c',
      `mv ${logPath} ${logPath}.1 && echo 'Nov 24 13:00:03 h Keepalived[1]: in the new file' >${logPath}`,
    ]);
    await sees('in the new file');
    await server.run('sh', [
      '-c',
      `echo 'Nov 24 13:00:04 h Keepalived[1]: last before' >>${logPath}
       cp ${logPath} ${logPath}.2; mv ${logPath}.1 ${logPath}.3; mv ${logPath}.2 ${logPath}.1
       gzip ${logPath}.3
       : >${logPath}
       for i in 1 2 3 4 5 6 7 8 9; do echo "Nov 24 13:00:05 h Keepalived[1]: after $i"; done >>${logPath}`,
    ]);
    await sees('after 9');
    const ours = /^(?:after \d|last before|in the new file|before the rotation)$/;
    const texts = (await textsOfRows()).filter((text) => ours.test(text));
    assert.deepEqual(texts.slice(0, 12), [
      ...[9, 8, 7, 6, 5, 4, 3, 2, 1].map((number) => `after ${number}`),
      'last before',
      'in the new file',
      'before the rotation',
    ]);
  });

  test('filters, and older lines out of the rotated files, without JavaScript', async () => {
    const { page: plain, context } = await openWindow(browser, { javaScript: false, width: 360 });
    await logIn(plain, server.waiUrl, servers.adminPassword);
    await plain.goto(`${server.waiUrl}/logs`);
    await plain.getByLabel('About').selectOption('Transitions');
    await plain.getByLabel('Filter').fill('entering');
    await plain.getByRole('button', { name: 'Show' }).click();
    await plain.waitForURL(/kind=transition/);
    const texts = await plain.locator('.log-table .text').allInnerTexts();
    assert.ok(
      texts.length > 0 && texts.every((text) => text.includes('Entering')),
      texts.join('\n'),
    );
    await plain.getByLabel('From').fill('2001-01-01T00:00:00');
    await plain.getByLabel('To', { exact: true }).fill('2001-01-01T00:00:01');
    await plain.getByRole('button', { name: 'Show' }).click();
    await plain.getByText(/has no line of keepalived/).waitFor();

    await plain.goto(`${server.waiUrl}/logs?lines=50`);
    await server.run('sh', [
      '-c',
      `for i in $(seq 60); do echo "Nov 24 13:00:06 h Keepalived[1]: many $i"; done >>${logPath}`,
    ]);
    await plain.reload();
    await plain.getByRole('link', { name: 'Older lines' }).click();
    await plain.waitForURL(/before=/);
    const older = await plain.locator('.log-table .text').allInnerTexts();
    assert.equal(older[0], 'many 10');
    assert.ok(older.includes('before the rotation'), older.join('\n'));
    assert.equal((await plain.goto(`${server.waiUrl}/logs?before=nonsense`))?.status(), 404);
    await context.close();
  });
});
