import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LogPage } from '../../../../server/appliance/appliance.ts';
import { logQuerySchema, readFilter } from '../../../../server/web/pages/logs/query-schema.ts';
import { describeLogs } from '../../../../server/web/pages/logs/view-model.ts';
import { renderPage, textOf, wallMs } from './samples.ts';

const source = '/var/log/messages';
const log: LogPage = {
  ok: true,
  source,
  reachedStart: false,
  lines: [
    {
      atMs: wallMs,
      timeText: 'Jul  4 12:00:00',
      tag: 'Keepalived_vrrp',
      pid: 1235,
      message: '(VI_1) Entering MASTER STATE',
      raw: '',
    },
    {
      atMs: undefined,
      timeText: '',
      tag: 'Keepalived',
      pid: undefined,
      message: '<img src=x onerror=alert(1)>',
      raw: '',
    },
  ],
};
const query = { lines: 100, filter: '', kind: '' as const, from: '', to: '', unread: [] };

test('lines are in the order of the log, with time, process and message, as text', () => {
  const html = renderPage('logs', describeLogs(log, query, wallMs));
  assert.match(
    textOf(html),
    /today 12:00:00 Keepalived_vrrp\[1235\] ● Became master \(VI_1\) Entering MASTER STATE The instance changed its state\. Keepalived <img/,
  );
  assert.match(html, /<time datetime="2026-07-04T12:00:00\.000Z" title="2026-07-04 12:00:00 UTC">/);
  assert.ok(!html.includes('<img'));
  assert.match(html, /<a href="\/logs\/download" download>Download as text<\/a>/);
});

test('the query stays in the form and goes along with the download', () => {
  const filter = 'a&b "c"';
  const model = describeLogs(log, { ...query, lines: 500, filter }, wallMs);
  assert.equal(model.downloadPath, '/logs/download?filter=a%26b+%22c%22');
  const html = renderPage('logs', model);
  assert.match(html, /<option value="500" selected>/);
  assert.match(html, /name="filter" type="search" value="a&amp;b &quot;c&quot;"/);
});

test('an empty log and one that cannot be read name their source', () => {
  const empty = describeLogs({ ok: true, source, lines: [], reachedStart: true }, query, wallMs);
  assert.match(
    textOf(renderPage('logs', empty)),
    /\/var\/log\/messages has no line of keepalived\./,
  );
  const broken = describeLogs({ ok: false, source, message: 'Permission denied.' }, query, wallMs);
  assert.match(
    textOf(renderPage('logs', broken)),
    /\(\/var\/log\/messages\) cannot be shown: Permission denied\./,
  );
});

test('a part of a query that makes no sense is left out, and the page says which', () => {
  const fallback = { lines: 100, filter: '', kind: '', from: '', to: '' };
  assert.deepEqual(logQuerySchema.parse({}), { ...fallback, unread: [] });
  const nonsense = {
    lines: '7',
    filter: ['a', 'b'],
    kind: 'x',
    from: 'now',
    to: '2026-13-99T00:00',
  };
  const parsed = logQuerySchema.parse(nonsense);
  assert.deepEqual(
    { ...parsed, unread: parsed.unread.toSorted() },
    { ...fallback, unread: ['filter', 'from', 'kind', 'lines', 'to'] },
  );
  const partly = logQuerySchema.parse({ kind: 'x', lines: '1000', filter: ' VI_1 ' });
  assert.deepEqual(partly, { ...fallback, lines: 1000, filter: 'VI_1', unread: ['kind'] });
  const text = textOf(renderPage('logs', describeLogs(log, partly, wallMs)));
  assert.match(text, /“About” is not valid and was ignored: choose from the list\./);
  assert.doesNotMatch(text, /“Filter” is not valid/);
});

test('an end before the beginning is said', () => {
  const reversed = { ...query, from: '2026-07-04T12:00', to: '2026-07-04T11:00' };
  const none: LogPage = { ok: true, source, lines: [], reachedStart: true };
  const text = textOf(renderPage('logs', describeLogs(none, reversed, wallMs)));
  assert.match(text, /“From” is later than “To”, so no line matches\. Swap them\./);
  assert.match(text, /has no line of keepalived that matches\./);
  // To the minute means the whole minute.
  const same = { ...reversed, from: '2026-07-04T12:00:30', to: '2026-07-04T12:00' };
  assert.doesNotMatch(
    textOf(renderPage('logs', describeLogs(none, same, wallMs))),
    /is later than/,
  );
});

test('a single line is not “All 1 lines”', () => {
  const one: LogPage = {
    ok: true,
    source,
    lines: log.lines.slice(1),
    reachedStart: true,
  };
  const model = describeLogs(one, { ...query, from: '2026-07-04T12:00' }, wallMs);
  assert.equal(model.summary, `The only line that matches in ${source}.`);
});

test('times are of the server’s zone, and one to the minute means the whole minute', () => {
  const from = '2026-11-24T13:00';
  const parsed = logQuerySchema.parse({ from, to: from, kind: 'health' });
  const fromMs = new Date(2026, 10, 24, 13, 0).getTime();
  assert.deepEqual(readFilter(parsed), { kind: 'health', fromMs, toMs: fromMs + 59_999 });
});

test('the filters go along to older lines, to new ones and to the download', () => {
  const filtered = { ...query, lines: 50, kind: 'mismatch', from: '2026-11-24T13:00' } as const;
  const model = describeLogs({ ...log, older: 'OLDER', newest: 'NEWEST' }, filtered, wallMs);
  const filter = 'kind=mismatch&from=2026-11-24T13%3A00';
  assert.equal(model.older?.path, `/logs?${filter}&lines=50&before=OLDER`);
  assert.equal(model.eventsPath, `/logs/events?${filter}&after=NEWEST`);
  assert.equal(model.downloadPath, `/logs/download?${filter}`);
  // A page of the past has nothing to follow.
  const past = { ...filtered, to: '2026-11-24T14:00' };
  assert.equal(describeLogs({ ...log, newest: 'NEWEST' }, past, wallMs).eventsPath, undefined);
  const older = describeLogs(log, { ...query, before: 'OLDER' }, wallMs);
  assert.deepEqual([older.eventsPath, older.newestPath], [undefined, '/logs?lines=100']);
});

test('a search that was stopped says how far it came, and goes on', () => {
  const stopped: LogPage = { ...log, lines: [], older: 'HERE', searchedBackToMs: wallMs };
  const html = renderPage('logs', describeLogs(stopped, { ...query, filter: 'x' }, wallMs));
  assert.match(textOf(html), /No line of keepalived containing “x” was found so far/);
  assert.match(
    html,
    /<a rel="next" href="\/logs\?filter=x&amp;lines=100&amp;before=HERE">Searched back to \d{4}-.*\. Continue the search<\/a>/,
  );
});

test('a message that is known says how serious it is, what it means and what to do', () => {
  const message = '(VI_1) received an invalid passwd!';
  const line = { atMs: wallMs, timeText: '', tag: 'Keepalived_vrrp', pid: 1, message, raw: '' };
  const html = renderPage('logs', describeLogs({ ...log, lines: [line] }, query, wallMs));
  assert.match(html, /<details>\s*<summary><span class="mark tone-bad">/);
  assert.match(
    textOf(html),
    /≠ Error: Mismatch \(VI_1\) .* both may be master\. What to do: Write the same auth_pass/,
  );
});

const lineOf = (message: string, secondsAgo: number) => ({
  ...{ atMs: wallMs - secondsAgo * 1000, timeText: '', tag: 'Keepalived_vrrp', pid: 1 },
  ...{ message, raw: '' },
});

test('lines that say the same are one, with how often and since when', () => {
  const arp = 'Sending gratuitous ARP on eth0 for 192.168.0.100';
  const lines = [
    ...[0, 0, 1, 2].map((ago) => lineOf(arp, ago)),
    lineOf('(VI_1) Entering MASTER STATE', 2),
    lineOf(arp, 3),
  ];
  const { rows } = describeLogs({ ...log, lines }, query, wallMs);
  assert.deepEqual(
    rows.map(({ message, count, since, hasSameTime }) => [message, count, since, hasSameTime]),
    [
      [arp, 4, 'today 11:59:58', false],
      ['(VI_1) Entering MASTER STATE', 1, undefined, false],
      [arp, 1, undefined, false],
    ],
  );
  const html = renderPage('logs', describeLogs({ ...log, lines }, query, wallMs));
  assert.match(textOf(html), /192\.168\.0\.100 4 times since today 11:59:58/);
  assert.doesNotMatch(textOf(html), /1 times/);
});

test('what another process says is another line', () => {
  const lines = [lineOf('the same', 0), { ...lineOf('the same', 0), pid: 2 }];
  const { rows } = describeLogs({ ...log, lines }, query, wallMs);
  assert.deepEqual(
    rows.map(({ process, hasSameTime }) => [process, hasSameTime]),
    [
      ['Keepalived_vrrp[1]', false],
      ['Keepalived_vrrp[2]', true],
    ],
  );
});

test('a line has a mark by what it is about', () => {
  const marks: [message: string, shape: string, word: string, tone: string][] = [
    ['(VI_1) Entering MASTER STATE', '●', 'Became master', 'tone-good'],
    ['(VI_1) Entering BACKUP STATE (init)', '○', 'Became backup', 'tone-calm'],
    ['(VI_1) Entering FAULT STATE', '▲', 'Fault', 'tone-bad'],
    ['(VI_1) sent 0 priority', '◇', 'Gave up master', 'tone-warn'],
    ['(VI_1) Backup received priority 0 advertisement', '◇', 'Other gave up', 'tone-calm'],
    ['(VI_1) Receive advertisement timeout', '◌', 'No master heard', 'tone-warn'],
    ['(VI_1) Changing effective priority from 101 to 91', '✚', 'Health', 'tone-calm'],
    ['Reloading ...', '▸', 'Start or stop', 'tone-calm'],
  ];
  for (const [message, ...mark] of marks) {
    const model = describeLogs({ ...log, lines: [lineOf(message, 0)] }, query, wallMs);
    assert.deepEqual(Object.values(model.rows[0]?.known?.mark ?? {}), mark, message);
  }
});
