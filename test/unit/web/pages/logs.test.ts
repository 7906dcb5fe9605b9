import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LogPage } from '../../../../server/appliance/appliance.ts';
import { logQuerySchema } from '../../../../server/web/pages/logs/query-schema.ts';
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
const query = { lines: 100, filter: '' };

test('lines are in the order of the log, with time, process and message, as text', () => {
  const html = renderPage('logs', describeLogs(log, query));
  assert.match(
    textOf(html),
    /Jul 4 12:00:00 Keepalived_vrrp\[1235\] \(VI_1\) Entering MASTER STATE Keepalived <img/,
  );
  assert.match(html, /<time datetime="2026-07-04T12:00:00\.000Z">/);
  assert.ok(!html.includes('<img'));
  assert.match(html, /<a href="\/logs\/download" download>Download as text<\/a>/);
});

test('the query stays in the form and goes along with the download', () => {
  const filter = 'a&b "c"';
  const model = describeLogs(log, { lines: 500, filter });
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

test('a query that makes no sense shows the default', () => {
  const fallback = { lines: 100, filter: '' };
  assert.deepEqual(logQuerySchema.parse({}), fallback);
  assert.deepEqual(logQuerySchema.parse({ lines: '7', filter: ['a', 'b'] }), fallback);
  assert.deepEqual(logQuerySchema.parse({ lines: '1000', filter: ' VI_1 ' }), {
    lines: 1000,
    filter: 'VI_1',
  });
});
