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
  const html = renderPage('logs', describeLogs(log, query));
  assert.match(
    textOf(html),
    /Jul 4 12:00:00 Keepalived_vrrp\[1235\] ● Event \(VI_1\) Entering MASTER STATE The instance changed its state\. Keepalived <img/,
  );
  assert.match(html, /<time datetime="2026-07-04T12:00:00\.000Z">/);
  assert.ok(!html.includes('<img'));
  assert.match(html, /<a href="\/logs\/download" download>Download as text<\/a>/);
});

test('the query stays in the form and goes along with the download', () => {
  const filter = 'a&b "c"';
  const model = describeLogs(log, { ...query, lines: 500, filter });
  assert.equal(model.downloadPath, '/logs/download?filter=a%26b+%22c%22');
  const html = renderPage('logs', model);
  assert.match(html, /<option value="500" selected>/);
  assert.match(html, /name="filter" type="search" value="a&amp;b &quot;c&quot;"/);
});

test('an empty log and one that cannot be read name their source', () => {
  const empty = describeLogs({ ok: true, source, lines: [], reachedStart: true }, query);
  assert.match(
    textOf(renderPage('logs', empty)),
    /\/var\/log\/messages has no line of keepalived\./,
  );
  const broken = describeLogs({ ok: false, source, message: 'Permission denied.' }, query);
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
  const text = textOf(renderPage('logs', describeLogs(log, partly)));
  assert.match(text, /“About” is not valid and was ignored: choose from the list\./);
  assert.doesNotMatch(text, /“Filter” is not valid/);
});

test('an end before the beginning is said', () => {
  const reversed = { ...query, from: '2026-07-04T12:00', to: '2026-07-04T11:00' };
  const none: LogPage = { ok: true, source, lines: [], reachedStart: true };
  const text = textOf(renderPage('logs', describeLogs(none, reversed)));
  assert.match(text, /“From” is later than “To”, so no line matches\. Swap them\./);
  assert.match(text, /has no line of keepalived that matches\./);
  // To the minute means the whole minute.
  const same = { ...reversed, from: '2026-07-04T12:00:30', to: '2026-07-04T12:00' };
  assert.doesNotMatch(textOf(renderPage('logs', describeLogs(none, same))), /is later than/);
});

test('a single line is not “All 1 lines”', () => {
  const one: LogPage = {
    ok: true,
    source,
    lines: log.lines.slice(1),
    reachedStart: true,
  };
  const model = describeLogs(one, { ...query, from: '2026-07-04T12:00' });
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
  const model = describeLogs({ ...log, older: 'OLDER', newest: 'NEWEST' }, filtered);
  const filter = 'kind=mismatch&from=2026-11-24T13%3A00';
  assert.equal(model.older?.path, `/logs?${filter}&lines=50&before=OLDER`);
  assert.equal(model.eventsPath, `/logs/events?${filter}&after=NEWEST`);
  assert.equal(model.downloadPath, `/logs/download?${filter}`);
  // A page of the past has nothing to follow.
  const past = { ...filtered, to: '2026-11-24T14:00' };
  assert.equal(describeLogs({ ...log, newest: 'NEWEST' }, past).eventsPath, undefined);
  const older = describeLogs(log, { ...query, before: 'OLDER' });
  assert.deepEqual([older.eventsPath, older.newestPath], [undefined, '/logs?lines=100']);
});

test('a search that was stopped says how far it came, and goes on', () => {
  const stopped: LogPage = { ...log, lines: [], older: 'HERE', searchedBackToMs: wallMs };
  const html = renderPage('logs', describeLogs(stopped, { ...query, filter: 'x' }));
  assert.match(textOf(html), /No line of keepalived containing “x” was found so far/);
  assert.match(
    html,
    /<a rel="next" href="\/logs\?filter=x&amp;lines=100&amp;before=HERE">Searched back to \d{4}-.*\. Continue the search<\/a>/,
  );
});

test('a message that is known says how serious it is, what it means and what to do', () => {
  const message = '(VI_1) received an invalid passwd!';
  const line = { atMs: wallMs, timeText: '', tag: 'Keepalived_vrrp', pid: 1, message, raw: '' };
  const html = renderPage('logs', describeLogs({ ...log, lines: [line] }, query));
  assert.match(html, /<details>\s*<summary><span class="severity tone-bad">/);
  assert.match(
    textOf(html),
    /■ Error \(VI_1\) .* both may be master\. What to do: Write the same auth_pass/,
  );
});
