/** What takes a real keepalived and a real browser: a change on the screen, and a save. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import { z } from 'zod';
import { launchBrowser, logIn, openWindow } from '../test/browser/browser.ts';
import { eventually } from '../test/lab/eventually.ts';
import { failoverConfiguration, virtualAddress } from '../test/lab/failover-configuration.ts';
import type { LabServer } from '../test/lab/lab-server.ts';
import { createTwoServers } from '../test/lab/two-servers.ts';
import { type Figure, percentile, timeMs } from './figure.ts';
import { configurationOf } from './knowledge.ts';

const changes = 60;
const saves = 5;
/** More than two rounds of the slow re-check, in which nothing happens. */
const quietMs = 12_000;
const keys = 9;
/** The editor has its text checked at most once a second. */
const betweenKeysMs = 1_500;
const configurationPath = '/etc/keepalived/keepalived.conf';

export async function measureLab(): Promise<Figure[]> {
  const [servers, browser] = await Promise.all([createTwoServers(), launchBrowser()]);
  const { server1, adminPassword } = servers;
  try {
    await server1.writeFile(configurationPath, failoverConfiguration('server1'));
    await server1.startKeepalived();
    await server1.startWai();
    return [
      ...(await measureChanges(browser, server1, adminPassword)),
      ...(await measureSaves(browser, server1, adminPassword)),
      ...(await measureEvidenceAge(browser, server1, adminPassword)),
      ...(await measureFindings(browser, server1, adminPassword)),
    ];
  } finally {
    await browser.close();
    await servers.close();
  }
}

const statusSchema = z.object({ evidenceAgeMs: z.number() });

/** Reports the words of the Current State and when they came, by the clock of this machine. */
const reportWords = `(() => {
  const read = () => [...document.querySelectorAll('.status-table tr')]
    .find((row) => row.cells[0].textContent === 'Current State').cells[1].innerText;
  let words = read();
  new MutationObserver(() => {
    const now = read();
    if (now === words) return;
    words = now;
    window.reportChange(now, performance.timeOrigin + performance.now());
  }).observe(document.getElementById('live'), { subtree: true, childList: true, characterData: true });
})()`;

async function measureChanges(
  browser: Browser,
  server: LabServer,
  password: string,
): Promise<Figure[]> {
  const { page, context } = await openWindow(browser);
  await logIn(page, server.waiUrl, password);
  await server.stopKeepalived();
  await page
    .getByRole('cell', { name: /^Stopped/ })
    .first()
    .waitFor();
  const seen: { words: string; atMs: number }[] = [];
  await page.exposeFunction('reportChange', (words: string, atMs: number) => {
    seen.push({ words, atMs });
  });
  await page.evaluate(reportWords);

  const changer = createAddressChanger(server);
  const delaysMs: number[] = [];
  for (let change = 0; change < changes; change += 1) {
    const isAdding = change % 2 === 0;
    const count = seen.length;
    const changedAtMs = changer.change(isAdding ? 'add' : 'del');
    const first = await eventually('the changed word', () => seen[count], { everyMs: 5 });
    delaysMs.push(first.atMs - changedAtMs);
    await delay(300 + Math.random() * 300);
  }
  await changer.close();
  await context.close();
  const name = 'address changed to word changed in the browser';
  return [
    { name: `${name}: median`, value: percentile(delaysMs, 0.5), unit: 'ms' },
    {
      name: `${name}: 99th percentile`,
      value: percentile(delaysMs, 0.99),
      unit: 'ms',
      budget: 100,
    },
  ];
}

/** One `ip` for all changes, so that the start of a process does not count. */
function createAddressChanger({ pid }: LabServer) {
  const ip = spawn('nsenter', ['--target', String(pid), '--net', 'ip', '-force', '-batch', '-'], {
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  return {
    /** @returns the moment before the kernel was asked, milliseconds since the epoch */
    change(what: 'add' | 'del'): number {
      const atMs = performance.timeOrigin + performance.now();
      ip.stdin.write(`address ${what} ${virtualAddress}/24 dev eth0\n`);
      return atMs;
    },
    async close() {
      ip.stdin.end();
      await once(ip, 'exit');
    },
  };
}

async function measureSaves(
  browser: Browser,
  server: LabServer,
  password: string,
): Promise<Figure[]> {
  await server.startKeepalived();
  // The plain form: what the editor adds is not part of a save.
  const { page, context } = await openWindow(browser, { javaScript: false });
  await logIn(page, server.waiUrl, password);
  await eventually('Active', async () => {
    await page.reload();
    return (await page.title()).includes('Active');
  });
  const savesMs: number[] = [];
  for (let count = 1; count <= saves; count += 1) savesMs.push(await save(page, server, count));
  await context.close();
  const startMs = await timeMs(5, () => server.run('true'));
  const testMs = (await timeMs(5, () => server.run('keepalived', ['-t']))) - startMs;
  const reloadMs = (await timeMs(3, () => reload(server))) - startMs;
  return [
    { name: 'keepalived’s own test', value: testMs, unit: 'ms' },
    { name: 'keepalived’s own reload', value: reloadMs, unit: 'ms' },
    {
      name: 'Save to proven live, with the page that says so',
      value: percentile(savesMs, 0.5),
      unit: 'ms',
      budget: testMs + reloadMs + 1_000,
    },
  ];
}

/** @returns how long it took from the click to the page that says that it is saved */
async function save(page: Page, server: LabServer, count: number): Promise<number> {
  await page.goto(`${server.waiUrl}/keepalived/edit`);
  await page.locator('textarea').fill(`${failoverConfiguration('server1')}# change ${count}\n`);
  const startMs = performance.now();
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByText(/saved/i).first().waitFor();
  return performance.now() - startMs;
}

async function reload(server: LabServer): Promise<void> {
  const count = async () =>
    (await server.readFile('/var/log/messages')).split('Reload complete').length;
  const before = await count();
  const pid = (await server.readFile('/run/keepalived.pid')).trim();
  await server.run('kill', ['-HUP', pid]);
  await eventually('the end of the reload', async () => (await count()) > before, { everyMs: 5 });
}

/** How old what the page says is while nothing happens: asked ten times a second. */
async function measureEvidenceAge(
  browser: Browser,
  server: LabServer,
  password: string,
): Promise<Figure[]> {
  const { page, context } = await openWindow(browser);
  await logIn(page, server.waiUrl, password);
  const agesMs: number[] = [];
  const endMs = performance.now() + quietMs;
  while (performance.now() < endMs) {
    const answer = await context.request.get(`${server.waiUrl}/api/v1/status`);
    agesMs.push(statusSchema.parse(await answer.json()).evidenceAgeMs);
    await delay(100);
  }
  await context.close();
  const name = 'age of the evidence while nothing happens';
  return [
    { name: `${name}: median`, value: percentile(agesMs, 0.5), unit: 'ms' },
    { name: `${name}: most`, value: Math.max(...agesMs), unit: 'ms' },
  ];
}

/** Reports how long after a key the words of the first finding are others. */
const reportFindings = `(() => {
  let keyAtMs;
  document.addEventListener('keydown', () => (keyAtMs = performance.now()), true);
  new MutationObserver(() => {
    if (keyAtMs !== undefined) window.reportFinding(performance.now() - keyAtMs);
    keyAtMs = undefined;
  }).observe(document.getElementById('findings-summary'), { subtree: true, childList: true, characterData: true });
})()`;

/** From a key in the editor to what keepalived itself and our rules say of it. */
async function measureFindings(
  browser: Browser,
  server: LabServer,
  password: string,
): Promise<Figure[]> {
  const { page, context } = await openWindow(browser);
  await logIn(page, server.waiUrl, password);
  await server.writeFile(configurationPath, configurationOf(255));
  await page.goto(`${server.waiUrl}/keepalived/edit`);
  const timesMs: number[] = [];
  await page.exposeFunction('reportFinding', (ms: number) => timesMs.push(ms));
  await page.locator('.cm-content').focus();
  await page.keyboard.press('Control+End');
  await page.locator('#findings-summary').getByText(/./).first().waitFor();
  await page.evaluate(reportFindings);
  for (let count = 1; count <= keys; count += 1) {
    await delay(betweenKeysMs);
    await page.keyboard.press('x');
    await eventually('its finding', () => timesMs.length >= count, { everyMs: 5 });
  }
  await context.close();
  return [
    {
      name: 'editor, 255 instances: key to its finding, keepalived’s own test included',
      value: percentile(timesMs, 0.5),
      unit: 'ms',
      budget: 100,
    },
  ];
}
