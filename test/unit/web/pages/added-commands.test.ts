/** What runs as root is named and confirmed with the password, on every route that saves. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { packagedDefaultConfiguration } from '../../../../server/keepalived/config/default-configurations.ts';
import { createTag } from '../../history/samples.ts';
import { sampleConfiguration } from '../../keepalived/settings/samples.ts';
import { configPathOf } from '../../operations/simulated-machine.ts';
import { password } from '../app-harness.ts';
import { createStoppedClock } from '../session-clock.ts';
import { openBrowser, valueOf } from './change-browser.ts';
import type { Opened } from './change-browser.ts';
import { textOf } from './samples.ts';

const withCommand = sampleConfiguration.replace(
  'state MASTER',
  'state MASTER\n    notify_master "/usr/bin/touch /x" root',
);

interface Route {
  /** Where the form stands. */
  page: (opened: Opened) => Promise<string>;
  path: string;
  fields: (page: string) => Record<string, string>;
  /** What stands in the form again after a refusal. */
  kept: RegExp;
  named: RegExp;
  /** The preview is on the page, so the command is named before the first save. */
  isNamedAtOnce?: boolean;
  saved: RegExp;
}

const routes: Record<string, Route> = {
  'the editor': {
    page: () => Promise.resolve('/keepalived/edit'),
    path: '/keepalived/edit',
    fields: () => ({ file: 'live', text: withCommand, comment: 'For the <pager>' }),
    kept: /For the &lt;pager&gt;/,
    named: /vrrp_instance VI_1: “notify_master "\/usr\/bin\/touch \/x" root” runs a program/,
    saved: /notify_master/,
  },
  'the settings form': {
    page: () => Promise.resolve('/keepalived/settings'),
    path: '/keepalived/settings',
    fields: () => ({
      ...{ instance: 'VI_1', virtualAddresses: '192.168.0.100/24', interfaceName: 'eth0' },
      ...{ virtualRouterId: '51', priority: '101', advertInterval: '1', authentication: 'PASS' },
      ...{ password: '', healthcheckUrl: 'http://127.0.0.1:9/other', healthcheckInterval: '120' },
      ...{ fall: '1', rise: '1', unicastPeers: '' },
    }),
    kept: /value="http:\/\/127\.0\.0\.1:9\/other"/,
    named: /vrrp_script chk_vshell: “script "\/usr\/bin\/curl -sf http:\/\/127\.0\.0\.1:9\/other"”/,
    saved: /127\.0\.0\.1:9\/other/,
  },
  'a default role': {
    page({ folder }) {
      const text = packagedDefaultConfiguration('master', {
        interfaceName: 'eth0',
        hostName: 'server1',
      });
      const more = text.replace('state MASTER', 'state MASTER\n    notify /usr/bin/told');
      writeFileSync(`${configPathOf(folder)}.master`, more);
      return Promise.resolve('/keepalived/default-master');
    },
    path: '/keepalived/default-master',
    fields: () => ({
      ...{ virtualAddress: '192.168.0.77/24', interfaceName: 'eth0' },
      healthcheckUrl: 'http://127.0.0.1:8080/healthcheck',
    }),
    kept: /value="192\.168\.0\.77\/24"/,
    named: /vrrp_instance VI_1: “notify \/usr\/bin\/told” runs a program/,
    isNamedAtOnce: true,
    saved: /notify \/usr\/bin\/told/,
  },
  'an old version': {
    async page({ versions, folder }) {
      const { id } = await versions.keep({
        ...{ fileId: 'live', path: configPathOf(folder), text: withCommand },
        ...{ tag: createTag(withCommand), userName: 'admin', action: 'edit', comment: '' },
        outcome: 'live',
      });
      return `/keepalived/versions/restore?version=${id}`;
    },
    path: '/keepalived/versions/restore',
    fields: (page) => ({ version: valueOf(page, 'version') }),
    kept: /name="version"/,
    named: /“notify_master "\/usr\/bin\/touch \/x" root” runs a program/,
    isNamedAtOnce: true,
    saved: /notify_master/,
  },
  'a stored configuration': {
    page: () => Promise.resolve('/keepalived/edit?file=stored-master'),
    path: '/keepalived/edit',
    fields: () => ({ file: 'stored-master', text: withCommand }),
    kept: /touch \/x/,
    named: /“notify_master "\/usr\/bin\/touch \/x" root” runs a program/,
    saved: /notify_master/,
  },
};

for (const [name, route] of Object.entries(routes)) {
  test(`${name}: a command is named, and saved only with the password`, async (t) => {
    const opened = await openBrowser(t);
    const { browser, folder, logText } = opened;
    const page = (await browser.get(await route.page(opened))).body;
    const fields: Record<string, string> = { ...route.fields(page), tag: valueOf(page, 'tag') };
    assert.equal(page.includes('Your password'), route.isNamedAtOnce ?? false);
    if (route.isNamedAtOnce) assert.match(textOf(page), route.named);
    const file = configPathOf(folder) + (fields['file'] === 'stored-master' ? '.master' : '');
    const before = readFileSync(file, 'utf8');

    /** Refused, with what was typed, the command and the field; nothing is written. */
    const refused = async (consent: Record<string, string>, problem?: string) => {
      const answer = await browser.post(route.path, { ...fields, ...consent });
      assert.equal(answer.statusCode, 422, textOf(answer.body));
      assert.match(textOf(answer.body), route.named);
      assert.match(answer.body, /<label for="ownPassword">Your password<\/label>/);
      assert.match(answer.body, route.kept);
      assert.equal(textOf(answer.body).includes('This is not your password'), problem === 'wrong');
      assert.doesNotMatch(answer.body, /a wrong one|correct horse/);
      assert.equal(readFileSync(file, 'utf8'), before);
      return valueOf(answer.body, 'commands');
    };
    const commands = await refused({});
    await refused({ commands });
    await refused({ commands, ownPassword: 'a wrong one' }, 'wrong');
    assert.doesNotMatch(logText(), /a wrong one/);
    assert.match(logText(), /"passwordProof":"refused"/);

    const done = await browser.post(route.path, { ...fields, commands, ownPassword: password });
    assert.equal(done.statusCode, 303, textOf(done.body));
    assert.match(readFileSync(file, 'utf8'), route.saved);
    assert.doesNotMatch(logText(), /correct horse/);
  });
}

describe('the password', () => {
  const fields = { file: 'live', text: withCommand };
  const save = async ({ browser, readLive }: Opened, more: Record<string, string>) => {
    const tag = createTag(readLive());
    return browser.post('/keepalived/edit', { ...fields, tag, ...more });
  };

  test('confirms nothing that was not named', async (t) => {
    const opened = await openBrowser(t);
    await opened.browser.get('/keepalived/edit');
    for (const commands of ['[]', '["another"]']) {
      const answer = await save(opened, { commands, ownPassword: password });
      assert.equal(answer.statusCode, 422);
    }
    assert.equal(opened.readLive(), sampleConfiguration);
  });

  test('counts for one save only', async (t) => {
    const opened = await openBrowser(t);
    await opened.browser.get('/keepalived/edit');
    const asked = await save(opened, { ownPassword: password });
    assert.equal(asked.statusCode, 422);
    assert.match(asked.body, /name="ownPassword"/);
    const commands = valueOf(asked.body, 'commands');
    assert.equal((await save(opened, { commands })).statusCode, 422);
    assert.equal((await save(opened, { commands, ownPassword: password })).statusCode, 303);
    const another = withCommand.replace('/x', '/y');
    const next = await save(opened, { text: another, commands: commands.replace('/x', '/y') });
    assert.equal(next.statusCode, 422);
    assert.match(next.body, /name="ownPassword"/);
  });

  test('is asked of a preview beside Save, and the preview takes none', async (t) => {
    const opened = await openBrowser(t);
    await opened.browser.get('/keepalived/edit');
    const answer = await save(opened, { intent: 'preview', ownPassword: 'a wrong one' });
    assert.equal(answer.statusCode, 200);
    assert.match(textOf(answer.body), /“notify_master .* runs a program\. Your password/);
    assert.doesNotMatch(textOf(answer.body), /not your password/);
  });

  test('is slowed down as a login is', async (t) => {
    createStoppedClock(t);
    const opened = await openBrowser(t);
    await opened.browser.get('/keepalived/edit');
    for (let count = 0; count < 3; count += 1) await save(opened, { ownPassword: 'a wrong one' });
    const answer = await save(opened, { ownPassword: password });
    assert.equal(answer.statusCode, 422);
    assert.match(textOf(answer.body), /Too many wrong passwords\. Try again in 1 s\./);
  });

  test('is not asked for what adds nothing', async (t) => {
    const opened = await openBrowser(t);
    await opened.browser.get('/keepalived/edit');
    const text = sampleConfiguration.replace('priority 101', 'priority 99');
    assert.equal((await save(opened, { text })).statusCode, 303);
  });
});
