import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';

import axe from 'axe-core';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { eventually } from '../lab/eventually.ts';

/** Chromium without its own windows takes two thirds of the processor time of the whole one. */
const executablePath = ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium'].find(existsSync);

/** Debian's Chromium, without anything that talks to the outside. */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    ...(executablePath && { executablePath }),
    args: [
      '--no-sandbox',
      // The option of a context is not enough: a download on a connection of its own is broken off.
      '--ignore-certificate-errors',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

export interface BrowserWindowOptions {
  javaScript?: boolean;
  width?: number;
  colorScheme?: 'light' | 'dark';
}

/** A window of its own: cookies are not shared, and the lab's own certificate is accepted. */
export async function openWindow(
  browser: Browser,
  { javaScript = true, width = 1280, colorScheme = 'light' }: BrowserWindowOptions = {},
): Promise<{ context: BrowserContext; page: Page; problems: string[] }> {
  const context = await browser.newContext({
    ignoreHTTPSErrors: true,
    javaScriptEnabled: javaScript,
    viewport: { width, height: 900 },
    colorScheme,
    // Another zone than the server's: a time that the browser makes by itself shows.
    timezoneId: 'Asia/Tokyo',
  });
  context.setDefaultTimeout(30_000);
  const page = await context.newPage();
  // A report of the content security policy arrives here, and so does a script's exception.
  const problems: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(message.text());
  });
  page.on('pageerror', (error) => problems.push(error.message));
  return { context, page, problems };
}

/** Logs in as a person would, and arrives on the Keepalived page. */
export async function logIn(page: Page, url: string, password: string): Promise<void> {
  await page.goto(`${url}/`);
  await page.getByLabel('Username').fill('admin');
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.waitForURL('**/keepalived');
}

/**
 * What the status table says in one row of the first instance. Found by its elements, for it is asked
 * again and again, and roles are worked out for the whole page each time.
 */
export async function readStatusRow(page: Page, name: string): Promise<string> {
  const cell = page.locator(`tr:has(> th:text-is("${name}")) > td`).first();
  return (await cell.innerText()).trim();
}

/** Waits until the row says it; where there are no live updates the page comes again by itself. */
export async function expectStatusRow(
  page: Page,
  name: string,
  words: RegExp,
  withinMs = 30_000,
): Promise<void> {
  let text = '';
  const isSaid = async () => words.test((text = await readStatusRow(page, name)));
  await eventually(name, isSaid, { withinMs }).catch((cause: unknown) => {
    throw new Error(`"${name}" says "${text}", not ${String(words)}`, { cause });
  });
}

interface AxeViolation {
  id: string;
  help: string;
  nodes: { html: string }[];
}

/** Asserts that axe finds nothing on the page as it is now. */
export async function assertAccessible(page: Page): Promise<void> {
  // Evaluated, not added as a script: the page's own policy forbids that, as it should.
  await page.evaluate(axe.source);
  const violations = await page.evaluate<AxeViolation[]>(
    'axe.run().then((result) => result.violations)',
  );
  assert.deepEqual(
    violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes[0]?.html ?? ''}`),
    [],
    page.url(),
  );
}

const artifactsFolder = new URL('../artifacts/', import.meta.url).pathname;
const manualFolder = new URL('../../docs/pictures/', import.meta.url).pathname;

/**
 * A picture of the whole page for people who ask for it: with TAKE_PICTURES=1 in test/artifacts; with
 * TAKE_MANUAL_PICTURES=1 those of the manual go to docs/pictures, so that the manual shows what this
 * test saw.
 */
export async function takePicture(
  page: Page,
  name: string,
  { ofManual = false } = {},
): Promise<void> {
  const intoManual = ofManual && process.env['TAKE_MANUAL_PICTURES'] === '1';
  if (!intoManual && process.env['TAKE_PICTURES'] !== '1') return;
  const folder = intoManual ? manualFolder : artifactsFolder;
  await mkdir(folder, { recursive: true });
  await page.screenshot({ path: `${folder}${name}.png`, fullPage: true });
}
