import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  copyFileSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { LogFilter } from '../../../../server/appliance/appliance.ts';
import { createFileLog } from '../../../../server/appliance/logs/file-log.ts';
import { measureCpuOf } from '../../../cpu-time.ts';

function makePath(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'rotated-log-'));
  context.after(() => {
    rmSync(folder, { recursive: true });
  });
  return join(folder, 'messages');
}

const stampOf = (second: number) =>
  new Date(Date.UTC(2026, 10, 20) + second * 1000).toISOString().replace('Z', '+00:00');
const lineOf = (second: number) =>
  `${stampOf(second)} server1 Keepalived_vrrp[123]: line ${second}\n`;
/** Lines of consecutive seconds. */
function linesOf(from: number, to: number): string {
  return Array.from({ length: to - from }, (_, index) => lineOf(from + index)).join('');
}
const range = (from: number, to: number) =>
  Array.from(
    { length: Math.abs(to - from) },
    (_, index) => `line ${from < to ? from + index : from - 1 - index}`,
  );

async function readPage(path: string, limit: number, before?: string, filter: LogFilter = {}) {
  const page = await createFileLog(path).read({ limit, before, ...filter });
  assert.ok(page.ok, JSON.stringify(page));
  return { ...page, messages: page.lines.map(({ message }) => message) };
}

/** Every line, page by page; `between` is called with the number of each page. */
async function readAllPages(path: string, limit: number, between?: (page: number) => void) {
  const messages: string[] = [];
  let before: string | undefined;
  for (let count = 1; count < 1000; count += 1) {
    const page = await readPage(path, limit, before);
    messages.push(...page.messages);
    assert.equal(page.reachedStart, page.older === undefined);
    if (page.older === undefined) return messages;
    before = page.older;
    between?.(count);
  }
  throw new Error('The pages do not end.');
}

function writeRotated(path: string): void {
  writeFileSync(
    `${path}-20261101.gz`,
    gzipSync('not read: dated names are older or newer, not mixed\n'),
  );
  writeFileSync(`${path}.3.gz`, gzipSync(linesOf(0, 100)));
  writeFileSync(`${path}.2.gz`, gzipSync(linesOf(100, 200)));
  writeFileSync(`${path}.1`, linesOf(200, 300));
  writeFileSync(path, linesOf(300, 400));
  writeFileSync(`${path}.1.save`, lineOf(1_000));
  writeFileSync(`${path}log`, lineOf(1_000));
}

test('pages go on into rotated files, packed ones too, each line once', async (context) => {
  const path = makePath(context);
  writeRotated(path);
  for (const limit of [1_000, 100, 70, 7]) {
    assert.deepEqual(await readAllPages(path, limit), range(400, 0), String(limit));
  }
});

test('dated rotated files are read newest first', async (context) => {
  const path = makePath(context);
  writeFileSync(`${path}-20261101.gz`, gzipSync(linesOf(0, 10)));
  writeFileSync(`${path}-20261108.gz`, gzipSync(linesOf(10, 20)));
  writeFileSync(`${path}-20261115`, linesOf(20, 30));
  writeFileSync(path, linesOf(30, 40));
  assert.deepEqual(await readAllPages(path, 4), range(40, 0));
});

test('a rotation between two pages loses and repeats nothing', async (context) => {
  const path = makePath(context);
  writeRotated(path);
  const rotate = () => {
    for (const [from, to] of [
      ['.3.gz', '.4.gz'],
      ['.2.gz', '.3.gz'],
    ]) {
      renameSync(`${path}${from}`, `${path}${to}`);
    }
    writeFileSync(`${path}.2.gz`, gzipSync(readFileSync(`${path}.1`)));
    rmSync(`${path}.1`);
    renameSync(path, `${path}.1`);
    writeFileSync(path, linesOf(400, 450));
  };
  const messages = await readAllPages(path, 30, (page) => {
    if (page === 2) rotate();
    // What is read from now on was packed.
    if (page === 5) {
      renameSync(`${path}.4.gz`, `${path}.5.gz`);
      renameSync(`${path}.3.gz`, `${path}.4.gz`);
      renameSync(`${path}.2.gz`, `${path}.3.gz`);
      writeFileSync(`${path}.2.gz`, gzipSync(readFileSync(`${path}.1`)));
      rmSync(`${path}.1`);
    }
  });
  assert.deepEqual(messages, range(400, 0));
});

test('what was logged behind a page, through renaming, truncating and packing', async (context) => {
  const path = makePath(context);
  writeFileSync(path, linesOf(0, 10));
  const { newest = '' } = await readPage(path, 5);
  const { readNewer } = createFileLog(path);
  let place = newest;
  const expectNewer = async (messages: string[], what: string) => {
    const news = await readNewer(place, {});
    assert.ok(news.ok);
    assert.deepEqual(
      [news.lines.map(({ message }) => message), news.isGap, news.hasMore],
      [messages, false, false],
      what,
    );
    place = news.newest;
  };
  await expectNewer([], 'nothing yet');
  appendFileSync(path, linesOf(10, 12) + lineOf(12).slice(0, 60));
  await expectNewer(range(10, 12), 'a line that is not finished is not told');
  appendFileSync(path, lineOf(12).slice(60));
  await expectNewer(range(12, 13), 'but then');

  // Renamed; the log daemon still writes into the old file, then into the new one.
  appendFileSync(path, lineOf(13));
  renameSync(path, `${path}.1`);
  appendFileSync(`${path}.1`, lineOf(14));
  await expectNewer(range(13, 15), 'while there is no log file');
  appendFileSync(`${path}.1`, lineOf(15));
  writeFileSync(path, linesOf(16, 18));
  await expectNewer(range(15, 18), 'in both files');

  // Copied and truncated; the new text is longer than the old one was.
  appendFileSync(path, lineOf(18));
  renameSync(`${path}.1`, `${path}.2`);
  copyFileSync(path, `${path}.1`);
  truncateSync(path, 0);
  await expectNewer(range(18, 19), 'in the copy');
  appendFileSync(path, linesOf(19, 40));
  await expectNewer(range(19, 40), 'after the truncation');
  appendFileSync(path, lineOf(40));
  rmSync(`${path}.1`);
  writeFileSync(`${path}.1.gz`, gzipSync(readFileSync(path)));
  truncateSync(path, 0);
  appendFileSync(path, linesOf(41, 90));
  await expectNewer(range(40, 90), 'packed at once');
});

test('what is gone is said to be missing', async (context) => {
  const path = makePath(context);
  writeFileSync(path, linesOf(0, 10));
  const { newest = '' } = await readPage(path, 5);
  truncateSync(path, 0);
  appendFileSync(path, linesOf(10, 12));
  const news = await createFileLog(path).readNewer(newest, {});
  assert.ok(news.ok);
  assert.deepEqual([news.lines.map(({ message }) => message), news.isGap], [range(10, 12), true]);
});

test('very many new lines come in parts', async (context) => {
  const path = makePath(context);
  writeFileSync(path, '');
  const { newest = '' } = await readPage(path, 5);
  writeFileSync(path, linesOf(0, 1_200));
  const { readNewer } = createFileLog(path);
  const told: string[] = [];
  for (let place = newest; ;) {
    const news = await readNewer(place, {});
    assert.ok(news.ok);
    told.push(...news.lines.map(({ message }) => message));
    place = news.newest;
    if (!news.hasMore) break;
  }
  assert.deepEqual(told, range(0, 1_200));
});

test('a cursor that was altered names no place', async (context) => {
  const path = makePath(context);
  writeRotated(path);
  const { older = '' } = await readPage(path, 5);
  const [ino, offset, span, hash] = Buffer.from(older, 'base64url').toString().split('.');
  const altered = [
    '',
    'x',
    `${older.slice(0, -3)}AAA`,
    ...[
      `${ino}.0.${span}.${hash}`,
      `${ino}.${Number(offset) - 1}.${span}.${hash}`,
      `${ino}.999999999999999.${span}.${hash}`,
      `${ino}.${offset}.-99.${hash}`,
      `${ino}.${offset}.0.${hash}x`,
      `../../etc/shadow.${offset}.${span}.${hash}`,
    ].map((text) => Buffer.from(text).toString('base64url')),
  ];
  for (const before of altered) {
    const page = await createFileLog(path).read({ limit: 1, before });
    assert.ok(!page.ok, before);
    assert.equal(page.problem, 'unknown-place');
  }
});

test('filters go together: text, kind and time, in every file', async (context) => {
  const path = makePath(context);
  const entry = (second: number, message: string) =>
    `${stampOf(second)} server1 Keepalived_vrrp[1]: ${message}\n`;
  writeFileSync(
    `${path}.1.gz`,
    gzipSync(entry(0, '(VI_1) Entering MASTER STATE') + entry(5, 'VRRP_Script(chk) failed')),
  );
  writeFileSync(
    path,
    entry(10_000, '(VI_1) Entering BACKUP STATE') +
      entry(20_000, '(VI_2) Entering MASTER STATE') +
      entry(20_001, 'something VI_2') +
      entry(30_000, '(VI_1) Entering FAULT STATE'),
  );
  const count = async (filter: LogFilter) => (await readPage(path, 10, undefined, filter)).messages;
  const at = (second: number) => Date.parse(stampOf(second));
  assert.equal((await count({ kind: 'transition' })).length, 4);
  assert.deepEqual(await count({ kind: 'health' }), ['VRRP_Script(chk) failed']);
  assert.deepEqual(await count({ kind: 'other', filter: 'vi_2' }), ['something VI_2']);
  assert.deepEqual(await count({ kind: 'transition', filter: 'vi_1', toMs: at(10_000) }), [
    '(VI_1) Entering BACKUP STATE',
    '(VI_1) Entering MASTER STATE',
  ]);
  assert.deepEqual(await count({ fromMs: at(10_001), toMs: at(20_000) }), [
    '(VI_2) Entering MASTER STATE',
  ]);
  const chunks: string[] = [];
  const exported = createFileLog(path).export({ kind: 'transition', toMs: at(10_000) });
  for await (const chunk of exported) chunks.push(chunk);
  assert.equal(
    chunks.join(''),
    entry(0, '(VI_1) Entering MASTER STATE') + entry(10_000, '(VI_1) Entering BACKUP STATE'),
  );
});

test('a time far back in a large log is found without looking at what is newer', async (context) => {
  const path = makePath(context);
  writeFileSync(path, linesOf(0, 40_000));
  const toMs = Date.parse(stampOf(20_000));
  const page = await readPage(path, 100, undefined, { toMs });
  assert.deepEqual(page.messages, range(20_001, 19_901));
  const early = await readPage(path, 100, undefined, { fromMs: toMs - 9_500, toMs });
  assert.deepEqual([early.messages, early.reachedStart], [range(20_001, 19_991), true]);
});

test('a stamp without a year is of the year in which its file was written', async (context) => {
  const path = makePath(context);
  writeFileSync(path, '');
  writeFileSync(`${path}.1`, 'Nov 24 13:00:01 server1 Keepalived[1]: old\n');
  const writtenAt = new Date(2023, 10, 24, 13, 0, 2);
  utimesSync(`${path}.1`, writtenAt, writtenAt);
  const { lines } = await readPage(path, 1);
  assert.equal(new Date(lines[0]?.atMs ?? 0).getFullYear(), 2023);
});

test('a damaged or linked rotated file is passed over, and that is said', async (context) => {
  const path = makePath(context);
  writeRotated(path);
  const packed = readFileSync(`${path}.2.gz`);
  writeFileSync(`${path}.2.gz`, Buffer.concat([packed.subarray(0, 40), Buffer.alloc(200, 7)]));
  rmSync(`${path}.1`);
  writeFileSync(`${path}-elsewhere`, lineOf(5_000));
  symlinkSync(`${path}-elsewhere`, `${path}.1`);
  const page = await readPage(path, 1_000);
  assert.ok(!page.messages.includes('line 5000'));
  assert.ok(page.messages.includes('line 0'), 'and the search goes on behind it');
  assert.match(
    page.notes?.join('\n') ?? '',
    /messages\.1 cannot be read \(ELOOP\)\.\n.*\.2\.gz is damaged/,
  );
});

test('files that were packed by another program than gzip are named, once the search comes to them', async (context) => {
  const path = makePath(context);
  writeFileSync(`${path}.4.zst`, 'not read');
  writeFileSync(`${path}.3.xz`, 'not read');
  writeFileSync(`${path}.2.gz`, gzipSync(linesOf(0, 10)));
  writeFileSync(`${path}.1`, linesOf(10, 20));
  writeFileSync(path, linesOf(20, 30));
  const words = /^Older lines are not shown: messages\.3\.xz, messages\.4\.zst cannot be unpacked/;
  const first = await readPage(path, 15);
  assert.deepEqual(first.notes, []);
  const last = await readPage(path, 15, first.older);
  assert.deepEqual(last.messages, range(15, 0));
  assert.match(last.notes?.join('\n') ?? '', words);
  appendFileSync(path, lineOf(20_000));
  const recent = await readPage(path, 15, undefined, { fromMs: Date.parse(stampOf(20_000)) });
  assert.deepEqual(recent.messages, ['line 20000']);
  assert.deepEqual(recent.notes, [], 'what is so old was not asked for');
  const exported: string[] = [];
  for await (const chunk of createFileLog(path).export({})) exported.push(chunk);
  assert.match(exported[0] ?? '', words);
});

const rotations: Record<string, (path: string) => void> = {
  renamed: (path) => {
    renameSync(path, `${path}.1`);
    writeFileSync(path, '');
  },
  'copied and truncated': (path) => {
    execFileSync('cp', ['--sparse=always', path, `${path}.1`]);
    truncateSync(path, 0);
  },
};
for (const [how, rotate] of Object.entries(rotations)) {
  test(`a log of 4 GB that is ${how} while it is followed loses nothing, and costs nothing`, async (context) => {
    const path = makePath(context);
    writeFileSync(path, '');
    truncateSync(path, 4 * 1024 ** 3);
    appendFileSync(path, `\n${linesOf(0, 10)}`);
    const { messages, newest = '' } = await readPage(path, 5);
    assert.deepEqual(messages, range(10, 5));
    appendFileSync(path, linesOf(10, 20));
    rotate(path);
    appendFileSync(path, linesOf(20, 30));
    const memoryBefore = process.memoryUsage().rss;
    const { value: news, tookMs } = await measureCpuOf(() =>
      createFileLog(path).readNewer(newest, {}),
    );
    assert.ok(tookMs < 500, `${tookMs} ms`);
    assert.ok(process.memoryUsage().rss - memoryBefore < 64 * 1024 * 1024);
    assert.ok(news.ok);
    assert.deepEqual(
      [news.lines.map(({ message }) => message), news.isGap],
      [range(10, 30), false],
    );
  });
}

test('a packed file of which most is not wanted is unpacked in little memory', async (context) => {
  const path = makePath(context);
  writeFileSync(path, '');
  const filler = `${stampOf(0)} server1 cron[1]: ${'x'.repeat(200)}\n`.repeat(40_000);
  const packed = gzipSync(filler, { level: 1 });
  const members = [gzipSync(linesOf(0, 50)), ...Array.from({ length: 12 }, () => packed)];
  writeFileSync(`${path}.1.gz`, Buffer.concat(members));
  const memoryBefore = process.memoryUsage().rss;
  const page = await readPage(path, 100);
  assert.deepEqual(page.messages, range(50, 0));
  assert.ok(process.memoryUsage().rss - memoryBefore < 64 * 1024 * 1024);
});

test('a search that takes too long stops, says where, and goes on from there', async (context) => {
  const path = makePath(context);
  writeRotated(path);
  appendFileSync(path, `${stampOf(400)} server1 cron[1]: ${'x'.repeat(300_000)}\n`);
  const limits = { searchTimeMs: 0, bytes: 1024 ** 3, unpackTimeMs: 5_000 };
  const log = createFileLog(path, { ...limits, searchTimeMs: 1 });
  const messages: string[] = [];
  let before: string | undefined;
  let stops = 0;
  for (let count = 0; count < 100; count += 1) {
    const page = await log.read({ limit: 1_000, before, filter: 'line' });
    assert.ok(page.ok);
    messages.push(...page.lines.map(({ message }) => message));
    if (page.older === undefined) break;
    assert.notEqual(page.searchedBackToMs, undefined);
    stops += 1;
    before = page.older;
  }
  assert.ok(stops >= 2, `${stops}`);
  assert.deepEqual(messages, range(400, 0));

  const impatient = await createFileLog(path, {
    ...limits,
    searchTimeMs: 5_000,
    unpackTimeMs: -1,
  }).read({
    limit: 1_000,
  });
  assert.ok(impatient.ok);
  assert.match(impatient.notes?.join() ?? '', /messages\.2\.gz is too large .*messages\.3\.gz/);
});
