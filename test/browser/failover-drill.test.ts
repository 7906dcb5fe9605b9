/** Moving the address on purpose, on two real servers and through the page, without JavaScript. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { eventually } from '../lab/eventually.ts';
import { failoverConfiguration, virtualAddress } from '../lab/failover-configuration.ts';
import type { LabProcess } from '../lab/lab-process.ts';
import type { LabServer } from '../lab/lab-server.ts';
import { createTwoServers, type TwoServers } from '../lab/two-servers.ts';
import { assertNamesFormats } from '../state-folder.ts';
import { assertAccessible, launchBrowser, logIn, openWindow, takePicture } from './browser.ts';

const configPath = '/etc/keepalived/keepalived.conf';
const filePath = '/var/lib/keepalived-wai/maintenance/VI_1';

describe('the failover drill, on two servers', () => {
  let servers: TwoServers;
  let browser: Browser;
  let wai1: LabProcess;
  let wai2: LabProcess;
  let page1: Page;
  let page2: Page;

  before(async () => {
    [servers, browser] = await Promise.all([createTwoServers(), launchBrowser()]);
    const { server1, server2, adminPassword } = servers;
    for (const server of [server1, server2]) {
      await server.writeFile(configPath, failoverConfiguration(server.name));
      await server.startKeepalived();
    }
    [wai1, wai2] = await Promise.all([server1.startWai(), server2.startWai()]);
    // axe needs scripts, so that it looks at the second.
    const windows = [false, true].map((javaScript) =>
      openWindow(browser, { javaScript, width: 320 }),
    );
    [page1, page2] = (await Promise.all(windows)).map(({ page }) => page) as [Page, Page];
    for (const page of [page1, page2]) page.setDefaultTimeout(30_000);
    await logIn(page1, server1.waiUrl, adminPassword);
    await logIn(page2, server2.waiUrl, adminPassword);
    await holdersBecome('server1');
  });
  after(async () => {
    await browser.close();
    await servers.close();
  });

  const holdersBecome = (...names: string[]) =>
    eventually(`the address on ${names.join(' and ') || 'nobody'}`, async () => {
      const holders = await servers.addressHolders(virtualAddress);
      return holders.join() === names.join();
    });
  const urlOf = (page: Page) => servers[page === page1 ? 'server1' : 'server2'].waiUrl;
  const mainText = (page: Page) => page.locator('main').innerText();
  const choose = async (page: Page, action: string) => {
    await page.goto(`${urlOf(page)}/drill`);
    await page.getByRole('button', { name: action, exact: true }).click();
    await page.getByRole('heading', { name: action, exact: true }).waitFor();
  };
  /** Chooses, confirms, and reads what came of it. */
  const drill = async (page: Page, action: string): Promise<string> => {
    await choose(page, action);
    await page.getByRole('button', { name: `${action} now` }).click();
    return page.locator('main .notice').first().innerText();
  };

  test('the page is found, shows the change that it needs once, and makes it without a gap', async () => {
    const watch = await watchBoth(servers);
    for (const page of [page1, page2]) {
      await page.goto(`${urlOf(page)}/keepalived`);
      await page.getByRole('button', { name: 'Failover drill' }).click();
      assert.match(await page.title(), /^Failover drill/);
      const text = await mainText(page);
      assert.match(text, /\+\s*track_file wai_maintenance_VI_1 \{/);
      assert.match(text, /No virtual IP will move/);
      if (page === page2) await assertAccessible(page);
      // Decision 9: a file that keepalived is to read as root is confirmed with the password.
      assert.match(text, /wai_maintenance_VI_1: .* has keepalived read this file as root/);
      await page.getByRole('button', { name: 'Set up' }).click();
      await page.getByRole('heading', { name: 'Not saved yet: confirm what this adds' }).waitFor();
      await page.getByLabel('Your password').fill(servers.adminPassword);
      await page.getByRole('button', { name: 'Set up' }).click();
      await page.getByRole('heading', { name: 'Actions' }).waitFor();
      assert.match(await mainText(page), /keepalived is running with it/);
    }
    await assertAccessible(page2);
    await assertNarrow(page2);
    assert.equal((await servers.server1.readFile(filePath)).trim(), '0');
    assert.deepEqual(await watch.end(), []);
  });

  test('Move to standby: what will happen, then what did; between the two lie milliseconds', async () => {
    await choose(page1, 'Move to standby');
    const plan = await mainText(page1);
    assert.match(plan, /takes 192\.168\.0\.100 over in about 4\.0 s, practically without a gap/);
    assert.match(plan, /Can’t see from here/);
    await takePicture(page1, 'failover-drill-plan');

    const watch = await watchBoth(servers);
    const words = await drill(page1, 'Move to standby');
    // The last advertisement that counts may be from a second before.
    const [, away] =
      /^The machine [\da-f:]{17} has taken 192\.168\.0\.100 after [2-6]\.\d s; it was away for at most (\d\.\d) s/.exec(
        words,
      ) ?? [];
    // How well it is seen depends on the load; that there was no gap, the kernels tell below.
    assert.ok(Number(away) < 3, words);
    assert.deepEqual(await servers.addressHolders(virtualAddress), ['server2']);
    await assertNoGap(watch, ['server2 has it', 'server1 has it no more']);
    assert.match(words, /Its priority stays lowered by 253/);
  });

  test('Take over brings it back, by a number that is just high enough', async () => {
    const watch = await watchBoth(servers);
    assert.match(
      await drill(page1, 'Take over'),
      /^This server has taken 192\.168\.0\.100 after [2-6]\.\d s; it was away for at most \d\.\d s/,
    );
    await assertNoGap(watch, ['server1 has it', 'server2 has it no more']);
    assert.equal((await servers.server1.readFile(filePath)).trim(), '0');

    await choose(page2, 'Take over');
    await assertAccessible(page2);
    await assertNarrow(page2);
    assert.match(await drill(page2, 'Take over'), /^This server has taken.*stays raised by 2/s);
    assert.match(await drill(page2, 'Back to normal'), /^The machine .* has taken/);
    await holdersBecome('server1');
  });

  test('Maintenance is on the status page, and outlasts reload, restart and the page', async () => {
    const watch = await watchBoth(servers);
    assert.match(
      await drill(page1, 'Maintenance'),
      /Maintenance is on: this server will not serve/,
    );
    await assertNoGap(watch, ['server2 has it', 'server1 has it no more']);
    await page1.goto(`${urlOf(page1)}/keepalived`);
    const status = await mainText(page1);
    assert.match(status, /Maintenance: .*192\.168\.0\.100/);
    await takePicture(page1, 'maintenance');

    await page1.getByRole('button', { name: 'Reload keepalived' }).click();
    assert.match(await mainText(page1), /keepalived was reloaded/);
    await servers.server1.stopKeepalived();
    await wai1.stop();
    await servers.server1.startKeepalived();
    await servers.server1.startWai();
    // As the only one, it would have become the master long ago.
    await servers.server2.stopKeepalived();
    await holdersBecome();
    await new Promise((resolve) => setTimeout(resolve, 4_500));
    assert.deepEqual(await servers.addressHolders(virtualAddress), []);
    await servers.server2.startKeepalived();
    await logIn(page1, urlOf(page1), servers.adminPassword);
    assert.equal(await readMaintenance(page1), true);

    await page1.goto(`${urlOf(page1)}/keepalived`);
    await page1.getByRole('button', { name: 'End maintenance' }).click();
    await page1.getByText(/This server has taken 192\.168\.0\.100 after/).waitFor();
    await holdersBecome('server1');
    assert.equal(await readMaintenance(page1), false);
  });

  test('without a peer nothing is lost, and the dangerous way says so first', async () => {
    await servers.server2.stopKeepalived();
    const watch = await watchBoth(servers);
    assert.match(
      await drill(page1, 'Move to standby'),
      /^Nothing moved: no other server took 192\.168\.0\.100/,
    );
    assert.equal((await servers.server1.readFile(filePath)).trim(), '0');
    assert.deepEqual(await watch.end(), []);

    await choose(page1, 'Move to standby');
    await page1.getByRole('link', { name: /does not preempt/ }).click();
    assert.match(await mainText(page1), /Danger: No server is known to take 192\.168\.0\.100/);
    await page1.getByRole('button', { name: 'Move to standby anyway' }).click();
    await page1.getByText(/Nobody else answered.*this server took it back/).waitFor();
    await holdersBecome('server1');
  });

  test('with nopreempt it is asked first, and goes by a fault', async () => {
    for (const server of [servers.server2, servers.server1]) await setNopreempt(server);
    await servers.server2.startKeepalived();
    await holdersBecome('server1');
    await choose(page1, 'Move to standby');
    await page1.getByRole('button', { name: 'Move to standby anyway' }).click();
    const words = await page1.locator('main .notice').first().innerText();
    const [, away] =
      /has taken 192\.168\.0\.100 after.*away for at most (\d\.\d) s/.exec(words) ?? [];
    assert.ok(Number(away) > 0.3 && Number(away) < 3, words);
    assert.equal((await servers.server1.readFile(filePath)).trim(), '0');
    // Not before it has heard the new master.
    await eventually('why it cannot take over', async () => {
      await page1.goto(`${urlOf(page1)}/drill`);
      return /Take over\s+nopreempt is set/.test(await mainText(page1));
    });
    assert.deepEqual(await servers.addressHolders(virtualAddress), ['server2']);
  });

  test('a page that is killed during a drill puts the number back when it starts again', async () => {
    const { server2, adminPassword } = servers;
    await choose(page2, 'Move to standby');
    // It would wait for the answer, which never comes.
    const clicked = page2
      .getByRole('button', { name: 'Move to standby anyway' })
      .click()
      .catch(() => undefined);
    await eventually('a number', async () => (await server2.readFile(filePath)).trim() !== '0', {
      everyMs: 20,
    });
    await wai2.stop('SIGKILL');
    await clicked;
    assert.notEqual((await server2.readFile(filePath)).trim(), '0');
    await server2.startWai();
    assert.equal((await server2.readFile(filePath)).trim(), '0');
    await logIn(page2, urlOf(page2), adminPassword);
    assert.match(
      await mainText(page2),
      /A failover drill of VI_1 was interrupted when this program ended\. Its number is 0 again\./,
    );
    await holdersBecome('server1');
    // After all that, no file of the state folder is one that nobody thought of.
    const files = await assertNamesFormats(server2.outsidePath('/var/lib/keepalived-wai'));
    const some = ['history/journal.jsonl', 'history/running-drill.jsonl', 'maintenance/VI_1'];
    for (const name of [...some, 'notices.jsonl']) assert.ok(files.includes(name), name);
  });

  async function setNopreempt(server: LabServer) {
    const text = await server.readFile(configPath);
    const changed = text
      .replace('state MASTER', 'state BACKUP')
      .replace(/(priority)/, 'nopreempt\n    $1');
    await server.writeFile(configPath, changed);
    if (server.name === 'server1') {
      await server.run('sh', ['-c', 'kill -HUP $(cat /run/keepalived.pid)']);
    }
  }

  async function readMaintenance(page: Page): Promise<boolean | undefined> {
    const answer = await page.request.get(`${urlOf(page)}/api/v1/status`);
    const status = (await answer.json()) as { instances: { maintenance: boolean }[] };
    return status.instances[0]?.maintenance;
  }
});

interface AddressChange {
  what: string;
  atMs: number;
}

/** The kernel tells each change of the address, however short it was. */
async function watchBoth({ server1, server2 }: TwoServers) {
  const watchers = await Promise.all(
    [server1, server2].map(async (server) => ({
      server,
      monitor: await server.start('ip', ['-ts', '-o', 'monitor', 'address']),
    })),
  );
  return {
    async end(): Promise<AddressChange[]> {
      for (const { monitor } of watchers) await monitor.stop();
      const changes = watchers.flatMap(({ server, monitor }) =>
        [...monitor.output().matchAll(/^\[(.*?)\] (Deleted )?.*$/gm)]
          .filter(([line]) => line.includes(` ${virtualAddress}/`))
          .map(([, time = '', deleted]) => ({
            what: `${server.name} has it${deleted ? ' no more' : ''}`,
            atMs: Date.parse(time),
          })),
      );
      return changes.toSorted((one, other) => one.atMs - other.atMs);
    },
  };
}

/**
 * The new master advertises in the same moment in which it takes the address: for milliseconds both
 * have it or, more rarely, nobody. A busy machine makes more of them; an election would take 3 s.
 */
async function assertNoGap(
  watch: { end(): Promise<AddressChange[]> },
  expected: [string, string],
): Promise<void> {
  const changes = await watch.end();
  assert.deepEqual(changes.map(({ what }) => what).toSorted(), expected.toSorted());
  const betweenMs = (changes[1]?.atMs ?? NaN) - (changes[0]?.atMs ?? NaN);
  assert.ok(betweenMs < 1500, `${changes[0]?.what ?? ''}, and ${betweenMs} ms later the other`);
}

async function assertNarrow(page: Page): Promise<void> {
  const widths = await page.evaluate<number[]>(
    '[document.documentElement.scrollWidth, window.innerWidth]',
  );
  assert.ok((widths[0] ?? Infinity) <= (widths[1] ?? 0), widths.join(' > '));
}
