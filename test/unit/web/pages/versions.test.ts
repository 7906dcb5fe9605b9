/** Versions and the question whether to keep a change, through the real app. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, test } from 'node:test';
import type { TestContext } from 'node:test';
import type { ConfigurationFileContent } from '../../../../server/appliance/appliance.ts';
import { nothingForeseen } from '../../../../server/keepalived/foresight/foresight-result.ts';
import type { Operations } from '../../../../server/operations/operations.ts';
import type {
  RestoreRequest,
  VersionRecord,
} from '../../../../server/operations/versions/restore-version.ts';
import { createTag } from '../../history/samples.ts';
import { createTestApp, TestBrowser } from '../app-harness.ts';
import { createTestKeeper } from '../test-keeper.ts';
import { textOf, wallMs } from './samples.ts';

const path = '/etc/keepalived/keepalived.conf';
const texts = {
  old: 'priority 100\nauth_pass topsecret\n',
  now: 'priority 101\nauth_pass topsecret\n',
};

function record(text: string, changes: Partial<VersionRecord> = {}): VersionRecord {
  return {
    ...{ id: randomUUID(), keptAtMs: wallMs, fileId: 'live', path, tag: createTag(text) },
    ...{
      userName: 'admin',
      remoteAddress: '192.168.0.7',
      action: 'edit',
      comment: '',
      outcome: 'live',
    },
    ...changes,
  };
}

const oldVersion = record(texts.old, { comment: 'for <the> night' });
const nowVersion = record(texts.now, {
  ...{ userName: undefined, remoteAddress: undefined },
  action: 'outside',
  outcome: 'outside',
});
const triedVersion = record(texts.now, { outcome: 'restored' });
const stored = record('stored\n', {
  ...{ fileId: 'stored-master', path: `${path}.master`, outcome: 'saved' },
});
const records = [triedVersion, nowVersion, oldVersion, stored];

const current: ConfigurationFileContent = {
  ...{ ok: true, id: 'live', path, text: texts.now, tag: createTag(texts.now) },
  ...{ modifiedAtMs: 0, mode: 0o600 },
};

test('the list says from which address a version came', async (t) => {
  const browser = await openBrowser(t);
  const text = textOf((await browser.get('/keepalived/versions')).body);
  assert.match(text, /admin\s*from 192\.168\.0\.7/);
});

const planRestore: Operations['planRestore'] = (id) =>
  Promise.resolve(
    id === oldVersion.id
      ? {
          version: { record: oldVersion, text: texts.old },
          ...{ current, foresight: nothingForeseen },
        }
      : undefined,
  );

async function openBrowser(
  t: TestContext,
  operations: Partial<Operations> = {},
  userName = 'admin',
): Promise<TestBrowser> {
  const read: Partial<Operations> = {
    listVersions: () =>
      Promise.resolve({
        records,
        files: [
          { id: 'live', path, tag: createTag(texts.now) },
          { id: 'stored-master', path: `${path}.master`, tag: stored.tag },
        ],
      }),
    readVersion: (id) => {
      const found = records.find((one) => one.id === id);
      const text = found && Object.values(texts).find((one) => createTag(one) === found.tag);
      return Promise.resolve(found && { record: found, text: text ?? '' });
    },
    findSecretDefinitions: () => Promise.resolve(new Set()),
    readConfigurationFile: () => Promise.resolve(current),
    planRestore,
  };
  const { app } = await createTestApp({
    operations: { ...read, ...operations },
    keeper: createTestKeeper(),
  });
  t.after(() => app.close());
  const browser = new TestBrowser(app);
  await browser.logIn(userName);
  return browser;
}

describe('/keepalived/versions', () => {
  test('says who, what, the outcome, and which is active now', async (t) => {
    const browser = await openBrowser(t);
    const html = (await browser.get('/keepalived/versions')).body;
    const rows = [...html.matchAll(/<tr>\s*<th scope="row">(.*?)<\/tr>/gs)].map(([row]) =>
      textOf(row),
    );
    assert.equal(rows.length, 4);
    assert.match(rows[0] ?? '', /admin\s*from \S+ Edit Config Files Rolled back/);
    assert.doesNotMatch(rows[0] ?? '', /Active now/);
    assert.match(rows[1] ?? '', /Active now.*outside of this page Changed outside Found/);
    assert.match(rows[2] ?? '', /Edit Config Files: for <the> night Live/);
    // Nothing runs a stored file.
    assert.match(rows[3] ?? '', /The file now\/etc.*\.master/);
    assert.match(html, /for &lt;the> night|for &lt;the&gt; night/);
  });

  test('of one file', async (t) => {
    const browser = await openBrowser(t);
    const answer = await browser.get('/keepalived/versions?file=stored-master');
    assert.equal([...answer.body.matchAll(/<th scope="row">/g)].length, 1);
    assert.match(answer.body, /<option value="stored-master" selected>/);
  });

  test('of a file that there is not', async (t) => {
    const browser = await openBrowser(t);
    const { body } = await browser.get('/keepalived/versions?file=bogus');
    assert.match(textOf(body), /There is no file “bogus” here\. Choose one above\./);
    assert.doesNotMatch(body, /kept yet/);
  });

  test('page by page', async (t) => {
    const many = Array.from({ length: 120 }, (_, index) => record(`text ${index}`));
    const browser = await openBrowser(t, {
      listVersions: () => Promise.resolve({ records: many, files: [] }),
    });
    const third = await browser.get('/keepalived/versions?file=live&page=3');
    assert.equal([...third.body.matchAll(/<th scope="row">/g)].length, 20);
    assert.match(third.body, /href="\/keepalived\/versions\?file=live&amp;page=2">Newer/);
    assert.doesNotMatch(third.body, /Older versions/);
  });

  test('a viewer compares, but is offered no restore and sees no password', async (t) => {
    const browser = await openBrowser(t, {}, 'watcher');
    assert.doesNotMatch((await browser.get('/keepalived/versions')).body, /versions\/restore/);
    const text = await browser.get(`/keepalived/versions/text?version=${oldVersion.id}`);
    assert.match(text.body, /^priority 100\nauth_pass \*+\n$/);
    const restore = await browser.get(`/keepalived/versions/restore?version=${oldVersion.id}`);
    assert.equal(restore.statusCode, 403);
  });

  test('a viewer sees no secret that one file defines and another one uses', async (t) => {
    const operations: Partial<Operations> = {
      findSecretDefinitions: () => Promise.resolve(new Set(['X'])),
      readVersion: (id) =>
        Promise.resolve({
          record: oldVersion,
          text: `$X=topsecret\n# ${id === oldVersion.id ? 'old' : 'new'}\n$VIP=10.0.0.1\n`,
        }),
    };
    const browser = await openBrowser(t, operations, 'watcher');
    const from = oldVersion.id;
    const download = await browser.get(`/keepalived/versions/text?version=${from}`);
    assert.equal(download.body, '$X=********\n# old\n$VIP=10.0.0.1\n');
    const url = `/keepalived/versions/compare?from=${from}&to=${triedVersion.id}`;
    for (const layout of ['side', 'unified']) {
      const { body } = await browser.get(`${url}&layout=${layout}`);
      assert.match(body, /10\.0\.0\.1/);
      assert.doesNotMatch(body, /topsecret/);
    }
    const admin = await openBrowser(t, operations);
    const whole = await admin.get(`/keepalived/versions/text?version=${from}`);
    assert.match(whole.body, /^\$X=topsecret\n/);
  });

  test('an administrator downloads the text as it was', async (t) => {
    const browser = await openBrowser(t);
    const answer = await browser.get(`/keepalived/versions/text?version=${oldVersion.id}`);
    assert.equal(answer.body, texts.old);
    assert.match(String(answer.headers['content-disposition']), /^attachment; .*\.conf"$/);
  });

  test('compares with the file now, or with another version, in both layouts', async (t) => {
    const browser = await openBrowser(t);
    const url = `/keepalived/versions/compare?from=${oldVersion.id}`;
    const sides = (await browser.get(url)).body;
    assert.match(textOf(sides), /-priority 100 \+priority 101/);
    assert.match(sides, /class="side-by-side"/);
    assert.match(sides, /<option value="now" selected>/);
    const unified = (await browser.get(`${url}&to=${triedVersion.id}&layout=unified`)).body;
    assert.match(unified, /class="difference"/);
    assert.match(unified, new RegExp(`<option value="${triedVersion.id}" selected>`));
    for (const body of [sides, unified]) assert.ok(!body.includes('topsecret'));
  });

  test('what is not kept is not found, and what is no id is refused', async (t) => {
    const browser = await openBrowser(t);
    for (const [id, statusCode] of [
      [randomUUID(), 404],
      ['../../shadow', 400],
    ] as const) {
      for (const page of ['compare?from', 'text?version', 'restore?version']) {
        const answer = await browser.get(`/keepalived/versions/${page}=${encodeURIComponent(id)}`);
        assert.equal(answer.statusCode, statusCode, `${page}=${id}`);
      }
    }
  });
});

describe('restoring a version', () => {
  async function restore(
    t: TestContext,
    outcome: Awaited<ReturnType<Operations['restoreVersion']>>['outcome'],
  ) {
    const requests: RestoreRequest[] = [];
    const browser = await openBrowser(t, {
      async restoreVersion(request) {
        requests.push(request);
        return { plan: await planRestore(request.versionId), outcome };
      },
    });
    const shown = await browser.get(`/keepalived/versions/restore?version=${oldVersion.id}`);
    const answer = await browser.post('/keepalived/versions/restore', {
      ...{ version: oldVersion.id, tag: createTag(texts.now), goBack: 'yes', goBackSeconds: '90' },
    });
    return { shown, answer, request: requests[0] };
  }

  test('shows what will change first, and goes to the question afterwards', async (t) => {
    const { shown, answer, request } = await restore(t, {
      ...{ kind: 'live', tag: oldVersion.tag, findings: [], report: undefined },
    });
    assert.match(textOf(shown.body), /-priority 101 \+priority 100/);
    assert.match(shown.body, /<button[^>]*>Restore this version</);
    assert.equal(answer.headers.location, '/keepalived/confirm');
    assert.equal(request?.expectedTag, createTag(texts.now));
    assert.equal(request.confirmWithinSeconds, 90);
  });

  test('is shown again with what was typed beside it, and restores nothing', async (t) => {
    // Without the operation: to restore would fail.
    const browser = await openBrowser(t);
    await browser.get('/keepalived/versions');
    const shown = await browser.post('/keepalived/versions/restore', {
      ...{ version: oldVersion.id, tag: createTag(texts.now), intent: 'preview' },
      ...{ goBack: 'yes', goBackSeconds: '90' },
    });
    assert.equal(shown.statusCode, 200);
    assert.match(textOf(shown.body), /-priority 101 \+priority 100/);
    assert.match(shown.body, /name="goBackSeconds" value="90"/);
    assert.match(shown.body, /name="goBack"[^>]* checked/);
  });

  test('of a stopped keepalived has nothing to confirm', async (t) => {
    const { answer } = await restore(t, {
      ...{ kind: 'saved', tag: oldVersion.tag, findings: [], reason: 'daemon-stopped' },
    });
    assert.equal(answer.headers.location, '/keepalived/versions');
  });

  test('is refused while another change waits, with the way there', async (t) => {
    const { answer } = await restore(t, { kind: 'awaiting-confirmation', message: 'It waits.' });
    assert.equal(answer.statusCode, 409);
    assert.match(answer.body, /It waits\.[^]*href="\/keepalived\/confirm"/);
  });
});

describe('/keepalived/confirm', () => {
  const waiting = { path, tag: createTag(texts.now), remainingMs: 89_100 };

  test('asks, and the Keepalived page tells how long', async (t) => {
    const browser = await openBrowser(t, { findWaitingChange: () => waiting });
    const page = await browser.get('/keepalived/confirm');
    assert.match(page.body, /data-seconds-left="(?:90|8\d)">90 s</);
    assert.match(page.body, /<noscript><meta http-equiv="refresh"/);
    const status = (await browser.get('/keepalived')).body;
    assert.match(status, /data-seconds-left="(?:90|8\d)"[^]*href="\/keepalived\/confirm"/);
  });

  test('keeps, goes back, and says so when it is too late', async (t) => {
    const answers: unknown[] = [];
    const browser = await openBrowser(t, {
      findWaitingChange: () => waiting,
      confirmChange: (tag) => Promise.resolve((answers.push(['keep', tag]), answers.length === 1)),
      undoChange: (tag, { userName }) => {
        answers.push(['go-back', tag, userName]);
        return Promise.resolve({
          kind: 'live',
          tag: oldVersion.tag,
          findings: [],
          report: undefined,
        });
      },
    });
    const { tag } = waiting;
    const decide = async (decision: string) => {
      await browser.get('/keepalived/confirm');
      const answer = await browser.post('/keepalived/confirm', { tag, decision });
      assert.equal(answer.headers.location, '/keepalived');
      return textOf((await browser.get('/keepalived')).body);
    };
    assert.match(await decide('keep'), /The configuration is kept\./);
    assert.match(await decide('keep'), /is no longer waiting/);
    assert.match(await decide('go-back'), /Rolled back: the previous/);
    assert.deepEqual(answers, [
      ['keep', tag],
      ['keep', tag],
      ['go-back', tag, 'admin'],
    ]);
  });

  test('has nothing to ask when nothing waits', async (t) => {
    const browser = await openBrowser(t);
    const page = await browser.get('/keepalived/confirm');
    assert.equal(page.statusCode, 200);
    assert.doesNotMatch(page.body, /Keep this configuration<\/button>/);
    assert.doesNotMatch(page.body, /http-equiv="refresh"/);
  });
});
