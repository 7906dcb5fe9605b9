/**
 * What can happen to two real servers, as their pages say it: each within its bound, in the right
 * words, and gone again when it is healed.
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

/**
 * The order of events is what is proved here; how soon each is seen hangs on the machine, which may be
 * busy with much else. What is waited for comes within seconds on an idle one.
 */
const getSilenceLimitMs = 60_000;

const configurationOf = (server: LabServer) =>
  failoverConfiguration(server.name).replace(
    'global_defs {',
    'global_defs {\n    notify_fifo /run/notify.fifo',
  );

describe('what happens to two servers, and what their pages say', () => {
  let servers: TwoServers;
  let browser: Browser;
  let wai1: LabProcess;
  let page1: Page;
  let page2: Page;

  before(async () => {
    [servers, browser] = await Promise.all([createTwoServers(), launchBrowser()]);
    const { server1, server2 } = servers;
    const furnish = async (server: LabServer) => {
      await server.writeFile('/etc/keepalived/keepalived.conf', configurationOf(server));
      await server.startKeepalived();
      return server.startWai();
    };
    [wai1] = await Promise.all([furnish(server1), furnish(server2)]);
    [page1, page2] = await Promise.all([openPage(server1), openPage(server2)]);
    await seeHealed();
  });
  after(async () => {
    await browser.close();
    await servers.close();
  });

  async function openPage(server: LabServer): Promise<Page> {
    const { page } = await openWindow(browser);
    await logIn(page, server.waiUrl, servers.adminPassword);
    return page;
  }
  const see = (page: Page, words: RegExp, withinMs: number, row = 'Current State') =>
    expectStatusRow(page, row, words, withinMs);
  /** The worst one may be the headline. */
  const alarmsOf = async (page: Page) =>
    (await page.locator('.headline, [aria-label="Alarms"]').allInnerTexts()).join('\n');
  async function seeAlarm(page: Page, words: RegExp, withinMs: number) {
    await eventually(String(words), async () => words.test(await alarmsOf(page)), { withinMs });
  }
  async function seeNoAlarm(page: Page, words: RegExp, withinMs: number) {
    await eventually(`no ${String(words)}`, async () => !words.test(await alarmsOf(page)), {
      withinMs,
    });
  }
  /** As it should be: server1 serves, server2 stands by. */
  async function seeHealed() {
    await see(page1, /^Active/, getSilenceLimitMs);
    await see(page2, /^Standby/, getSilenceLimitMs);
    await eventually(
      'server1 alone has the address',
      async () => (await servers.addressHolders(virtualAddress)).join() === 'server1',
    );
    await see(page1, /^Active/, getSilenceLimitMs);
    await see(page2, /^Standby/, getSilenceLimitMs);
  }
  const pidOf = async (file: string) => (await servers.server1.readFile(`/run/${file}.pid`)).trim();
  const kill = (signal: string, ...pids: string[]) =>
    servers.server1.run('kill', [`-${signal}`, ...pids]);

  test('stopped: the other one serves', async () => {
    await servers.server1.stopKeepalived();
    await see(page2, /^Active/, getSilenceLimitMs);
    await see(page1, /^Stopped/, getSilenceLimitMs);
    await servers.server1.startKeepalived();
    await seeHealed();
  });

  test('kill -9 of the daemon', async () => {
    const vrrp = await pidOf('vrrp');
    await kill('KILL', await pidOf('keepalived'));
    await see(page1, /^Stopped|^keepalived is not running/, getSilenceLimitMs);
    await see(page1, /^Stopped/, getSilenceLimitMs, 'keepalived process');
    await see(page2, /^Active/, getSilenceLimitMs);
    await servers.server1.run('sh', ['-c', `ip address del ${virtualAddress}/24 dev eth0 || true`]);
    await see(page1, /^Stopped/, getSilenceLimitMs);
    await servers.server1.awaitEnd(vrrp);
    await servers.server1.startKeepalived();
    await seeHealed();
  });

  test('kill -9 of its VRRP process: keepalived starts it again', async () => {
    const old = await pidOf('vrrp');
    await kill('KILL', old);
    // Never the green of the process that is gone: the new one stands for election first.
    await see(page1, /^(?!Active)/, getSilenceLimitMs);
    await eventually('a new VRRP process', async () => (await pidOf('vrrp')) !== old);
    await seeHealed();
  });

  test('the cable is pulled', async () => {
    await servers.network.setLink('server1', 'down');
    await see(page1, /^Fault.*its interface eth0 has no carrier/s, getSilenceLimitMs);
    await see(page2, /^Active/, getSilenceLimitMs);
    await servers.network.setLink('server1', 'up');
    await seeHealed();
  });

  test('the healthcheck script fails: keepalived’s view beside the page’s own', async () => {
    await servers.server1.setGateway(503);
    await see(
      page1,
      /^Fault.*its tracked script chk_vshell failed \(exited with status 22\)/s,
      getSilenceLimitMs,
    );
    await see(page2, /^Active/, getSilenceLimitMs);
    const row = page1.getByRole('row', { name: /^Script chk_vshell/ });
    await eventually('the failed script', async () => (await row.innerText()).includes('Failed'));
    assert.match(await row.innerText(), /exited with status 22/);
    assert.match(await row.innerText(), /Fault: releases the address/);
    await see(page1, /^HTTP 503/, getSilenceLimitMs, 'Healthcheck Status');
    await assertAccessible(page1);
    await takePicture(page1, 'server1-script-failed');
    await servers.server1.setGateway(200);
    await see(page1, /^Connection OK/, getSilenceLimitMs, 'Healthcheck Status');
    await seeHealed();
    await eventually('the good script', async () => (await row.innerText()).includes('Succeeded'));
  });

  test('partitioned, both are Active, which is the truth; healed, one steps back', async () => {
    await servers.network.setPartition('on');
    await see(page2, /^Active/, getSilenceLimitMs);
    await see(page1, /^Active/, getSilenceLimitMs);
    assert.equal((await servers.addressHolders(virtualAddress)).length, 2);
    await servers.network.setPartition('off');
    // Whoever advertises first: server2 may step back before server1 has heard of it.
    await see(page2, /^Standby/, getSilenceLimitMs);
    await seeNoAlarm(page1, /Another master/, getSilenceLimitMs);
    await seeHealed();
  });

  test('two masters that do not understand each other: both pages say so', async () => {
    const path = '/etc/keepalived/keepalived.conf';
    const reload = async (text: string) => {
      await servers.server2.writeFile(path, text);
      const pid = (await servers.server2.readFile('/run/keepalived.pid')).trim();
      await servers.server2.run('kill', ['-HUP', pid]);
    };
    await reload(configurationOf(servers.server2).replace('lab-only', 'another'));
    await see(page2, /^Active/, getSilenceLimitMs);
    const words =
      /Another server is active with virtual router ID 51: .*not understood here because it uses another password\. Two servers may serve 192\.168\.0\.100\./;
    await seeAlarm(page1, words, getSilenceLimitMs);
    await seeAlarm(page2, words, getSilenceLimitMs);
    await see(page1, /^Active/, getSilenceLimitMs);
    await takePicture(page1, 'server1-another-master');
    await assertAccessible(page1);
    await reload(configurationOf(servers.server2));
    await seeHealed();
    await Promise.all(
      [page1, page2].map((page) => seeNoAlarm(page, /Another master/, getSilenceLimitMs)),
    );
  });

  test('the address is deleted behind keepalived’s back: it stands for election again', async () => {
    await servers.server1.run('ip', ['address', 'del', `${virtualAddress}/24`, 'dev', 'eth0']);
    const isNoticed = /^keepalived says MASTER, but 192\.168\.0\.100 is not on eth0|^Standby/;
    await see(page1, isNoticed, getSilenceLimitMs);
    await seeHealed();
  });

  test('without NET_ADMIN: MASTER without the address, and why', async () => {
    await servers.server1.stopKeepalived();
    await servers.server1.run('setpriv', [
      '--bounding-set',
      '-net_admin',
      'keepalived',
      '--log-detail',
    ]);
    await see(
      page1,
      /^keepalived says MASTER, but 192\.168\.0\.100 is not on eth0\. The kernel refused to set it: Operation not permitted\. .*NET_ADMIN/,
      getSilenceLimitMs,
    );
    await see(page1, /^No/, getSilenceLimitMs, 'Serving on Virtual IP');
    await servers.server1.stopKeepalived();
    await see(page1, /^Stopped/, getSilenceLimitMs);
    await servers.server1.startKeepalived();
    await seeHealed();
  });

  test('a dead daemon whose address stays, while the page is restarted', async () => {
    const [daemon, vrrp] = [await pidOf('keepalived'), await pidOf('vrrp')];
    await kill('STOP', vrrp);
    await kill('KILL', daemon, vrrp);
    await see(
      page1,
      /^keepalived is not running, but 192\.168\.0\.100 is still on eth0/,
      getSilenceLimitMs,
    );
    await see(page2, /^Active/, getSilenceLimitMs);
    await wai1.stop();
    wai1 = await servers.server1.startWai();
    page1 = await openPage(servers.server1);
    await see(
      page1,
      /^keepalived is not running, but 192\.168\.0\.100 is still on eth0/,
      getSilenceLimitMs,
    );
    await servers.server1.run('ip', ['address', 'del', `${virtualAddress}/24`, 'dev', 'eth0']);
    await see(page1, /^Stopped/, getSilenceLimitMs);
    await servers.server1.startKeepalived();
    await seeHealed();
  });

  test('a dump that somebody else planted, empty or cut, changes nothing', async () => {
    const plant = (text: string) =>
      servers.server2.run('setpriv', [
        ...['--reuid=65534', '--regid=65534', '--clear-groups', 'sh', '-c'],
        `printf %s '${text}' > /tmp/keepalived.json; true`,
      ]);
    const readTransition = async () =>
      (await readStatusRow(page2, 'Last transition')).slice(0, 'yyyy-mm-dd hh:mm:ss'.length);
    // That of the test before may still be on its way from the log.
    let before = '';
    const stays = async () => before === (before = await readTransition());
    await eventually('the last transition stays', stays, { everyMs: 3_000 });
    for (const text of ['', '[{"data":', '[{"data":{"iname":"VI_1","state":2},"stats":{}}]']) {
      await plant(text);
      await new Promise((resolve) => setTimeout(resolve, 2_000));
      assert.match(await readStatusRow(page2, 'Current State'), /^Standby/);
    }
    assert.equal(await readTransition(), before);
  });

  test('all of it is in the failover history, with causes', async () => {
    await page1.getByRole('link', { name: 'Failover history' }).click();
    const table = await page1.locator('.failover-table').last().innerText();
    for (const words of [
      'keepalived was stopped',
      'keepalived’s process was killed or crashed',
      'keepalived’s VRRP process died',
      'the interface eth0 went down',
      `another program removed ${virtualAddress} from eth0`,
      'the tracked script chk_vshell failed (exited with status 22)',
    ]) {
      assert.ok(table.includes(words), `${words} is not in:\n${table}`);
    }
    assert.match(
      (await page1.getByRole('img').getAttribute('aria-label')) ?? '',
      /this server .*, not this server .*, unknown: the program was not running/,
    );
    await assertAccessible(page1);
    await takePicture(page1, 'failover-history');
    await page1.setViewportSize({ width: 360, height: 900 });
    await assertReadable(page1);
    await takePicture(page1, 'failover-history-360');

    await page2.getByRole('link', { name: 'Failover history' }).click();
    const other = await page2.locator('.failover-table').last().innerText();
    assert.match(
      other,
      /BACKUP → MASTER → BACKUP\s+.*the other server gave up the address.*; then: 192\.168\.0\.10 has the higher priority, 101 against 100.*at most 0\.6 s/s,
    );
    assert.match(other, /no advertisement came from the other server any more.*at most 3\.6 s/s);
    await page2.getByRole('link', { name: '30 days' }).click();
    await page2.getByText('the last 30 days').first().waitFor();
  });
});
