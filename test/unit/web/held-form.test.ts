/** What was typed when the session had ended is kept over the log-in. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, test } from 'node:test';
import type { TestContext } from 'node:test';
import type { FastifyInstance } from 'fastify';
import { nothingForeseen } from '../../../server/keepalived/foresight/foresight-result.ts';
import type { DefaultRolePlan } from '../../../server/operations/forms/default-roles.ts';
import { planInstanceSettings } from '../../../server/operations/forms/instance-settings.ts';
import type { Operations } from '../../../server/operations/operations.ts';
import { sampleConfiguration } from '../keepalived/settings/samples.ts';
import { createSampleMachine, sampleRuntime } from '../operations/sample-machine.ts';
import { createTestApp, password, TestBrowser } from './app-harness.ts';
import { textOf } from './pages/samples.ts';
import { createSessionClock } from './session-clock.ts';

const tag = 'a'.repeat(64);
const settingsForm = {
  ...{
    instance: 'VI_1',
    tag,
    intent: 'write',
    virtualAddresses: '192.168.0.100/24\r\n192.168.0.7/24',
  },
  ...{ interfaceName: 'eth0', virtualRouterId: '51', priority: '<b>"77"&', advertInterval: '1' },
  ...{ authentication: 'PASS', password: 'typed-secret', unicastPeers: '', fall: '1', rise: '1' },
  ...{ healthcheckUrl: 'http://127.0.0.1:8080/healthcheck', healthcheckInterval: '30' },
  ...{ goBack: 'yes', goBackSeconds: '90', accepted: '["Both will serve."]' },
  ...{ ownPassword: 'own-secret', commands: '["a script"]' },
};
const editForm = {
  ...{ file: 'live', tag, intent: 'save', comment: 'for the night' },
  text: '\r\n</textarea><script>alert(1)</script>\r\n  "quoted" & é\r\n',
};
const defaultForm = {
  ...{ tag, intent: 'write', virtualAddress: '10.0.0.9/24', interfaceName: 'eth0' },
  healthcheckUrl: 'http://127.0.0.1/<i>',
};

/** A browser whose session has just ended, at a page that is still open. */
async function openSignedOut(t: TestContext, addRoutes?: (app: FastifyInstance) => void) {
  const clock = createSessionClock(t);
  const machine = createSampleMachine(sampleConfiguration, [sampleRuntime()]);
  const wasWritten = (what: string) => () => {
    throw new Error(`${what}: it was written`);
  };
  const operations: Partial<Operations> = {
    listConfigurationFiles: () => machine.listConfigurationFiles(),
    readConfigurationFile: (id) => machine.readConfigurationFile(id),
    planInstanceSettings: (name, given) => planInstanceSettings(machine, name, given),
    planDefaultRole: (role, values) => Promise.resolve(samplePlan(role, values)),
    previewConfiguration: () => Promise.resolve({ findings: [], foresight: nothingForeseen }),
    readInstalledVersion: () => Promise.resolve(undefined),
    setInstanceSettings: wasWritten('settings'),
    setDefaultRole: wasWritten('default'),
    saveConfiguration: wasWritten('file'),
  };
  const { app, logText } = await createTestApp({ operations: operations }, addRoutes);
  t.after(() => app.close());
  const browser = new TestBrowser(app);
  await browser.logIn();
  await browser.get('/nowhere');
  clock.passMinutes(31);
  return { app, browser, logText };
}

function samplePlan(
  role: 'master' | 'backup',
  values: Partial<DefaultRolePlan['values']>,
): DefaultRolePlan {
  return {
    ...{ role, values: { virtualAddress: '', interfaceName: '', healthcheckUrl: '', ...values } },
    ...{ interfaceNames: ['eth0'], problems: [], warnings: [], fileProblem: undefined },
    ...{ currentText: 'old\n', currentTag: tag, newText: 'new\n', foresight: undefined },
    ...{ placeholder: false, meanwhile: undefined },
  };
}

/** What a browser would send of the hidden fields of the form that goes to `action`. */
function readForm(html: string, action: string): Record<string, string> {
  const start = html.indexOf(`action="${action.replaceAll('&', '&amp;')}"`);
  assert.notEqual(start, -1, `no form for ${action}`);
  const form = html.slice(start, html.indexOf('</form>', start));
  const inputs = form.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)">/g);
  return Object.fromEntries(
    Array.from(inputs, ([, name = '', value = '']) => [name, unescape(value)]),
  );
}

function unescape(value: string): string {
  const entities = { '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'", '&amp;': '&' };
  return value.replaceAll(/&(?:lt|gt|quot|amp|#39);/g, (entity) => {
    return entities[entity as keyof typeof entities];
  });
}

/** Sends a form, logs in, and returns the page that comes then. */
async function sendAndLogIn(
  browser: TestBrowser,
  url: string,
  form: Record<string, string>,
  username = 'admin',
) {
  const refused = await browser.post(url, form);
  assert.equal(refused.statusCode, 401);
  assert.match(refused.body, /<title>Log in - server1</);
  const hidden = readForm(refused.body, '/login');
  const answer = await browser.post('/login', { ...hidden, username, password });
  return { refused, answer };
}

for (const [url, form, shown] of [
  [
    '/keepalived/settings',
    settingsForm,
    [
      'name="priority" value="&lt;b&gt;&quot;77&quot;&amp;"',
      '192.168.0.7/24',
      'name="healthcheckInterval" value="30"',
      'name="goBackSeconds" value="90"',
    ],
  ],
  [
    '/keepalived/default-backup',
    defaultForm,
    ['name="virtualAddress" value="10.0.0.9/24"', 'value="http://127.0.0.1/&lt;i&gt;"'],
  ],
  [
    '/keepalived/edit?file=live',
    editForm,
    ['&lt;/textarea&gt;&lt;script&gt;alert(1)', '&quot;quoted&quot; &amp; é', 'for the night'],
  ],
] as const) {
  test(`${url}: what was typed is in the form again, and nothing is written unseen`, async (t) => {
    const { browser, logText } = await openSignedOut(t);
    const { refused, answer } = await sendAndLogIn(browser, url, form);
    assert.equal(answer.statusCode, 200);
    assert.match(answer.body, /<h1>You were logged out before this was sent<\/h1>/);
    assert.match(answer.body, /value="preview">Show the form again</);
    for (const { body } of [refused, answer]) {
      assert.doesNotMatch(body, /-secret|<script>alert|<b>"|<i>|Both will serve|a script/);
    }

    const fields = readForm(answer.body, url);
    assert.ok(!('intent' in fields), 'the button says it');
    const again = await browser.post(url, { ...fields, intent: 'preview' });
    assert.ok([200, 422].includes(again.statusCode), again.body);
    for (const value of shown) assert.ok(again.body.includes(value), value);
    assert.doesNotMatch(again.body, /<script>alert|<b>"|<i>/);
    for (const secret of ['-secret', 'alert(1)', '10.0.0.9']) {
      assert.equal(logText().includes(secret), false, secret);
    }
    const logIn = logText()
      .split('\n')
      .find((line) => line.includes('"heldForm"'));
    assert.match(logIn ?? '', /"msg":"change done"/);
  });
}

test('a button without fields, as Stop keepalived: the page says that nothing was done', async (t) => {
  const { browser } = await openSignedOut(t);
  const { refused, answer } = await sendAndLogIn(browser, '/keepalived/stop', {});
  assert.match(textOf(refused.body), /Nothing was changed\. Log in, then click the button again\./);
  assert.equal(answer.statusCode, 303);
  const { body } = await browser.get('/nowhere');
  assert.match(textOf(body), /You were logged out before your click arrived\. Nothing was changed/);
});

test('a text keeps every line, quote and sign', async (t) => {
  const { browser } = await openSignedOut(t);
  const { answer } = await sendAndLogIn(browser, '/keepalived/edit?file=live', editForm);
  const fields = readForm(answer.body, '/keepalived/edit?file=live');
  assert.equal(fields['text'], editForm.text);
});

test('a wrong password does not lose it', async (t) => {
  const { browser } = await openSignedOut(t);
  const refused = await browser.post('/keepalived/edit?file=live', editForm);
  const form = { ...readForm(refused.body, '/login'), username: 'admin', password: 'wrong' };
  const wrong = await browser.post('/login', form);
  assert.equal(wrong.statusCode, 401);
  const right = { ...readForm(wrong.body, '/login'), username: 'admin', password };
  const { body } = await browser.post('/login', right);
  assert.equal(readForm(body, '/keepalived/edit?file=live')['text'], editForm.text);
});

test('a form without a preview: the page says what would be sent, and sends it by its button', async (t) => {
  const sent: unknown[] = [];
  const { browser } = await openSignedOut(t, (app) => {
    app.post('/act', { config: { access: 'admin' } }, ({ body }) => {
      sent.push(body);
      return 'done';
    });
  });
  const query = new URLSearchParams([
    ['service', 'one'],
    ['service', '<two>'],
    ['action', ''],
  ]);
  const refused = await browser.request({
    ...{ method: 'POST', url: '/act', payload: query.toString() },
    headers: {
      ...{ origin: 'http://localhost', 'content-type': 'application/x-www-form-urlencoded' },
    },
  });
  const hidden = readForm(refused.body, '/login');
  const { body } = await browser.post('/login', { ...hidden, username: 'admin', password });
  assert.match(
    textOf(body),
    /send it again, to \/act: What would be sent service ?one service ?<two> action ?empty/,
  );
  assert.match(body, /<button type="submit">Send it again</);
  assert.equal(body.split('type="hidden" name="service"').length, 3);
  assert.deepEqual(sent, []);
  await browser.post('/act', readForm(body, '/act'));
  assert.equal(sent.length, 1);
});

test('over a connection: the form comes back, and the connection goes on', async (t) => {
  const { app, browser } = await openSignedOut(t);
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.server.address() as AddressInfo;
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  t.after(() => {
    agent.destroy();
  });
  const send = async (form: Record<string, string>) => {
    const request = http.request({
      ...{ agent, host: '127.0.0.1', port, method: 'POST', path: '/keepalived/edit?file=live' },
      headers: {
        ...{ cookie: browser.cookieHeader, origin: `http://127.0.0.1:${port}` },
        'content-type': 'application/x-www-form-urlencoded',
      },
    });
    request.end(new URLSearchParams(form).toString());
    const [response] = (await once(request, 'response')) as [http.IncomingMessage];
    return { statusCode: response.statusCode, body: await text(response), request };
  };
  const first = await send({ ...editForm, text: `${'x'.repeat(200 * 1024)} the end` });
  assert.equal(first.statusCode, 401);
  assert.match(first.body, /x\+the\+end"/);
  const second = await send(editForm);
  assert.equal(second.statusCode, 401);
  assert.ok(second.request.reusedSocket);
});

describe('whom it does not help', () => {
  test('a viewer is not offered what would be refused', async (t) => {
    const { browser } = await openSignedOut(t);
    const { answer } = await sendAndLogIn(browser, '/keepalived/edit', editForm, 'watcher');
    assert.equal(answer.statusCode, 303);
    assert.equal(answer.headers.location, '/keepalived');
    const next = textOf((await browser.get('/nowhere')).body);
    assert.match(next, /It was discarded and nothing was changed: you have read-only access/);
  });

  test('another site is refused before its form is read', async (t) => {
    const { browser } = await openSignedOut(t);
    for (const headers of [
      { origin: 'http://evil.example' },
      { origin: 'null' },
      { origin: 'http://localhost', 'sec-fetch-site': 'cross-site' },
    ]) {
      const answer = await browser.post('/keepalived/edit', { text: 'planted' }, headers);
      assert.equal(answer.statusCode, 403);
      assert.doesNotMatch(answer.body, /planted/);
    }
    // Nor does a link plant one.
    const linked = await browser.get('/login?next=/keepalived/edit&held=text%3Dplanted');
    assert.doesNotMatch(linked.body, /planted|name="held"/);
  });

  test('a form goes to no other site, and to no page that takes none', async (t) => {
    const { browser } = await openSignedOut(t);
    for (const next of [
      '//evil.example/keepalived/edit',
      'https://evil.example/',
      '/login',
      '/nowhere',
    ]) {
      await browser.get('/login');
      const form = { username: 'admin', password, next, held: 'text=x' };
      const answer = await browser.post('/login', form);
      assert.equal(answer.statusCode, 303, next);
      assert.equal(answer.headers.location, '/keepalived', next);
      await browser.get('/nowhere');
      await browser.post('/logout');
    }
  });

  test('what is left out stays out, whoever wrote the hidden field', async (t) => {
    const { browser } = await openSignedOut(t);
    await browser.get('/login');
    const held = 'text=x&_csrf=planted&accepted=planted&ownPassword=planted&password=planted';
    const form = { username: 'admin', password, next: '/keepalived/edit', held };
    const { body } = await browser.post('/login', form);
    assert.equal(readForm(body, '/keepalived/edit')['text'], 'x');
    assert.doesNotMatch(body, /planted/);
  });

  test('a form over 256 KiB, or with endless fields, is refused with a sentence', async (t) => {
    const { browser } = await openSignedOut(t);
    const fits = await browser.post('/keepalived/edit', { text: 'x'.repeat(250 * 1024) });
    assert.equal(fits.statusCode, 401);
    const many = Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`f${index}`, '']));
    for (const form of [{ text: 'x'.repeat(257 * 1024) }, many]) {
      const answer = await browser.post('/keepalived/edit', form);
      assert.equal(answer.statusCode, 413);
      assert.match(
        textOf(answer.body),
        /too large to keep while you log in: at most 256 KiB\. Nothing was changed\./,
      );
    }
  });

  test('a script gets the way to the log-in, and a program its 401', async (t) => {
    const { browser } = await openSignedOut(t);
    const scripted = await browser.post('/keepalived/edit', editForm, { 'sec-fetch-mode': 'cors' });
    assert.equal(scripted.statusCode, 303);
    assert.equal(scripted.headers.location, '/login?next=%2Fkeepalived%2Fedit');
    const program = await browser.post('/api/v1/configuration/check', { text: 'x' });
    assert.doesNotMatch(program.body, /name="held"/);
  });
});

for (const [url, form] of [
  ['/drill/set-up', { instance: 'VI_1', tag }],
  ['/keepalived/versions/restore?version=one', { version: 'one', tag, goBackSeconds: '90' }],
] as const) {
  test(`${url}: its values are sent again, and only by the button`, async (t) => {
    const { browser } = await openSignedOut(t);
    const { answer } = await sendAndLogIn(browser, url, form);
    assert.equal(answer.statusCode, 200);
    const { _csrf, ...fields } = readForm(answer.body, url);
    assert.ok(_csrf);
    assert.deepEqual(fields, form);
  });
}
