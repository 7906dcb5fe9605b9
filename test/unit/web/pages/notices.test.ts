import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import type { Notice } from '../../../../server/history/notices.ts';
import { createTestApp, TestBrowser } from '../app-harness.ts';
import { createTestKeeper } from '../test-keeper.ts';
import { textOf, wallMs } from './samples.ts';

test('what happened while nobody looked stays on the page until it is seen', async (t) => {
  let notices: Notice[] = [
    {
      id: randomUUID(),
      atMs: wallMs,
      severity: 'critical',
      sentence: 'The old version is <back>, but keepalived does not run with it.',
    },
  ];
  const { app } = await createTestApp({
    keeper: createTestKeeper(),
    operations: {
      readNotices: () => notices,
      dismissNotice: (id) => {
        notices = notices.filter((notice) => notice.id !== id);
        return Promise.resolve();
      },
    },
  });
  t.after(() => app.close());
  const browser = new TestBrowser(app);
  await browser.logIn();

  const page = await browser.get('/keepalived');
  assert.match(textOf(page.body), /The old version is <back>, but keepalived/);
  const answer = await browser.post('/keepalived/notices/dismiss', { id: notices[0]?.id ?? '' });
  assert.equal(answer.headers.location, '/keepalived');
  assert.doesNotMatch((await browser.get('/keepalived')).body, /The old version is/);
});
