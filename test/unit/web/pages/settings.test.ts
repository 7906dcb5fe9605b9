import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Finding } from '../../../../server/keepalived/config/rules/finding.ts';
import type { InstanceSettings } from '../../../../server/keepalived/settings/setting-fields.ts';
import { planInstanceSettings } from '../../../../server/operations/forms/instance-settings.ts';
import { conflictWith } from '../../../../server/operations/live/conflict.ts';
import type { Operations } from '../../../../server/operations/operations.ts';
import { sampleConfiguration } from '../../keepalived/settings/samples.ts';
import { createSampleMachine, sampleRuntime } from '../../operations/sample-machine.ts';
import { createTestApp, TestBrowser } from '../app-harness.ts';
import { renderSettings } from './change-sample.ts';
import { textOf } from './samples.ts';

async function render(given: Partial<InstanceSettings> = {}, text = sampleConfiguration) {
  const machine = createSampleMachine(text, [sampleRuntime()]);
  return renderSettings(await planInstanceSettings(machine, undefined, given));
}

/** What stands in the block of one field. */
function fieldOf(html: string, label: string): string {
  const blocks = html.split('<div class="field">').map((block) => textOf(block));
  return blocks.find((block) => block.startsWith(label)) ?? '';
}

describe('the form', () => {
  test('has every setting with its label, its value and its help', async () => {
    const html = await render();
    const labels = Array.from(html.matchAll(/<label[^>]*>(.*?)<\/label>/gs), ([, label = '']) =>
      textOf(label),
    );
    assert.deepEqual(labels, [
      'Virtual IPs',
      'Interface',
      'Virtual Router ID',
      'Priority',
      'Advertisement interval (seconds)',
      'Authentication',
      'Password',
      'Healthcheck URL',
      'Healthcheck interval (seconds)',
      'Fall',
      'Rise',
      'Do not preempt (nopreempt)',
      'Unicast peers',
      'Comment',
      'Roll back automatically unless I confirm',
      'within',
    ]);
    assert.match(html, /name="healthcheckInterval"[^>]*value="120"/);
    assert.match(html, /<textarea[^>]*name="virtualAddresses"[^>]*>\s*192\.168\.0\.100\/24</);
    assert.match(textOf(html), /Needs state BACKUP on both servers/);
    for (const [, name = ''] of html.matchAll(/aria-describedby="(\w+)-help/g)) {
      assert.match(html, new RegExp(`id="${name}-help"`));
    }
  });

  test('never shows the password of the file, and does not lose one that was typed', async () => {
    assert.match(await render(), /<input type="password" id="password" name="password" value=""/);
    const html = await render({ password: 'typed-1' });
    assert.doesNotMatch(html, /seeded-1/);
    assert.match(html, /<input type="password" id="password" name="password" value="typed-1"/);
    assert.equal(html.split('typed-1').length, 2);
  });

  test('says what is wrong beside the field, and keeps what was typed', async () => {
    const html = await render({ virtualRouterId: '256', priority: '<b>' });
    assert.match(fieldOf(html, 'Virtual Router ID'), /Error: Write a whole number from 1 to 255/);
    assert.match(html, /name="virtualRouterId" value="256"[^>]*aria-invalid="true"/);
    assert.match(html, /name="priority"[^>]*value="&lt;b&gt;"/);
    assert.match(textOf(html), /Correct the errors above to see a preview/);
  });

  test('lists the errors above the form, with a link to each field and with the focus', async () => {
    const html = await render({ virtualRouterId: '256', priority: '0' });
    const [summary = ''] = /<section[^>]*id="errors"[^>]*autofocus.*?<\/section>/s.exec(html) ?? [];
    assert.match(
      textOf(summary),
      /^2 fields have errors: nothing is saved before they are corrected/,
    );
    for (const name of ['virtualRouterId', 'priority']) {
      assert.match(summary, new RegExp(`href="#${name}"`));
      assert.match(html, new RegExp(`id="${name}" [^>]*${name}-error[^>]*aria-invalid="true"`));
    }
    assert.ok(html.indexOf('id="errors"') < html.indexOf('<form class="stack"'));
    assert.doesNotMatch(await render(), /id="errors"/);
  });

  test('sends “$” to the editor', async () => {
    const html = await render({ priority: '$PRIO' });
    assert.match(html, /href="\/keepalived\/edit\?file=live">Change Priority in the editor</);
  });

  test('locks what only the editor can change, and says why', async () => {
    const text = `$PRIO=101\n${sampleConfiguration.replace('priority 101', 'priority $PRIO')}`;
    const html = await render({}, text);
    assert.match(html, /name="priority"[^>]*readonly/);
    assert.match(
      fieldOf(html, 'Priority'),
      /uses a definition \(\$\).*Change Priority in the editor/,
    );
  });

  test('shows the difference and what will happen', async () => {
    const text = textOf(await render({ virtualAddresses: '192.168.0.100/24\n192.168.0.101/24' }));
    assert.match(text, /\+ ?192\.168\.0\.101\/24/);
    assert.match(text, /192\.168\.0\.101 will be taken at once/);
    assert.match(text, /Danger: The list of virtual IPs changes/);
  });

  test('explains more clusters with this server’s values', async () => {
    const text = textOf(await render());
    assert.match(text, /More clusters on this network/);
    assert.match(text, /Different for each cluster.*Virtual Router ID ?51.*Password ?is set/);
    assert.match(text, /Different on the two servers of a cluster ?Priority ?101 ?State ?MASTER/);
  });

  test('lets one choose where there are several instances, and leads on where there is none', async () => {
    const second = 'vrrp_instance VI_2 {\n interface eth0\n virtual_router_id 52\n}\n';
    const html = await render({}, sampleConfiguration + second);
    assert.match(
      html,
      /<select id="instance"[^>]*>\s*<option selected>VI_1<\/option>\s*<option>VI_2/,
    );
    const none = await render({}, 'global_defs {\n}\n');
    assert.match(textOf(none), /has no vrrp_instance\. Set a default first/);
    assert.doesNotMatch(none, /name="priority"/);
  });
});

describe('what the check says of a setting', () => {
  const item = {
    ...({ code: 'other', line: 12, path: undefined } as const),
    ...{ remedy: 'Change it.', detail: undefined },
  };
  const renderFindings = async (findings: Finding[], text = sampleConfiguration) => {
    const machine = createSampleMachine(text, [sampleRuntime()]);
    const plan = await planInstanceSettings(machine, undefined, {});
    return renderSettings(plan, findings);
  };

  for (const [keyword, name, label] of [
    ['virtual_ipaddress', 'virtualAddresses', 'Virtual IPs'],
    ['interface', 'interfaceName', 'Interface'],
    ['virtual_router_id', 'virtualRouterId', 'Virtual Router ID'],
    ['priority', 'priority', 'Priority'],
    ['advert_int', 'advertInterval', 'Advertisement interval (seconds)'],
    ['auth_type', 'authentication', 'Authentication'],
    ['authentication', 'authentication', 'Authentication'],
    ['auth_pass', 'password', 'Password'],
    ['script', 'healthcheckUrl', 'Healthcheck URL'],
    ['nopreempt', 'nopreempt', 'Do not preempt (nopreempt)'],
    ['unicast_peer', 'unicastPeers', 'Unicast peers'],
  ] as const) {
    test(`${keyword}: a refused save says it at ${label}, and leads there`, async () => {
      const finding = { ...item, severity: 'fatal', keyword, message: 'It is wrong.' } as const;
      const html = await renderFindings([{ ...finding, instance: 'VI_1' }]);
      assert.ok(html.includes(`at <a href="#${name}">${label}</a>, line 12`));
      assert.match(html, new RegExp(`id="${name}" [^>]*${name}-error" aria-invalid="true"`));
      assert.match(html, new RegExp(`id="${name}-error">Error: It is wrong\\.`));
      // Of another instance it is no setting of this form.
      const other = await renderFindings([{ ...finding, instance: 'VI_2' }]);
      assert.match(textOf(other), /Error ?, line 12: It is wrong\./);
      assert.doesNotMatch(other, /aria-invalid|-error"/);
    });
  }

  test('a warning and a remark are no errors; a field that is not there is not linked', async () => {
    const about = { ...item, instance: 'VI_1' };
    const html = await renderFindings([
      { ...about, severity: 'warning', keyword: 'nopreempt', message: 'It is ignored.' },
      { ...about, severity: 'info', keyword: 'priority', message: 'It is the highest.' },
    ]);
    assert.match(html, /aria-describedby="nopreempt-help nopreempt-warning"/);
    assert.match(html, /id="nopreempt-warning">Warning: It is ignored\./);
    assert.match(html, /aria-describedby="priority-help priority-note"/);
    assert.match(html, /id="priority-note">Note: It is the highest\./);
    assert.doesNotMatch(html, /aria-invalid/);

    const [block = ''] = /track_script \{.*?\}\s/s.exec(sampleConfiguration) ?? [];
    const bare = await renderFindings(
      [{ ...about, severity: 'fatal', keyword: 'script', message: 'It is wrong.' }],
      sampleConfiguration.replace(block, ''),
    );
    assert.match(textOf(bare), /Error ?, line 12: It is wrong\./);
    assert.doesNotMatch(bare, /#healthcheckUrl/);
  });
});

describe('/keepalived/settings', () => {
  const machine = createSampleMachine(sampleConfiguration, [sampleRuntime()]);
  const typed = {
    instance: 'VI_1',
    virtualAddresses: '192.168.0.100/24',
    interfaceName: 'eth0',
    virtualRouterId: '51',
    priority: '101',
    advertInterval: '1',
    authentication: 'PASS',
    password: '',
    healthcheckUrl: 'http://127.0.0.1:8080/healthcheck',
    healthcheckInterval: '120',
    fall: '1',
    rise: '1',
    unicastPeers: '',
  };

  async function open(t: { after: (end: () => Promise<void>) => void }) {
    const saved: unknown[] = [];
    const operations: Partial<Operations> = {
      planInstanceSettings: (name, given) => planInstanceSettings(machine, name, given),
      checkConfiguration: (_file, text) =>
        Promise.resolve([
          {
            ...{ severity: 'fatal', code: 'other', line: 4, remedy: 'Write 120.' },
            ...{ instance: 'VI_1', keyword: 'interval' },
            message: text.includes('interval 30 ') ? 'Thirty is refused.' : 'It is as it was.',
          },
        ]),
      async setInstanceSettings({ instanceName: name, given, acceptedDangers: accepted = [] }) {
        const plan = await planInstanceSettings(machine, name, given);
        const isChange = plan.ok && plan.newText !== undefined;
        if (!isChange || plan.newText === plan.currentText) return { plan, outcome: undefined };
        saved.push([name, given.healthcheckInterval, accepted]);
        return {
          plan,
          outcome:
            accepted.length === 0
              ? {
                  ...{ kind: 'needs-acceptance', dangers: ['Both will serve.'], addedCommands: [] },
                  message: 'Not yet.',
                }
              : { kind: 'saved', tag: '', findings: [], reason: 'daemon-stopped' },
        };
      },
    };
    const { app } = await createTestApp({ operations: operations });
    t.after(async () => {
      await app.close();
    });
    const browser = new TestBrowser(app);
    await browser.logIn();
    const page = await browser.get('/keepalived/settings');
    const tag = /name="tag" value="(\w+)"/.exec(page.body)?.[1] ?? '';
    return { browser, saved, tag };
  }

  test('previews without saving, refuses with 422, and saves after the danger is accepted', async (t) => {
    const { browser, saved, tag } = await open(t);
    const form = { ...typed, tag, healthcheckInterval: '30' };
    const preview = await browser.post('/keepalived/settings', { ...form, intent: 'preview' });
    assert.equal(preview.statusCode, 200);
    assert.match(
      textOf(preview.body),
      /What the check says Error at Healthcheck interval \(seconds\) ?, line 4: Thirty is refused\./,
    );
    assert.match(preview.body, /href="#healthcheckInterval">Healthcheck interval \(seconds\)</);
    assert.match(
      preview.body,
      /id="healthcheckInterval" [^>]*aria-describedby="healthcheckInterval-help healthcheckInterval-error" aria-invalid="true"/,
    );
    assert.match(
      fieldOf(preview.body, 'Healthcheck interval'),
      /Error: Thirty is refused\..*Time between/,
    );
    assert.ok(
      preview.body.indexOf('What the check says') < preview.body.indexOf('What will change in'),
    );
    assert.doesNotMatch(textOf(preview.body), /What will happen/);
    // The editor's text is not on this page, and what was typed is not wrong by itself.
    assert.doesNotMatch(preview.body, /href="#text"|id="errors"/);
    const same = await browser.post('/keepalived/settings', { ...typed, tag, intent: 'preview' });
    assert.doesNotMatch(same.body, /What the check says/);
    const wrong = await browser.post('/keepalived/settings', { ...form, virtualRouterId: '256' });
    assert.equal(wrong.statusCode, 422);
    assert.match(wrong.body, /name="healthcheckInterval"[^>]*value="30"/);
    assert.deepEqual(saved, []);

    const asked = await browser.post('/keepalived/settings', form);
    assert.equal(asked.statusCode, 409);
    assert.match(textOf(asked.body), /Danger: Both will serve\./);
    const accepted = JSON.stringify(['Both will serve.']);
    const done = await browser.post('/keepalived/settings', { ...form, accepted });
    assert.equal(done.statusCode, 303);
    assert.equal(done.headers.location, '/keepalived/settings?instance=VI_1');
    assert.deepEqual(saved, [
      ['VI_1', '30', []],
      ['VI_1', '30', ['Both will serve.']],
    ]);
  });

  test('a value of any length is judged beside its field, and nothing typed is lost', async (t) => {
    const { browser, saved, tag } = await open(t);
    const long = {
      healthcheckUrl: `http://${'a'.repeat(3000)}`,
      virtualRouterId: '9'.repeat(5000),
      virtualAddresses: '1'.repeat(3000),
      unicastPeers: '192.168.0.20\n'.repeat(40_000),
      password: 'p'.repeat(3000),
    };
    const answer = await browser.post('/keepalived/settings', {
      ...typed,
      ...long,
      tag,
      fall: '7',
    });
    assert.equal(answer.statusCode, 422);
    assert.match(fieldOf(answer.body, 'Healthcheck URL'), /Error: Write at most 2048 characters/);
    assert.match(fieldOf(answer.body, 'Virtual Router ID'), /Error: Write a whole number/);
    assert.match(fieldOf(answer.body, 'Virtual IPs'), /Error: Line 1 is too long/);
    assert.match(fieldOf(answer.body, 'Unicast peers'), /Error: Write at most 32768 characters/);
    assert.match(fieldOf(answer.body, 'Password'), /Error: At most 8 characters/);
    for (const value of [...Object.values(long), 'value="7"']) {
      assert.ok(answer.body.includes(value.trim()));
    }
    assert.deepEqual(saved, []);
  });

  test('a save that changes nothing touches nothing', async (t) => {
    const { browser, saved, tag } = await open(t);
    assert.equal((await browser.post('/keepalived/settings', { ...typed, tag })).statusCode, 303);
    assert.deepEqual(saved, []);
    const next = await browser.get('/keepalived/settings');
    assert.match(textOf(next.body), /Nothing was changed: the file says this already/);
  });

  test('an instance that is not there is 404; a list that is none is refused', async (t) => {
    const { browser, tag } = await open(t);
    assert.equal((await browser.get('/keepalived/settings?instance=VI_9')).statusCode, 404);
    const form = { ...typed, tag, accepted: '{"not":"a list"}' };
    assert.equal((await browser.post('/keepalived/settings', form)).statusCode, 400);
    const broken = { ...typed, tag, accepted: '[' };
    assert.equal((await browser.post('/keepalived/settings', broken)).statusCode, 400);
  });
});

describe('a save after somebody else’s', () => {
  const theirs = sampleConfiguration.replace('interval 120', 'interval 120\n    rise 3');

  async function openLate(t: { after: (end: () => Promise<void>) => void }, isKept: boolean) {
    const saved: unknown[] = [];
    let machine = createSampleMachine(sampleConfiguration, [sampleRuntime()]);
    const findText = () => Promise.resolve(isKept ? sampleConfiguration : undefined);
    const plan: Operations['planInstanceSettings'] = (name, given, madeFrom) =>
      planInstanceSettings(
        machine,
        name,
        given,
        madeFrom === undefined ? undefined : { tag: madeFrom, findText },
      );
    const operations: Partial<Operations> = {
      planInstanceSettings: plan,
      async setInstanceSettings({ instanceName, given, expectedTag: tag }) {
        const planned = await plan(instanceName, given, tag);
        const content = await machine.readConfigurationFile('live');
        if (content.ok && content.tag !== tag) {
          const outcome = await conflictWith(content, { list: () => Promise.resolve([]) }, 'admin');
          return { plan: planned, outcome };
        }
        saved.push([given.fall, given.rise]);
        return {
          plan: planned,
          outcome: { kind: 'saved', tag: '', findings: [], reason: 'daemon-stopped' },
        };
      },
    };
    const { app } = await createTestApp({ operations: operations });
    t.after(async () => {
      await app.close();
    });
    const browser = new TestBrowser(app);
    await browser.logIn();
    const opened = await browser.get('/keepalived/settings');
    machine = createSampleMachine(theirs, [sampleRuntime()]);
    return { browser, saved, form: { ...readForm(opened.body), fall: '2' } };
  }

  test('does not undo it: only what was changed in the form stays', async (t) => {
    const { browser, saved, form } = await openLate(t, true);
    const refused = await browser.post('/keepalived/settings', form);
    assert.equal(refused.statusCode, 409);
    assert.match(textOf(refused.body), /Rise was changed to 3\./);
    await browser.post('/keepalived/settings', readForm(refused.body));
    assert.deepEqual(saved, [['2', '3']]);
  });

  test('a preview carries the form over too', async (t) => {
    const { browser, saved, form } = await openLate(t, true);
    const shown = await browser.post('/keepalived/settings', { ...form, intent: 'preview' });
    assert.match(textOf(shown.body), /Rise was changed to 3\./);
    await browser.post('/keepalived/settings', readForm(shown.body));
    assert.deepEqual(saved, [['2', '3']]);
  });

  test('says a value that both changed, and whose would stay', async (t) => {
    const { browser, form } = await openLate(t, true);
    const refused = await browser.post('/keepalived/settings', { ...form, rise: '7' });
    const words = /Rise was changed to 3\. Yours, 7, would replace it\./;
    assert.match(textOf(refused.body), words);
    assert.match(refused.body, /name="rise"[^>]*value="7"/);
  });

  test('is asked for by its own button where nobody knows what the form began with', async (t) => {
    const { browser, saved, form } = await openLate(t, false);
    const refused = await browser.post('/keepalived/settings', form);
    assert.equal(refused.statusCode, 409);
    assert.match(textOf(refused.body), /Rise: 3 in the file now, 1 in this form\./);
    assert.doesNotMatch(refused.body, /value="save">Save</);
    // Neither a preview nor the same save once more is the answer.
    const preview = { ...readForm(refused.body), intent: 'preview' };
    const shown = await browser.post('/keepalived/settings', preview);
    await browser.post('/keepalived/settings', readForm(shown.body));
    assert.deepEqual(saved, []);
    const [, overwrite = ''] =
      /name="overwrite" value="(\w+)">Save mine over it</.exec(shown.body) ?? [];
    await browser.post('/keepalived/settings', { ...readForm(shown.body), overwrite });
    assert.deepEqual(saved, [['2', '1']]);
  });
});

/** What a browser would send of the page's form, without its buttons. */
function readForm(html: string): Record<string, string> {
  const inputs = html.matchAll(/<input (?!type="checkbox")[^>]*name="(\w+)"[^>]*value="([^"]*)"/g);
  const areas = html.matchAll(/<textarea[^>]*name="(\w+)"[^>]*>\n?([^<]*)</g);
  const lists = html.matchAll(/<select[^>]*name="(\w+)"[^>]*>.*?<option selected>([^<]*)</gs);
  const pairs = [...inputs, ...areas, ...lists].map(([, name = '', value = '']) => [name, value]);
  const sent = Object.fromEntries(pairs) as Record<string, string>;
  return Object.fromEntries(Object.entries(sent).filter(([name]) => !name.startsWith('goBack')));
}
