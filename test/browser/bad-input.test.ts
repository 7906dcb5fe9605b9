/**
 * What goes wrong, on a real server, without JavaScript: every time a sentence says what is wrong
 * and what to do, and the file on disk is as it was.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { failoverConfiguration } from '../lab/failover-configuration.ts';
import type { LabServer } from '../lab/lab-server.ts';
import { createTwoServers, type TwoServers } from '../lab/two-servers.ts';
import { assertAccessible, expectStatusRow, launchBrowser, logIn, openWindow } from './browser.ts';

const livePath = '/etc/keepalived/keepalived.conf';
const good = failoverConfiguration('server1');

describe('bad input, without JavaScript', () => {
  let servers: TwoServers;
  let server: LabServer;
  let browser: Browser;
  let page: Page;

  before(async () => {
    [servers, browser] = await Promise.all([createTwoServers(), launchBrowser()]);
    server = servers.server1;
    await server.writeFile(livePath, good);
    await server.startWai();
    ({ page } = await openWindow(browser, { javaScript: false, width: 360 }));
    await logIn(page, server.waiUrl, servers.adminPassword);
  });
  after(async () => {
    await browser.close();
    await servers.close();
  });

  const mainText = () => page.locator('main').innerText();
  const save = async (text: string, file = 'live') => {
    await page.goto(`${server.waiUrl}/keepalived/edit?file=${file}`);
    await page.locator('textarea').fill(text);
    await page.getByRole('button', { name: 'Save', exact: true }).click();
  };
  const assertUnchanged = async () => {
    assert.equal(await server.readFile(livePath), good);
  };

  describe('Set Default Master', () => {
    const fields: [what: string, label: string, value: string, sentence: RegExp][] = [
      ['not in CIDR form', 'Virtual IP', '192.168.0.100', /192\.168\.0\.100\/24/],
      ['no address at all', 'Virtual IP', 'gateway', /gateway/],
      ['an IPv6 address', 'Virtual IP', 'fd00::100/64', /IPv6/],
      ['a prefix that is too long', 'Virtual IP', '192.168.0.100/33', /32/],
      ['the interface’s own address', 'Virtual IP', '192.168.0.10/24', /own address/],
      ['a URL that is none', 'Healthcheck URL', 'localhost', /http:\/\//],
      ['a URL with a command in it', 'Healthcheck URL', 'http://x/$(touch /tmp/x)', /http:\/\//],
    ];
    for (const [what, label, value, sentence] of fields) {
      test(`${label}: ${what}`, async () => {
        await page.goto(`${server.waiUrl}/keepalived/default-master`);
        await page.getByLabel(label).fill(value);
        await page.getByRole('button', { name: 'Set Default Master' }).click();
        const field = page.getByLabel(label);
        assert.equal(await field.inputValue(), value, 'what was typed is kept');
        const errorId = (await field.getAttribute('aria-describedby')) ?? '';
        const described = await Promise.all(
          errorId.split(' ').map((id) => page.locator(`[id="${id}"]`).innerText()),
        );
        assert.match(described.join(' '), sentence);
        assert.equal(await field.getAttribute('aria-invalid'), 'true');
        await assertUnchanged();
      });
    }

    test('an address outside of the network is only a warning', async () => {
      await page.goto(`${server.waiUrl}/keepalived/default-master`);
      await page.getByLabel('Virtual IP').fill('10.1.1.1/24');
      await page.getByRole('button', { name: 'Preview' }).click();
      assert.match(await mainText(), /Warning:.*10\.1\.1\.1.*network/);
      await page.getByRole('button', { name: 'Set Default Master' }).click();
      await page.getByRole('link', { name: 'Return to Keepalived' }).first().waitFor();
      assert.match(await server.readFile(livePath), /10\.1\.1\.1\/24/);
      await server.writeFile(livePath, good);
    });

    test('an interface that does not exist', async () => {
      await page.goto(`${server.waiUrl}/keepalived/default-master`);
      // Gone between the page and the click: the list does not offer it, so no browser sends it.
      const hidden = (name: string) =>
        page.locator(`main input[name="${name}"]`).first().inputValue();
      const answer = await page.request.post(`${server.waiUrl}/keepalived/default-master`, {
        headers: { Origin: server.waiUrl },
        form: {
          _csrf: await hidden('_csrf'),
          tag: await hidden('tag'),
          virtualAddress: '192.168.0.100/24',
          interfaceName: 'eth9',
          healthcheckUrl: 'http://127.0.0.1:8080/healthcheck',
          intent: 'write',
        },
      });
      assert.equal(answer.status(), 422);
      assert.match(await answer.text(), /no interface “eth9”/);
      await assertUnchanged();
    });
  });

  describe('Edit Config Files', () => {
    const texts: [what: string, text: string, sentence: RegExp][] = [
      ['empty', '', /empty/],
      ['only blanks', ' \n\n', /empty/],
      ['only a comment', '# nothing\n', /no block/],
      ['a NUL byte', `${good}\0`, /NUL/],
      ['a missing brace', good.replace(/\}\s*$/, ''), /opened|“\}”/],
      ['an extra brace', `${good}}\n`, /“?\}”?/],
      ['VRID 256', good.replace('virtual_router_id 51', 'virtual_router_id 256'), /1.*255/],
      ['VRID 0', good.replace('virtual_router_id 51', 'virtual_router_id 0'), /1.*255/],
      ['an unknown keyword', good.replace('priority', 'prioritty'), /prioritty/],
      ['an interface that does not exist', good.replace('eth0', 'eth9'), /eth9/],
      ['an include that leads outside', `include /etc/shadow\n${good}`, /outside/],
      ['an include by dots', `include ../shadow\n${good}`, /outside/],
    ];
    for (const [what, text, sentence] of texts) {
      test(what, async () => {
        await save(text);
        assert.match(await mainText(), sentence);
        assert.doesNotMatch(await mainText(), /root:[^ ]*:/);
        await assertUnchanged();
        if (text.length < 10_000 && !text.includes('\0')) {
          assert.equal((await page.locator('textarea').inputValue()).trim(), text.trim());
        }
      });
    }

    test('over 1 MiB', async () => {
      await page.goto(`${server.waiUrl}/keepalived/edit`);
      const answer = await page.request.post(`${server.waiUrl}/keepalived/edit`, {
        headers: { Origin: server.waiUrl },
        form: {
          _csrf: await page.locator('#editor input[name="_csrf"]').inputValue(),
          file: 'live',
          tag: await page.locator('#editor input[name="tag"]').inputValue(),
          text: `${good}${'# filler\n'.repeat(130_000)}`,
        },
      });
      assert.match(await answer.text(), /larger than 1 MiB/);
      await assertUnchanged();
    });

    test('a VRID that is refused is accessible too', async () => {
      await save(good.replace('virtual_router_id 51', 'virtual_router_id 256'));
      const { page: looking } = await openWindow(browser);
      await logIn(looking, server.waiUrl, servers.adminPassword);
      await looking.goto(`${server.waiUrl}/keepalived/edit`);
      await looking.locator('textarea').fill('nonsense {');
      await looking.getByRole('button', { name: 'Save', exact: true }).click();
      await assertAccessible(looking);
      await looking.context().close();
    });

    test('a file that is not offered', async () => {
      for (const id of ['../../shadow', '%2e%2e', 'live%00', 'include-000000000000']) {
        const answer = await page.goto(`${server.waiUrl}/keepalived/edit?file=${id}`);
        assert.equal(answer?.status(), 404, id);
      }
    });

    test('two browsers save one after the other: the second user sees it, and loses nothing', async () => {
      const { page: other } = await openWindow(browser, { javaScript: false });
      await logIn(other, server.waiUrl, servers.adminPassword);
      await other.goto(`${server.waiUrl}/keepalived/edit`);
      const first = `# first\n${good}`;
      const second = `# second\n${good}`;
      await save(first);
      await other.locator('textarea').fill(second);
      await other.getByRole('button', { name: 'Save', exact: true }).click();
      assert.match(await other.locator('main').innerText(), /changed/);
      assert.equal(await other.locator('textarea').inputValue(), second);
      assert.equal(await server.readFile(livePath), first);
      await other.getByRole('button', { name: 'Save mine' }).click();
      await other.getByText(/saved/i).first().waitFor();
      assert.equal(await server.readFile(livePath), second);
      await other.context().close();
      await server.writeFile(livePath, good);
    });
  });

  describe('the machine', () => {
    /** Puts something over a path for one test; the server's mounts are its own. */
    async function covered(path: string, mountArguments: string[], task: () => Promise<void>) {
      await server.run('mount', [...mountArguments, path]);
      try {
        await task();
      } finally {
        await server.run('umount', ['--lazy', path]);
      }
    }

    test('the configuration folder cannot be written', async () => {
      await server.run('mount', ['--bind', '/etc/keepalived', '/etc/keepalived']);
      await server.run('mount', ['-o', 'remount,bind,ro', '/etc/keepalived']);
      await save(`# changed\n${good}`);
      assert.match(await mainText(), /read-only|cannot be written/i);
      await server.run('umount', ['/etc/keepalived']);
      await assertUnchanged();
    });

    test('the disk is full', async () => {
      await covered('/etc/keepalived', ['-t', 'tmpfs', '-o', 'size=16k', 'tmpfs'], async () => {
        await server.writeFile(livePath, good);
        await server.run('sh', ['-c', 'cat /dev/zero > /etc/keepalived/filler || true'], {
          allowFailure: true,
        });
        await save(`# changed\n${good}`);
        assert.match(await mainText(), /full/i);
        assert.equal(await server.readFile(livePath), good);
      });
      await assertUnchanged();
    });

    test('keepalived is not installed', async () => {
      await covered('/usr/sbin/keepalived', ['--bind', '/dev/null'], async () => {
        await page.goto(`${server.waiUrl}/keepalived`);
        await expectStatusRow(page, 'keepalived process', /not installed/i, 25_000);
        await page.getByRole('button', { name: 'Start keepalived' }).click();
        assert.match(await mainText(), /not installed/i);
      });
    });

    test('a stale pid file is named', async () => {
      await server.writeFile('/run/keepalived.pid', '999999\n');
      await page.waitForTimeout(500);
      await page.goto(`${server.waiUrl}/keepalived`);
      assert.match(await mainText(), /\/run\/keepalived\.pid names process 999999/);
      await server.run('rm', ['/run/keepalived.pid']);
    });

    test('a log that does not exist', async () => {
      await server.run('mv', ['/var/log/messages', '/var/log/messages.away']);
      await page.goto(`${server.waiUrl}/logs`);
      assert.match(await mainText(), /log/i);
      assert.match(await mainText(), /not (exist|found)|no .*log/i);
      await server.run('mv', ['/var/log/messages.away', '/var/log/messages']);
    });
  });
});
