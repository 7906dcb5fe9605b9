/** One table: the five pages that change a configuration, by their routes, down to the file. */
import assert from 'node:assert/strict';
import { appendFileSync, writeFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import type { TestContext } from 'node:test';
import { packagedDefaultConfiguration } from '../../../../server/keepalived/config/default-configurations.ts';
import { createTag } from '../../history/samples.ts';
import { sampleConfiguration } from '../../keepalived/settings/samples.ts';
import { configPathOf, readDaemonFile } from '../../operations/simulated-machine.ts';
import { password } from '../app-harness.ts';
import { openBrowser, valueOf } from './change-browser.ts';
import type { Opened } from './change-browser.ts';
import { textOf } from './samples.ts';

const withCommand = (program: string) =>
  sampleConfiguration.replace('state MASTER', `state MASTER\n    notify_master ${program}`);
const settings = {
  ...{ instance: 'VI_1', virtualAddresses: '192.168.0.100/24', interfaceName: 'eth0' },
  ...{ virtualRouterId: '51', priority: '101', advertInterval: '1', authentication: 'PASS' },
  ...{ password: '', healthcheckUrl: 'http://127.0.0.1:9/other', healthcheckInterval: '120' },
  ...{ fall: '1', rise: '1', unicastPeers: '' },
};
const role = {
  ...{ virtualAddress: '192.168.0.77/24', interfaceName: 'eth0' },
  healthcheckUrl: 'http://127.0.0.1:8080/healthcheck',
};

async function keepVersion({ versions, folder }: Opened, text: string): Promise<string> {
  const { id } = await versions.keep({
    ...{ fileId: 'live', path: configPathOf(folder), text, tag: createTag(text) },
    ...{ userName: 'admin', action: 'edit', comment: '', outcome: 'live' },
  });
  return id;
}

type Fields = Record<string, string>;

/** Each change adds what is confirmed with a password. */
interface Page {
  path: string;
  /** Where the form stands, and what is typed in its own fields. */
  open: (opened: Opened) => Promise<{ url: string; own: Fields }>;
  /** What the difference shows as added, and the file says after a save. */
  added: string;
  /** What was typed, in the form again. */
  kept: RegExp;
  /** Another change than the one that was shown. */
  changed: (opened: Opened) => Promise<Fields>;
  /** What is wrong in its own fields, and the words about it. */
  bad?: { own: Fields; says: RegExp; kept: RegExp };
}

const pages: Record<string, Page> = {
  'the editor': {
    path: '/keepalived/edit',
    open: () =>
      Promise.resolve({
        url: '/keepalived/edit',
        own: { file: 'live', text: withCommand('/usr/bin/one') },
      }),
    added: 'notify_master /usr/bin/one',
    kept: /<textarea[^>]*>[^<]*notify_master \/usr\/bin\/one/,
    changed: () => Promise.resolve({ text: withCommand('/usr/bin/two') }),
    bad: {
      own: { text: `${sampleConfiguration}vrrp_instance VI_2 {\n` },
      says: /never closed/,
      kept: /<textarea[^>]*>[^<]*vrrp_instance VI_2 \{/,
    },
  },
  'the settings': {
    path: '/keepalived/settings',
    open: () => Promise.resolve({ url: '/keepalived/settings', own: settings }),
    added: 'http://127.0.0.1:9/other',
    kept: /name="healthcheckUrl" value="http:\/\/127\.0\.0\.1:9\/other"/,
    changed: () => Promise.resolve({ healthcheckUrl: 'http://127.0.0.1:9/third' }),
    bad: { own: { priority: 'many' }, says: /A field has an error/, kept: /value="many"/ },
  },
  'Set Default': {
    path: '/keepalived/default-master',
    open({ folder }) {
      const machine = { interfaceName: 'eth0', hostName: 'server1' };
      const text = packagedDefaultConfiguration('master', machine);
      const more = text.replace('state MASTER', 'state MASTER\n    notify /usr/bin/told');
      writeFileSync(`${configPathOf(folder)}.master`, more);
      return Promise.resolve({ url: '/keepalived/default-master', own: role });
    },
    added: 'notify /usr/bin/told',
    kept: /value="192\.168\.0\.77\/24"/,
    changed: () => Promise.resolve({ virtualAddress: '192.168.0.78/24' }),
    bad: { own: { virtualAddress: 'home' }, says: /A field has an error/, kept: /value="home"/ },
  },
  restore: {
    path: '/keepalived/versions/restore',
    async open(opened) {
      const version = await keepVersion(opened, withCommand('/usr/bin/one'));
      return { url: `/keepalived/versions/restore?version=${version}`, own: { version } };
    },
    added: 'notify_master /usr/bin/one',
    kept: /name="version" value="[^"]+"/,
    changed: async (opened) => ({ version: await keepVersion(opened, withCommand('/bin/two')) }),
  },
  'the set-up of the drill': {
    path: '/drill/set-up',
    open: () => Promise.resolve({ url: '/drill', own: { instance: 'VI_1' } }),
    added: 'track_file wai_maintenance_VI_1',
    kept: /name="instance" value="VI_1"/,
    // Nothing is typed: the text changes with the file.
    changed({ folder }) {
      appendFileSync(configPathOf(folder), '# by another\n');
      return Promise.resolve({});
    },
  },
};

const common = { comment: 'For the <pager>', goBack: 'yes', goBackSeconds: '90' };

/** The form as it is opened and filled in. */
async function fillIn(t: TestContext, { path, open, kept }: Page, loaded?: string) {
  const opened = await openBrowser(t, loaded);
  const { browser, readLive, versions, folder } = opened;
  const { url, own } = await open(opened);
  const page = await browser.get(url);
  assert.equal(page.statusCode, 200, textOf(page.body));
  const fields: Fields = { ...own, ...common, tag: valueOf(page.body, 'tag') };
  const look = async () => ({
    ...{ text: readLive(), daemon: readDaemonFile(folder) },
    kept: await versions.list(),
  });
  let before = await look();
  return {
    ...{ opened, fields },
    send: (more: Fields = {}) => browser.post(path, { ...fields, ...more }),
    /** Somebody else's change is no change of the form. */
    lookAgain: async () => {
      before = await look();
    },
    assertUntouched: async () => {
      const { text, daemon, kept: records } = await look();
      assert.equal(text, before.text);
      assert.deepEqual(daemon, before.daemon);
      // What a change would be rolled back to is kept before it is made.
      const isNow = ({ tag }: { tag: string }) => tag === createTag(text);
      assert.deepEqual(
        records.filter((record) => !isNow(record)),
        before.kept.filter((record) => !isNow(record)),
      );
    },
    /** The common fields and the page's own, as they were typed. */
    assertKept: (html: string, typed: Fields = common, own: RegExp = kept) => {
      assert.match(html, own);
      assert.equal(valueOf(html, 'goBackSeconds'), typed['goBackSeconds']);
      assert.match(html, /name="goBack"[^>]* checked/);
      const comment = valueOf(html, 'comment').replaceAll('&lt;', '<').replaceAll('&gt;', '>');
      assert.equal(comment, typed['comment']);
      assert.doesNotMatch(html, /a wrong one|correct horse/);
    },
  };
}

for (const [name, page] of Object.entries(pages)) {
  describe(name, () => {
    test('a preview shows the difference and changes nothing', async (t) => {
      const { send, opened, assertUntouched, assertKept } = await fillIn(t, page);
      const answer = await send({ intent: 'preview' });
      assert.equal(answer.statusCode, 200, textOf(answer.body));
      assertKept(answer.body);
      const shown = textOf(answer.body.slice(answer.body.indexOf('id="preview-title"')));
      assert.ok(shown.includes(page.added), shown);
      await assertUntouched();
      assert.deepEqual([...opened.trackFiles], []);
    });

    test('a danger is asked for, and what is accepted is saved', async (t) => {
      // keepalived runs what somebody has changed in the file since.
      const loaded = sampleConfiguration.replace(
        '192.168.0.100/24',
        '192.168.0.100/24\n        192.168.0.99/24',
      );
      const { send, opened, assertUntouched, assertKept } = await fillIn(t, page, loaded);
      const danger = /This server releases 192\.168\.0\.(?:99|100 and 192\.168\.0\.99)/;
      const preview = await send({ intent: 'preview' });
      assert.match(textOf(preview.body), danger);
      const commands = valueOf(preview.body, 'commands');
      const asked = await send({ commands, ownPassword: password });
      assert.equal(asked.statusCode, 409, textOf(asked.body));
      assert.match(textOf(asked.body), danger);
      assert.doesNotMatch(asked.body, /name="intent" value="save"/);
      assertKept(asked.body);
      await assertUntouched();
      assert.doesNotMatch(asked.body, /name="ownPassword"/, 'the password is not asked twice');
      const proof = valueOf(asked.body, 'proof');
      // Another danger than the one that is there is none that was accepted.
      const other = await send({ commands, proof, accepted: '["Both serve."]' });
      assert.equal(other.statusCode, 409);
      await assertUntouched();
      const accepted = valueOf(asked.body, 'accepted');
      // It was worth one use.
      assert.equal((await send({ commands, proof, accepted })).statusCode, 422);
      await assertUntouched();
      const done = await send({ commands, proof: valueOf(other.body, 'proof'), accepted });
      assert.equal(done.statusCode, 303, textOf(done.body));
      assert.equal(done.headers.location, '/keepalived/confirm');
      assert.ok(opened.readLive().includes(page.added));
    });

    test('a wrong password comes back with what was typed', async (t) => {
      const { send, opened, assertUntouched, assertKept } = await fillIn(t, page);
      const asked = await send();
      assert.equal(asked.statusCode, 422, textOf(asked.body));
      assertKept(asked.body);
      const commands = valueOf(asked.body, 'commands');
      const wrong = await send({ commands, ownPassword: 'a wrong one' });
      assert.equal(wrong.statusCode, 422);
      assert.match(textOf(wrong.body), /This is not your password/);
      assert.match(wrong.body, /id="ownPassword"[^>]* autofocus/);
      assertKept(wrong.body);
      await assertUntouched();
      assert.doesNotMatch(opened.logText(), /a wrong one/);
    });

    test('an old tag is a conflict: theirs stays, and what was typed too', async (t) => {
      const { send, opened, lookAgain, assertUntouched, assertKept } = await fillIn(t, page);
      const asked = await send();
      const commands = valueOf(asked.body, 'commands');
      appendFileSync(configPathOf(opened.folder), '# by another\n');
      await lookAgain();
      const preview = await send({ intent: 'preview' });
      assert.match(textOf(preview.body), /Someone changed/);
      assertKept(preview.body);
      const { body, statusCode } = await send({ commands, ownPassword: password });
      assert.equal(statusCode, 409, textOf(body));
      assert.match(textOf(body), /Not saved: someone changed the file after you opened it/);
      assertKept(body);
      await assertUntouched();
    });

    test('wrong seconds and a long comment come back, whatever was pressed', async (t) => {
      const { send, assertUntouched, assertKept } = await fillIn(t, page);
      const typed = { ...common, comment: 'x'.repeat(201), goBackSeconds: '5 s' };
      for (const intent of ['preview', 'save', 'enter']) {
        const { body, statusCode } = await send({ ...typed, intent, ownPassword: password });
        assert.equal(statusCode, 422, intent);
        assert.match(textOf(body), /2 fields have errors/);
        assertKept(body, typed);
      }
      await assertUntouched();
    });

    const { bad } = page;
    if (bad) {
      test('what is wrong in its own fields comes back', async (t) => {
        const { send, assertUntouched, assertKept } = await fillIn(t, page);
        for (const intent of ['preview', 'save']) {
          const { body } = await send({ ...bad.own, intent });
          assert.match(textOf(body), bad.says);
          assertKept(body, common, bad.kept);
        }
        await assertUntouched();
      });
    }

    test('the comment reaches the history', async (t) => {
      const { send, opened } = await fillIn(t, page);
      const commands = valueOf((await send()).body, 'commands');
      const done = await send({ commands, ownPassword: password });
      assert.equal(done.statusCode, 303, textOf(done.body));
      assert.ok(opened.readLive().includes(page.added));
      const tag = createTag(opened.readLive());
      const records = await opened.versions.list();
      const saved = records.find((record) => record.tag === tag && record.comment !== '');
      assert.match(saved?.comment ?? '', /For the <pager>$/);
      const history = await opened.browser.get('/keepalived/versions');
      assert.match(textOf(history.body), /For the <pager>/);
    });

    describe('Enter at the password', () => {
      const ask = async (t: TestContext) => {
        const form = await fillIn(t, page);
        const { body } = await form.send();
        const asked = valueOf(body, 'asked');
        assert.match(asked, /^[0-9a-f]{64}$/);
        return { ...form, sent: { intent: 'enter', asked, commands: valueOf(body, 'commands') } };
      };

      test('saves what a save was asked for', async (t) => {
        const { send, sent, opened } = await ask(t);
        const done = await send({ ...sent, ownPassword: password });
        assert.equal(done.statusCode, 303, textOf(done.body));
        assert.ok(opened.readLive().includes(page.added));
      });

      test('stays with a wrong password', async (t) => {
        const { send, sent, assertUntouched, assertKept } = await ask(t);
        const { body, statusCode } = await send({ ...sent, ownPassword: 'a wrong one' });
        assert.equal(statusCode, 422);
        assert.match(textOf(body), /This is not your password/);
        // What was asked for is still asked for.
        assert.equal(valueOf(body, 'asked'), sent.asked);
        assertKept(body);
        await assertUntouched();
      });

      test('previews a text that is another one since', async (t) => {
        const { send, sent, opened, lookAgain, assertUntouched } = await ask(t);
        const own = await page.changed(opened);
        await lookAgain();
        const answer = await send({ ...sent, ...own, ownPassword: password });
        assert.equal(answer.statusCode, 200, textOf(answer.body));
        assert.equal(valueOf(answer.body, 'asked'), '');
        await assertUntouched();
      });

      test('previews where no save was asked for', async (t) => {
        const { send, sent, assertUntouched, assertKept } = await ask(t);
        const { intent, commands } = sent;
        const answer = await send({ intent, commands, ownPassword: password });
        assert.equal(answer.statusCode, 200, textOf(answer.body));
        assertKept(answer.body);
        await assertUntouched();
      });
    });
  });
}
