import assert from 'node:assert/strict';
import test from 'node:test';
import type { TestContext } from 'node:test';
import type { Operations } from '../../../../server/operations/operations.ts';
import { createTestApp, TestBrowser } from '../app-harness.ts';

const url = '/api/v1/configuration/check';

async function openBrowser(t: TestContext, user: string) {
  const asked: unknown[] = [];
  const operations: Partial<Operations> = {
    checkConfiguration: (...request) =>
      Promise.resolve(
        (asked.push(request),
        [
          { severity: 'warning', code: 'other', line: 2, message: 'Hm.', remedy: 'Do this.' },
          {
            severity: 'fatal',
            code: 'invalid-value',
            line: undefined,
            message: 'No.',
            remedy: 'Do that.',
          },
        ]),
      ),
  };
  const { app } = await createTestApp({ operations: operations });
  t.after(() => app.close());
  const browser = new TestBrowser(app);
  await browser.logIn(user);
  // Any page with a form has the token.
  const page = await browser.get('/nowhere');
  const token = /name="_csrf" value="([^"]+)"/.exec(page.body)?.[1] ?? '';
  const check = (body: object, headers: Record<string, string> = {}) =>
    browser.request({
      method: 'POST',
      url,
      payload: body,
      headers: { origin: 'http://localhost', 'x-csrf-token': token, ...headers },
    });
  return { asked, check };
}

test('the findings come with their words, the worst first, secrets masked', async (t) => {
  const { asked, check } = await openBrowser(t, 'admin');
  const text = 'authentication {\nauth_pass topsecret1\n}\n';
  const answer = await check({ fileId: 'live', text });
  assert.equal(answer.statusCode, 200);
  assert.deepEqual(asked, [['live', text]]);
  assert.deepEqual(answer.json(), {
    findings: [
      {
        ...{ severity: 'fatal', code: 'invalid-value', tone: 'bad', word: 'Error' },
        ...{ message: 'No.', remedy: 'Do that.' },
      },
      {
        ...{ severity: 'warning', code: 'other', tone: 'warn', word: 'Warning', line: 2 },
        ...{ lineText: 'auth_pass ********', message: 'Hm.', remedy: 'Do this.' },
      },
    ],
  });
});

test('a viewer, a page of another site and a form without its token check nothing', async (t) => {
  const body = { fileId: 'live', text: '' };
  const admin = await openBrowser(t, 'admin');
  const viewer = await openBrowser(t, 'watcher');
  assert.equal((await viewer.check(body)).statusCode, 403);
  assert.equal((await admin.check(body, { origin: 'https://evil.example' })).statusCode, 403);
  assert.equal((await admin.check(body, { 'x-csrf-token': '' })).statusCode, 403);
  assert.equal((await admin.check({ ...body, path: '/etc/shadow' })).statusCode, 400);
  assert.deepEqual([...admin.asked, ...viewer.asked], []);
});
