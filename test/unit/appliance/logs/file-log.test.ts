import assert from 'node:assert/strict';
import {
  appendFileSync,
  closeSync,
  ftruncateSync,
  mkdtempSync,
  openSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { createFileLog } from '../../../../server/appliance/logs/file-log.ts';
import { measureCpuOf } from '../../../cpu-time.ts';

function makePath(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'file-log-'));
  context.after(() => {
    rmSync(folder, { recursive: true });
  });
  return join(folder, 'messages');
}

const keepalivedLine = (message: string) =>
  `Nov 24 13:00:01 server1 Keepalived_vrrp[123]: ${message}\n`;
const kernelLine = 'Nov 24 13:00:01 server1 kernel: [1.0] Keepalived is not who says this\n';

async function readMessages(path: string, limit = 100, filter?: string) {
  const page = await createFileLog(path).read({ limit, filter });
  assert.ok(page.ok);
  return { messages: page.lines.map(({ message }) => message), reachedStart: page.reachedStart };
}

async function exportText(path: string, filter?: string) {
  const chunks: string[] = [];
  for await (const chunk of createFileLog(path).export({ filter })) chunks.push(chunk);
  return chunks.join('');
}

test('only keepalived’s lines, newest first, with their parts', async (context) => {
  const path = makePath(context);
  writeFileSync(
    path,
    keepalivedLine('first') +
      kernelLine +
      keepalivedLine('Printing VRRP as json for process(123) on signal') +
      'garbage\n\n' +
      keepalivedLine('(VI_1) Entering MASTER STATE'),
  );
  const page = await createFileLog(path).read({ limit: 10 });
  assert.ok(page.ok);
  assert.equal(page.source, path);
  assert.equal(page.reachedStart, true);
  const [newest, oldest] = page.lines;
  assert.equal(page.lines.length, 2);
  assert.deepEqual(
    [newest?.message, newest?.tag, newest?.pid, newest?.timeText],
    ['(VI_1) Entering MASTER STATE', 'Keepalived_vrrp', 123, 'Nov 24 13:00:01'],
  );
  assert.equal(oldest?.message, 'first');
});

test('the limit says whether there is more', async (context) => {
  const path = makePath(context);
  writeFileSync(path, ['a', 'b', 'c'].map(keepalivedLine).join(''));
  assert.deepEqual(await readMessages(path, 2), { messages: ['c', 'b'], reachedStart: false });
  assert.deepEqual(await readMessages(path, 3), { messages: ['c', 'b', 'a'], reachedStart: true });
});

test('the filter is a substring in any case, never a pattern', async (context) => {
  const path = makePath(context);
  writeFileSync(path, ['Entering MASTER', 'a.*b', 'axxb', 'Ünïcode'].map(keepalivedLine).join(''));
  assert.deepEqual((await readMessages(path, 9, 'master')).messages, ['Entering MASTER']);
  assert.deepEqual((await readMessages(path, 9, 'A.*B')).messages, ['a.*b']);
  assert.deepEqual((await readMessages(path, 9, 'ünÏ')).messages, ['Ünïcode']);
  assert.deepEqual((await readMessages(path, 9, 'nothing')).messages, []);
});

test('a filter finds what masks a password, not the password', async (context) => {
  const path = makePath(context);
  const quoted = `(Line 7) Unterminated quote 'auth_pass "hunter2`;
  writeFileSync(path, ['   Password = hunter2', quoted].map(keepalivedLine).join(''));
  const find = async (filter: string) => (await readMessages(path, 9, filter)).messages;
  for (const guess of ['hunter2', 'Password = h', 'auth_pass "h']) {
    assert.deepEqual([await find(guess), await exportText(path, guess)], [[], ''], guess);
  }
  assert.deepEqual(await find('password = ****'), ['   Password = ********']);
  assert.deepEqual(await find("auth_pass …'"), ["(Line 7) Unterminated quote 'auth_pass …'"]);
  assert.deepEqual((await find('')).length, 2);
});

test('lines across the borders of blocks come whole, whatever their length', async (context) => {
  const path = makePath(context);
  const messages = Array.from(
    { length: 2000 },
    (_, index) => `${index} ${'x'.repeat((index * 37) % 1200)}`,
  );
  writeFileSync(path, messages.map((text) => keepalivedLine(text) + kernelLine).join(''));
  assert.ok(statSync(path).size > 4 * 256 * 1024);
  const result = await readMessages(path, 10_000);
  assert.equal(result.reachedStart, true);
  assert.deepEqual(result.messages, messages.reverse());
});

test('a line without an end, an empty file and one without keepalived', async (context) => {
  const path = makePath(context);
  writeFileSync(path, keepalivedLine('whole') + keepalivedLine('being written').trimEnd());
  assert.deepEqual((await readMessages(path)).messages, ['being written', 'whole']);
  writeFileSync(path, '');
  assert.deepEqual(await readMessages(path), { messages: [], reachedStart: true });
  assert.equal(await exportText(path), '');
  writeFileSync(path, kernelLine.repeat(10));
  assert.deepEqual(await readMessages(path), { messages: [], reachedStart: true });
});

test('bytes that are not UTF-8, control characters and lines of a megabyte', async (context) => {
  const path = makePath(context);
  writeFileSync(path, keepalivedLine('before'));
  appendFileSync(path, keepalivedLine(`long ${'x'.repeat(1024 * 1024)}`));
  appendFileSync(path, Buffer.from(keepalivedLine('bad \xff\xfe byte'), 'latin1'));
  appendFileSync(path, keepalivedLine('\x1b[2J<img onerror=x>\0'));
  const { messages } = await readMessages(path);
  assert.equal(messages.length, 4);
  assert.equal(messages[0], '\\x1b[2J<img onerror=x>\\x00');
  assert.equal(messages[1], 'bad \ufffd\ufffd byte');
  assert.match(messages[2] ?? '', /^long x+$/);
  assert.ok((messages[2] ?? '').length <= 16 * 1024);
  assert.equal(messages[3], 'before');
  const lines = (await exportText(path)).trimEnd().split('\n');
  assert.equal(lines.length, 4);
  assert.ok((lines[1] ?? '').length <= 16 * 1024);
});

test('a sparse file of 4 GB is read at its end, at once', async (context) => {
  const path = makePath(context);
  const file = openSync(path, 'w');
  ftruncateSync(file, 4 * 1024 ** 3);
  closeSync(file);
  appendFileSync(
    path,
    `\n${Array.from({ length: 100 }, (_, i) => keepalivedLine(`line ${i}`)).join('')}`,
  );
  const memoryBefore = process.memoryUsage().rss;
  const { value: first, tookMs } = await measureCpuOf(() => readMessages(path, 50));
  assert.ok(tookMs < 500, `${tookMs} ms`);
  assert.equal(first.messages.length, 50);
  assert.equal(first.messages[0], 'line 99');
  assert.equal(first.reachedStart, false);

  // Asked for more than there is, the search ends in bounded time and says that it did not see all.
  const search = await measureCpuOf(() => readMessages(path, 1000));
  const searched = search.value;
  assert.ok(search.tookMs < 6000, `${search.tookMs} ms`);
  assert.deepEqual([searched.messages.length, searched.reachedStart], [100, false]);
  assert.ok(process.memoryUsage().rss - memoryBefore < 128 * 1024 * 1024);
});

test('a file that is cut while it is read does no harm', async (context) => {
  const path = makePath(context);
  writeFileSync(path, keepalivedLine('x'.repeat(200)).repeat(20_000));
  const reading = createFileLog(path).read({ limit: 100_000 });
  truncateSync(path, 0);
  assert.ok((await reading).ok);
});

test('what cannot be read is explained', async (context) => {
  const path = makePath(context);
  const missing = await createFileLog(path).read({ limit: 1 });
  assert.ok(!missing.ok);
  assert.match(missing.message, /does not exist\. Start rsyslog, or set WAI_LOG/);
  assert.match(await exportText(path), /does not exist/);
  const folder = await createFileLog(tmpdir()).read({ limit: 1 });
  assert.ok(!folder.ok);
  assert.match(folder.message, /is not a file/);
});

test('the export is all lines, oldest first, and ends when its reader goes', async (context) => {
  const path = makePath(context);
  const messages = Array.from({ length: 20_000 }, (_, index) => `line ${index}`);
  writeFileSync(path, messages.map((text) => keepalivedLine(text) + kernelLine).join(''));
  assert.equal(await exportText(path), messages.map(keepalivedLine).join(''));
  assert.equal(await exportText(path, 'LINE 19999'), keepalivedLine('line 19999'));
  for await (const chunk of createFileLog(path).export({})) {
    assert.match(chunk, /line 0\n/);
    break;
  }
});

test('a file that keepalived writes itself, where no line bears its name', async (context) => {
  const path = makePath(context);
  const at = 'Mon Feb 21 13:38:06.984861723 2022: ';
  writeFileSync(
    path,
    `${at}Starting VRRP child process, pid=7\n${at}(VI_1) Entering MASTER STATE\n`,
  );
  assert.deepEqual(await readMessages(path), {
    messages: ['(VI_1) Entering MASTER STATE', 'Starting VRRP child process, pid=7'],
    reachedStart: true,
  });
  assert.deepEqual((await readMessages(path, 10, 'master')).messages, [
    '(VI_1) Entering MASTER STATE',
  ]);
  assert.equal(await exportText(path, 'child'), `${at}Starting VRRP child process, pid=7\n`);
});
