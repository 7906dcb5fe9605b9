import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Operations } from '../../../../server/operations/operations.ts';
import { parseProgramOptions } from '../../../../server/program-options.ts';
import { createBootFormSchema } from '../../../../server/web/pages/boot/form-schema.ts';
import { describeBoot } from '../../../../server/web/pages/boot/view-model.ts';
import { createTestApp, TestBrowser } from '../app-harness.ts';
import { createTestKeeper } from '../test-keeper.ts';
import { renderPage, sampleInstance, sampleSnapshot, textOf } from './samples.ts';

test('the table has its columns, and the checkbox is named after its service', () => {
  const html = renderPage('boot', describeBoot(sampleSnapshot()));
  const columns = [...html.matchAll(/<th scope="col">(.*?)<\/th>/g)].map(([, column]) => column);
  assert.deepEqual(columns, ['Service', 'Description', 'Start at boot?', 'Running now?']);
  assert.match(
    html,
    /<input type="checkbox" id="service-keepalived" name="service" value="keepalived">/,
  );
  assert.match(html, /<label for="service-keepalived">keepalived<\/label>/);
  assert.match(
    textOf(html),
    /keepalived Keepalive Daemon \(LVS and VRRP\) No Yes Checked 10 s ago/,
  );
});

test('the buttons have their names in the order of the manual', () => {
  const html = renderPage('boot', describeBoot(sampleSnapshot()));
  const labels = [...html.matchAll(/<button[^>]*name="action"[^>]*>([^<]*)/g)].map(
    ([, label]) => label,
  );
  assert.deepEqual(labels, [
    'Start',
    'Stop',
    'Restart',
    'Start On Boot',
    'Disable On Boot',
    'Start Now and On Boot',
    'Disable Now and On Boot',
  ]);
});

test('what a tool could not tell is Unknown, with the reason', () => {
  const snapshot = sampleSnapshot();
  const [keepalived] = snapshot.services?.value ?? [];
  assert.ok(keepalived);
  const value = [{ ...keepalived, startOnBoot: { known: false as const, reason: 'no boot tool' } }];
  const html = renderPage('boot', describeBoot({ ...snapshot, services: { value, atMs: 0 } }));
  assert.match(textOf(html), /Unknown \(no boot tool\) Yes/);
});

test('a server that serves warns of what a stop does', () => {
  assert.match(describeBoot(sampleSnapshot()).warning ?? '', /192\.168\.0\.100 moves/);
  const standby = sampleSnapshot({ instances: [sampleInstance({ serving: 'No' })] });
  assert.equal(describeBoot(standby).warning, undefined);
});

test('before anything was seen the page says so', () => {
  const html = renderPage('boot', describeBoot({ ...sampleSnapshot(), services: undefined }));
  assert.match(textOf(html), /The services have not been checked yet/);
});

test('the form: none, one or several boxes; only services of the settings, only our actions', () => {
  const schema = createBootFormSchema(['keepalived', 'httpd']);
  const parse = (form: object) => schema.safeParse(form).data;
  assert.deepEqual(parse({ action: 'start' }), { service: [], action: 'start', accepted: [] });
  assert.deepEqual(parse({ action: 'start', service: 'keepalived' })?.service, ['keepalived']);
  assert.deepEqual(parse({ action: 'stop', service: ['keepalived', 'httpd'] })?.service.length, 2);
  assert.equal(parse({ action: 'start', service: 'sshd' }), undefined);
  assert.equal(parse({ action: 'start', service: '--help' }), undefined);
  assert.equal(parse({ action: 'mask', service: 'keepalived' }), undefined);
});

test('one service needs no box: the page says whom the buttons act on', () => {
  const snapshot = sampleSnapshot();
  assert.match(
    textOf(renderPage('boot', describeBoot(snapshot))),
    /The buttons act on keepalived\./,
  );
  const [keepalived] = snapshot.services?.value ?? [];
  assert.ok(keepalived);
  const value = [keepalived, { ...keepalived, name: 'httpd' }];
  const html = renderPage('boot', describeBoot({ ...snapshot, services: { value, atMs: 0 } }));
  assert.match(textOf(html), /Select the box next to a service/);
});

test('of several services none selected: refused with a sentence, and nothing is done', async (t) => {
  const asked: unknown[] = [];
  const operations: Partial<Operations> = {
    controlServices: (...request) => {
      asked.push(request);
      return Promise.resolve([]);
    },
  };
  const { app } = await createTestApp({
    options: { ...parseProgramOptions({ WAI_TLS: 'off' }), services: ['keepalived', 'httpd'] },
    keeper: createTestKeeper(),
    operations: operations,
  });
  t.after(() => app.close());
  const browser = new TestBrowser(app);
  await browser.logIn();
  await browser.get('/boot');
  for (const action of ['start', 'stop', 'restart', 'enable']) {
    const answer = await browser.post('/boot', { action });
    assert.equal(answer.statusCode, 303, action);
    assert.equal(answer.headers.location, '/boot');
    const { body } = await browser.get('/boot');
    assert.match(
      textOf(body),
      /Nothing was changed: select the check box next to a service first\./,
    );
  }
  assert.deepEqual(asked, []);
  await browser.post('/boot', { action: 'stop', service: 'httpd' });
  assert.equal(asked.length, 1);
});
