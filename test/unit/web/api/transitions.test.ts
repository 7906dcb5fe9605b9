import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SplitBrain, TransitionRecord } from '../../../../server/state/state-keeper.ts';
import { transitionsDocumentSchema } from '../../../../server/web/api/transitions-document.ts';
import { createTestApp, TestBrowser } from '../app-harness.ts';
import { createTestKeeper } from '../test-keeper.ts';

const atMs = Date.UTC(2026, 6, 4, 12);
const records: TransitionRecord[] = [
  {
    kind: 'transition',
    atMs,
    instance: 'VI_1',
    from: 'BACKUP',
    to: 'MASTER',
    reason: { code: 'peer-lost', words: 'no advertisement came from the other server' },
    source: 'log',
    unservedAtMostMs: 3_600,
  },
  { kind: 'transition', atMs: atMs - 1, instance: 'VI_1', to: 'BACKUP', source: 'dump' },
];
const splitBrain: SplitBrain = {
  ...{ instance: 'VI_1', code: 'another-master', fromMs: atMs, toMs: atMs + 300_000, end: 'known' },
  sentence: 'Another server is active.',
};

test('/api/v1/transitions follows its schema, and asks for what the query says', async (t) => {
  const asked: unknown[] = [];
  const keeper = {
    ...createTestKeeper(),
    readTransitions: (query: unknown) => (asked.push(query), records),
    readSplitBrains: () => [splitBrain],
    readFailoverRecords: () => [
      {
        ...({ kind: 'action', what: 'stop', atMs: atMs - 500, untilMs: atMs - 400 } as const),
        ...{ userName: 'maria', remoteAddress: '192.0.2.7' },
      },
    ],
  };
  const { app } = await createTestApp({ keeper });
  t.after(() => app.close());
  const browser = new TestBrowser(app);
  await browser.logIn('watcher');

  const answer = await browser.get('/api/v1/transitions');
  const { transitions, splitBrains } = transitionsDocumentSchema.parse(answer.json());
  assert.equal(transitions[0]?.at, '2026-07-04T12:00:00.000Z');
  assert.deepEqual(transitions[0].reason, records[0]?.reason);
  assert.equal(transitions[1]?.from, null);
  assert.deepEqual(transitions[0].author, {
    ...{ userName: 'maria', remoteAddress: '192.0.2.7', action: 'stop' },
  });

  assert.equal(splitBrains[0]?.to, '2026-07-04T12:05:00.000Z');

  const since = encodeURIComponent('2026-07-04T14:00:00+02:00');
  assert.equal((await browser.get(`/api/v1/transitions?limit=7&since=${since}`)).statusCode, 200);
  assert.deepEqual(asked, [{ limit: 100 }, { limit: 7, sinceMs: atMs }]);

  for (const query of ['limit=0', 'limit=1001', 'limit=x', 'since=yesterday', 'from=1']) {
    assert.equal((await browser.get(`/api/v1/transitions?${query}`)).statusCode, 400, query);
  }
});
