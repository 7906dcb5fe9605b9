/** The stream of new lines, over HTTP, from a log file that is rotated. */
import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import type { LogFollower } from '../../../../../server/appliance/appliance.ts';
import { createFileLog } from '../../../../../server/appliance/logs/file-log.ts';
import type { Operations } from '../../../../../server/operations/operations.ts';
import { eventually } from '../../../../lab/eventually.ts';
import { createTestApp, TestBrowser } from '../../app-harness.ts';
import { listen, openEvents } from '../../event-client.ts';
import { createTestKeeper } from '../../test-keeper.ts';

const lineOf = (message: string) => `Nov 24 13:00:01 server1 Keepalived_vrrp[1]: ${message}\n`;

async function openLog(t: TestContext, user = 'admin') {
  const folder = mkdtempSync(join(tmpdir(), 'followed-lines-'));
  const path = join(folder, 'messages');
  writeFileSync(path, lineOf('before'));
  const log = createFileLog(path);
  const followers = new Set<() => void>();
  const operations: Partial<Operations> = {
    readLog: log.read,
    readNewerLog: log.readNewer,
    exportLog: log.export,
    followLog(onLines): Promise<LogFollower> {
      followers.add(onLines);
      return Promise.resolve({ close: () => Promise.resolve(void followers.delete(onLines)) });
    },
  };
  const { app } = await createTestApp({
    operations: operations,
    keeper: createTestKeeper(),
  });
  t.after(async () => {
    await app.close();
    rmSync(folder, { recursive: true });
  });
  const browser = new TestBrowser(app);
  await browser.logIn(user);
  const origin = await listen(app);
  const eventsPath = async (query: string) => {
    const { body } = await browser.get(`/logs${query}`);
    const found = /data-events="([^"]+)"/.exec(body)?.[1] ?? '';
    return found.replaceAll('&amp;', '&');
  };
  const open = async (query = '', at?: string) => {
    const client = await openEvents(`${origin}${at ?? (await eventsPath(query))}`, {
      host: 'localhost',
      cookie: browser.cookieHeader,
    });
    t.after(() => {
      client.close();
    });
    return client;
  };
  const tell = () => {
    for (const onLines of followers) onLines();
  };
  return { path, followers, open, tell, eventsPath, browser };
}

interface Told {
  isGap: boolean;
  rows: { message: string; known?: { mark: { word: string } } }[];
}

type Client = Awaited<ReturnType<typeof openEvents>>;
const told = (client: Client) =>
  client.events('lines').flatMap(({ data }) => (data as Told).rows.map(({ message }) => message));

test('what was logged since the page was made comes first, then what is logged', async (t) => {
  const { path, open, tell, eventsPath } = await openLog(t);
  const at = await eventsPath('');
  appendFileSync(path, lineOf('between'));
  const client = await open('', at);
  assert.match(client.headers['content-type'] ?? '', /^text\/event-stream/, client.text());
  await client.awaitEvent('lines');
  appendFileSync(path, lineOf('<img src=x onerror=alert(1)>'));
  tell();
  await client.awaitEvent('lines', 2);
  renameSync(path, `${path}.1`);
  writeFileSync(path, lineOf('(VI_1) Entering MASTER STATE'));
  tell();
  const last = await client.awaitEvent('lines', 3);
  assert.deepEqual(told(client), [
    'between',
    '<img src=x onerror=alert(1)>',
    '(VI_1) Entering MASTER STATE',
  ]);
  assert.equal((last.data as Told).rows[0]?.known?.mark.word, 'Became master');
});

test('a filter holds for new lines too, and the log is followed only while someone looks', async (t) => {
  const { path, open, tell, followers } = await openLog(t);
  const client = await open('?kind=transition&filter=vi_1');
  await eventually('a follower', () => (followers.size === 1 ? true : undefined));
  appendFileSync(
    path,
    lineOf('VI_1 something') +
      lineOf('(VI_2) Entering MASTER STATE') +
      lineOf('(VI_1) Entering BACKUP STATE'),
  );
  tell();
  await client.awaitEvent('lines');
  assert.deepEqual(told(client), ['(VI_1) Entering BACKUP STATE']);
  client.close();
  await eventually('no follower', () => (followers.size === 0 ? true : undefined));
});

test('no answer tells a viewer a password that keepalived logged, or whether it was guessed', async (t) => {
  const { path, open, tell, browser } = await openLog(t, 'watcher');
  const secrets =
    lineOf('   Password = hunter2x') +
    lineOf(`(/etc/k.conf: Line 7) Unterminated quote '  auth_pass "hunter2x`) +
    lineOf(`(/etc/k.conf: Line 7) Unknown keyword 'auth_passhunter2x'`);
  appendFileSync(path, secrets);
  const clients = [await open(), await open('?filter=hunter')];
  appendFileSync(path, secrets + lineOf('the hunter is here'));
  tell();
  for (const client of clients) await client.awaitEvent('lines');
  const pages = await Promise.all(['/logs', '/logs/download'].map((url) => browser.get(url)));
  for (const text of [...pages.map(({ body }) => body), ...clients.map((one) => one.text())]) {
    assert.doesNotMatch(text, /hunter2x/);
  }
  assert.match(pages[1]?.body ?? '', /Password = \*{8}\n/);
  assert.deepEqual(clients.map((client) => told(client).length).toSorted(), [1, 4]);
  const [guess, other] = await Promise.all(
    ['hunter2x', 'hunter3x'].map((filter) => browser.get(`/logs/download?filter=${filter}`)),
  );
  assert.equal(guess?.body, other?.body);
});

test('a log that is missing is reported, and so is its return', async (t) => {
  const { path, open, tell } = await openLog(t);
  const client = await open();
  rmSync(path);
  tell();
  const problem = await client.awaitEvent('problem');
  assert.match((problem.data as { message: string }).message, /does not exist/);
  writeFileSync(path, lineOf('new'));
  tell();
  assert.deepEqual((await client.awaitEvent('problem', 2)).data, { message: '' });
});
