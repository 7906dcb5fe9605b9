/** The pages through the real app: status codes, redirects, flashes, and what reaches an operation. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { TestContext } from 'node:test';
import type { ConfigurationFileContent } from '../../../../server/appliance/appliance.ts';
import { nothingForeseen } from '../../../../server/keepalived/foresight/foresight-result.ts';
import type { Operations } from '../../../../server/operations/operations.ts';
import type { ActionOutcome, ApplyOutcome } from '../../../../server/operations/outcomes.ts';
import { createTestApp, TestBrowser } from '../app-harness.ts';
import { createTestKeeper } from '../test-keeper.ts';
import { textOf } from './samples.ts';

const path = '/etc/keepalived/keepalived.conf';
const tag = 'a'.repeat(64);
const content: ConfigurationFileContent = {
  ok: true,
  id: 'live',
  path,
  text: 'state BACKUP\n',
  tag,
  modifiedAtMs: 0,
  mode: 0o600,
};
const done: ActionOutcome = {
  ok: true,
  sentence: 'It was done.',
  report: undefined,
  needsConfirmation: false,
};

/** A browser that is logged in to an app with these operations; what they do not name must not be called. */
async function openBrowser(t: TestContext, operations: Partial<Operations>): Promise<TestBrowser> {
  const { app } = await createTestApp({
    operations: operations,
    keeper: createTestKeeper(),
  });
  t.after(() => app.close());
  const browser = new TestBrowser(app);
  await browser.logIn();
  // For a token of this session.
  await browser.get('/keepalived');
  return browser;
}

describe('/keepalived', () => {
  test('asks nothing of an operation, and its actions redirect back with a flash', async (t) => {
    const asked: unknown[] = [];
    const browser = await openBrowser(t, {
      controlKeepalived: (...request) => Promise.resolve((asked.push(request), done)),
    });
    const answer = await browser.post('/keepalived/stop');
    assert.equal(answer.statusCode, 303);
    assert.equal(answer.headers.location, '/keepalived');
    const actor = { userName: 'admin', remoteAddress: '127.0.0.1' };
    assert.deepEqual(asked, [['stop', actor, { acceptedDangers: [] }]]);
    assert.match(textOf((await browser.get('/keepalived')).body), /Keepalived It was done\. ●/);
    assert.doesNotMatch((await browser.get('/keepalived')).body, /It was done/);
  });

  test('start with the placeholder is confirmed first', async (t) => {
    const browser = await openBrowser(t, {
      controlKeepalived: (_action, _actor, options) =>
        Promise.resolve(
          options?.startAnyway
            ? done
            : { ...done, ok: false, needsConfirmation: true, sentence: 'A placeholder.' },
        ),
    });
    const question = await browser.post('/keepalived/start');
    assert.equal(question.statusCode, 409);
    assert.match(textOf(question.body), /A placeholder\./);
    const answer = await browser.post('/keepalived/start', { startAnyway: 'yes' });
    assert.equal(answer.statusCode, 303);
  });
});

test('a stop of several addresses names them, and is made with these accepted, or left', async (t) => {
  const dangers = ['VI_1 (sync group VG_1 in the file): 10.9.0.100 and 10.9.0.101'];
  const browser = await openBrowser(t, {
    controlKeepalived: (_action, _actor, consent) =>
      Promise.resolve(
        consent?.acceptedDangers?.[0] === dangers[0]
          ? done
          : { ...done, ok: false, needsConfirmation: true, sentence: 'Not yet.', dangers },
      ),
  });
  const question = await browser.post('/keepalived/stop');
  assert.equal(question.statusCode, 409);
  assert.match(
    textOf(question.body),
    /Not stopped yet Not yet\. Danger: VI_1 \(sync group VG_1 in the file\): 10\.9\.0\.100 and 10\.9\.0\.101 .*Stop anyway/s,
  );
  assert.match(question.body, /<form class="action" method="get" action="\/keepalived">/);
  assert.match(
    question.body,
    /<form class="action" method="post" action="\/keepalived\/stop" data-busy="keepalived is stopping/,
  );
  const [, value = ''] = /name="accepted" value="([^"]*)"/.exec(question.body) ?? [];
  const answer = await browser.post('/keepalived/stop', { accepted: textOf(value) });
  assert.equal(answer.statusCode, 303);
});

test('a reload that can do harm is made only with its dangers accepted', async (t) => {
  const dangers = ['Both will serve "it".'];
  const browser = await openBrowser(t, {
    controlKeepalived: (_action, _actor, consent) =>
      Promise.resolve(
        consent?.acceptedDangers?.[0] === dangers[0]
          ? done
          : { ...done, ok: false, needsConfirmation: true, sentence: 'Not yet.', dangers },
      ),
  });
  const question = await browser.post('/keepalived/reload');
  assert.equal(question.statusCode, 409);
  assert.match(textOf(question.body), /Not yet\. Danger: Both will serve "it"\./);
  const [, value = ''] = /name="accepted" value="([^"]*)"/.exec(question.body) ?? [];
  const answer = await browser.post('/keepalived/reload', { accepted: textOf(value) });
  assert.equal(answer.statusCode, 303);
});

describe('/keepalived/edit', () => {
  async function save(t: TestContext, outcome: ApplyOutcome) {
    const requests: Parameters<Operations['saveConfiguration']>[0][] = [];
    const browser = await openBrowser(t, {
      readConfigurationFile: () => Promise.resolve(content),
      readInstalledVersion: () => Promise.resolve('2.2.7'),
      listConfigurationFiles: () =>
        Promise.resolve([{ id: 'live', role: 'live', path, exists: true }]),
      checkConfiguration: () => Promise.resolve([]),
      saveConfiguration: (request) => Promise.resolve((requests.push(request), outcome)),
    });
    const answer = await browser.post('/keepalived/edit', {
      file: 'live',
      tag,
      text: 'state MASTER\r\n',
    });
    return { browser, answer, request: requests[0] };
  }

  test('saves with the author, the tag that was read and the line endings of the file', async (t) => {
    const { browser, answer, request } = await save(t, {
      kind: 'saved',
      tag,
      findings: [],
      reason: 'daemon-stopped',
    });
    assert.equal(answer.statusCode, 303);
    assert.deepEqual(request, {
      fileId: 'live',
      text: 'state MASTER\n',
      expectedTag: tag,
      actor: { userName: 'admin', remoteAddress: '127.0.0.1' },
      action: 'edit',
      comment: '',
      acceptedDangers: [],
      confirmedCommands: [],
    });
    const page = await browser.get(String(answer.headers.location));
    assert.match(textOf(page.body), /The configuration has changed: \/etc\/keepalived/);
  });

  test('keeps the text of a save that was refused', async (t) => {
    const { answer } = await save(t, { kind: 'refused', findings: [], message: 'No.' });
    assert.equal(answer.statusCode, 422);
    assert.match(answer.body, /<textarea[^>]*>\nstate MASTER\n<\/textarea>/);
  });

  test('previews without writing, and lets only this answer’s scripts make style sheets', async (t) => {
    const browser = await openBrowser(t, {
      readConfigurationFile: () => Promise.resolve(content),
      readInstalledVersion: () => Promise.resolve('2.2.7'),
      listConfigurationFiles: () => Promise.resolve([]),
      previewConfiguration: () => Promise.resolve({ findings: [], foresight: nothingForeseen }),
    });
    const form = { file: 'live', tag, text: 'state MASTER\r\n', intent: 'preview' };
    const answers = [
      await browser.post('/keepalived/edit', form),
      await browser.get('/keepalived/edit'),
    ];
    assert.match(textOf(answers[0]?.body ?? ''), /-state BACKUP \+state MASTER/);
    const nonces = answers.map(({ statusCode, headers, body }) => {
      assert.equal(statusCode, 200);
      const [, nonce = ''] =
        /style-src 'self' 'nonce-([^']{20,})';/.exec(
          `${String(headers['content-security-policy'])};`,
        ) ?? [];
      assert.ok(body.includes(`<meta property="csp-nonce" nonce="${nonce}">`), nonce);
      return nonce;
    });
    assert.notEqual(nonces[0], nonces[1]);
    const other = await browser.get('/keepalived');
    assert.match(String(other.headers['content-security-policy']), /style-src 'self'(;|$)/);
  });

  test('shows in a conflict what both began with, if the history has it', async (t) => {
    const asked: unknown[] = [];
    const browser = await openBrowser(t, {
      readConfigurationFile: () => Promise.resolve(content),
      readInstalledVersion: () => Promise.resolve('2.2.7'),
      listConfigurationFiles: () => Promise.resolve([]),
      findKeptText: (...request) => Promise.resolve((asked.push(request), 'state NONE\n')),
      saveConfiguration: () =>
        Promise.resolve({
          kind: 'conflict',
          currentTag: tag,
          currentText: content.text,
          message: 'Changed.',
        }),
    });
    const readTag = 'b'.repeat(64);
    const form = { file: 'live', tag: readTag, text: 'state MASTER\n' };
    const answer = await browser.post('/keepalived/edit', form);
    assert.equal(answer.statusCode, 409);
    assert.deepEqual(asked, [['live', readTag]]);
    assert.match(textOf(answer.body), /What they changed .*-state NONE \+state BACKUP/);
  });

  test('accepts a form of a text that is too long, so that it gets a sentence', async (t) => {
    const lengths: number[] = [];
    const browser = await openBrowser(t, {
      readConfigurationFile: () => Promise.resolve(content),
      readInstalledVersion: () => Promise.resolve('2.2.7'),
      listConfigurationFiles: () => Promise.resolve([]),
      saveConfiguration: ({ text }) => {
        lengths.push(text.length);
        return Promise.resolve({ kind: 'refused', findings: [], message: 'Over 1 MiB.' });
      },
    });
    const text = '{'.repeat(1_200_000);
    const answer = await browser.post('/keepalived/edit', { file: 'live', tag, text });
    assert.equal(answer.statusCode, 422);
    assert.deepEqual(lengths, [1_200_000]);
  });

  test('knows no file but those that it lists', async (t) => {
    const browser = await openBrowser(t, {
      readConfigurationFile: (id) =>
        Promise.resolve({ ok: false, id, path: '', problem: 'unknown-id', message: 'No such.' }),
    });
    for (const file of ['../../etc/shadow', '%2e%2e', 'live\0']) {
      const answer = await browser.get(`/keepalived/edit?file=${encodeURIComponent(file)}`);
      assert.equal(answer.statusCode, 404, file);
    }
  });
});

describe('/keepalived/default-master', () => {
  const values = {
    virtualAddress: '192.168.0.100/24',
    interfaceName: 'eth0',
    healthcheckUrl: 'http://127.0.0.1:8080/healthcheck',
  };
  const plan: Operations['planDefaultRole'] = (role, given) =>
    Promise.resolve({
      role,
      values: { ...values, ...given },
      interfaceNames: ['eth0'],
      problems:
        given.virtualAddress === 'wrong' ? [{ field: 'virtualAddress', message: 'Wrong.' }] : [],
      warnings: [],
      fileProblem: undefined,
      currentText: 'state BACKUP\n',
      currentTag: tag,
      newText: given.virtualAddress === 'wrong' ? undefined : 'state MASTER\n',
      foresight: undefined,
      placeholder: false,
      meanwhile: undefined,
    });

  test('previews without writing, then writes and confirms', async (t) => {
    const writes: unknown[] = [];
    let live = content;
    const browser = await openBrowser(t, {
      planDefaultRole: plan,
      readConfigurationFile: () => Promise.resolve(live),
      async setDefaultRole(request) {
        writes.push(request);
        return {
          plan: await plan(request.role, request.values),
          outcome: { kind: 'saved', tag, findings: [], reason: 'daemon-stopped' },
        };
      },
    });
    const form = { ...values, tag, intent: 'preview' };
    assert.equal((await browser.post('/keepalived/default-master', form)).statusCode, 200);
    assert.deepEqual(writes, []);
    const answer = await browser.post('/keepalived/default-master', { ...form, intent: 'save' });
    assert.equal(answer.headers.location, `/keepalived/default-master/done?tag=${tag}`);
    const actor = { userName: 'admin', remoteAddress: '127.0.0.1' };
    const nothing = { acceptedDangers: [], confirmedCommands: [] };
    const saving = { expectedTag: tag, actor, comment: '', ...nothing };
    assert.deepEqual(writes, [{ role: 'master', values, ...saving }]);
    const done = `/keepalived/default-master/done?tag=${tag}`;
    const confirmation = await browser.get(done);
    assert.match(confirmation.body, /<a href="\/keepalived">Return to Keepalived<\/a>/);

    // Of another file, or of none in particular, it says nothing.
    const bare = await browser.get('/keepalived/default-master/done');
    live = { ...content, tag: 'c'.repeat(64) };
    const later = await browser.get(done);
    for (const { statusCode, headers } of [bare, later]) {
      assert.deepEqual([statusCode, headers.location], [303, '/keepalived']);
    }
  });

  test('writes nothing while a value is wrong, and keeps what was typed', async (t) => {
    const browser = await openBrowser(t, {
      setDefaultRole: async ({ role, values: given }) => ({
        plan: await plan(role, given),
        outcome: undefined,
      }),
    });
    const form = { ...values, virtualAddress: 'wrong', tag, intent: 'save' };
    const answer = await browser.post('/keepalived/default-master', form);
    assert.equal(answer.statusCode, 422);
    assert.match(answer.body, /value="wrong"/);
    assert.match(answer.body, /Error: Wrong\./);
  });

  test('shows a conflict with the preview of the file as it is now', async (t) => {
    const browser = await openBrowser(t, {
      setDefaultRole: async ({ role, values: given }) => ({
        plan: await plan(role, given),
        outcome: {
          kind: 'conflict',
          currentTag: tag,
          currentText: 'x',
          message: 'It has changed.',
        },
      }),
    });
    const form = { ...values, tag: 'b'.repeat(64), intent: 'write' };
    const answer = await browser.post('/keepalived/default-master', form);
    assert.equal(answer.statusCode, 409);
    assert.match(answer.body, new RegExp(`name="tag" value="${tag}"`));
    assert.match(
      textOf(answer.body),
      /someone changed the file after you opened it It has changed\./,
    );
  });
});

describe('/logs', () => {
  test('streams the download as a text file with the name of the server', async (t) => {
    const filters: unknown[] = [];
    const browser = await openBrowser(t, {
      readLog: () => Promise.resolve({ ok: true, source: 's', lines: [], reachedStart: true }),
      async *exportLog(filter) {
        filters.push(filter);
        yield 'one\n';
        yield 'two\n';
        await Promise.resolve();
      },
    });
    const answer = await browser.get('/logs/download?filter=VI_1&kind=health');
    assert.equal(answer.body, 'one\ntwo\n');
    assert.match(String(answer.headers['content-type']), /^text\/plain/);
    assert.equal(
      answer.headers['content-disposition'],
      'attachment; filename="keepalived-server1.log"',
    );
    assert.deepEqual(filters, [{ filter: 'VI_1', kind: 'health' }]);

    // Another filter than the one that was asked for gives no file at all.
    const unclear = await browser.get('/logs/download?filter=VI_1&kind=nonsense');
    assert.equal(unclear.statusCode, 400);
    assert.match(textOf(unclear.body), /“About” is not valid/);
    assert.equal(filters.length, 1);
  });

  test('a place in the log that does not exist is not found', async (t) => {
    const asked: unknown[] = [];
    const browser = await openBrowser(t, {
      readLog: ({ before }) => {
        asked.push(before);
        const message = 'This place does not exist.';
        return Promise.resolve({ ok: false, source: 's', message, problem: 'unknown-place' });
      },
    });
    for (const cursor of ['nonsense', '..%2F..%2Fetc%2Fshadow', '%00']) {
      assert.equal((await browser.get(`/logs?before=${cursor}`)).statusCode, 404);
    }
    assert.equal(asked.length, 3);
    for (const query of ['before=', 'before=a&before=b', `before=${'a'.repeat(501)}`]) {
      assert.equal((await browser.get(`/logs?${query}`)).statusCode, 400, query);
    }
    assert.equal(asked.length, 3);
  });

  test('says that there is no log instead of sending an empty file', async (t) => {
    const browser = await openBrowser(t, {
      readLog: () => Promise.resolve({ ok: false, source: 's', message: 'It is not there.' }),
    });
    const answer = await browser.get('/logs/download');
    assert.equal(answer.statusCode, 503);
    assert.match(textOf(answer.body), /It is not there\./);
  });
});

describe('/boot', () => {
  test('does what the button says to the chosen services, one flash for each', async (t) => {
    const asked: unknown[] = [];
    const browser = await openBrowser(t, {
      controlServices: (...request) =>
        Promise.resolve((asked.push(request.slice(0, 2)), [done, done])),
    });
    const form = { service: 'keepalived', action: 'start-and-enable' };
    const answer = await browser.post('/boot', form);
    assert.equal(answer.headers.location, '/boot');
    assert.deepEqual(asked, [[['keepalived'], 'start-and-enable']]);
    assert.equal((await browser.get('/boot')).body.split('It was done.').length - 1, 2);
  });

  test('asks before a restart that has dangers, and sends back what was shown', async (t) => {
    const asked: unknown[][] = [];
    const danger = 'VI_1: the virtual router ID changes from 51 to 52.';
    const doubt = { ...done, ok: false, needsConfirmation: true, dangers: [danger] };
    const browser = await openBrowser(t, {
      controlServices: (...request) =>
        Promise.resolve((asked.push(request), [asked.length === 1 ? doubt : done])),
    });
    const page = await browser.post('/boot', { service: 'keepalived', action: 'restart' });
    assert.equal(page.statusCode, 409);
    assert.match(textOf(page.body), /Not restarted yet.*51 to 52.*Restart anyway/s);
    const accepted = JSON.stringify([danger]);
    const form = { service: 'keepalived', action: 'restart', accepted };
    assert.equal((await browser.post('/boot', form)).statusCode, 303);
    assert.deepEqual(asked[1]?.at(-1), { acceptedDangers: [danger] });
  });

  for (const action of ['stop', 'stop-and-disable']) {
    test(`asks before ${action} gives up several addresses, and stays at that button`, async (t) => {
      const asked: unknown[][] = [];
      const danger = 'VI_1: 10.9.0.100 and 10.9.0.101';
      const question = { ...done, ok: false, needsConfirmation: true, dangers: [danger] };
      const browser = await openBrowser(t, {
        controlServices: (...request) =>
          Promise.resolve((asked.push(request), [asked.length === 1 ? question : done])),
      });
      const page = await browser.post('/boot', { service: 'keepalived', action });
      assert.equal(page.statusCode, 409);
      assert.match(textOf(page.body), /Not stopped yet.*10\.9\.0\.101.*Stop anyway/s);
      assert.match(page.body, new RegExp(`name="action" value="${action}"`));
      assert.match(page.body, /<form class="action" method="get" action="\/boot">/);
      const form = { service: 'keepalived', action, accepted: JSON.stringify([danger]) };
      assert.equal((await browser.post('/boot', form)).statusCode, 303);
      assert.deepEqual(asked[1]?.at(-1), { acceptedDangers: [danger] });
    });
  }

  test('needs no box for the only service, and touches no service outside the settings', async (t) => {
    const asked: unknown[] = [];
    const browser = await openBrowser(t, {
      controlServices: (...request) => Promise.resolve((asked.push(request.slice(0, 2)), [done])),
    });
    await browser.post('/boot', { action: 'start' });
    assert.deepEqual(asked, [[['keepalived'], 'start']]);
    const foreign = await browser.post('/boot', { service: 'sshd', action: 'stop' });
    assert.equal(foreign.statusCode, 400);
  });
});
