import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Finding } from '../../../../server/keepalived/config/rules/finding.ts';
import { told } from '../../../../server/keepalived/foresight/foresight-result.ts';
import type { DefaultRolePlan } from '../../../../server/operations/forms/default-roles.ts';
import type { AgentCalls } from '../../../../server/web/agent/agent-calls.ts';
import type { Answer } from '../../../../server/web/change-form/describe-change.ts';
import { createDefaultRolePage } from '../../../../server/web/pages/default-role/default-role-page.ts';
import { defaultRoleFormSchema } from '../../../../server/web/pages/default-role/form-schema.ts';
import {
  describeDefaultRole,
  describeDone,
} from '../../../../server/web/pages/default-role/view-model.ts';
import { describeFindings } from '../../../../server/web/view/change/findings.ts';
import { shownWordsSchema } from '../../../../server/web/view/shown-words.ts';
import { sampleFields, showChange } from './change-sample.ts';
import { renderPage, textOf } from './samples.ts';

const configPath = '/etc/keepalived/keepalived.conf';
const tag = 'a'.repeat(64);

function samplePlan(changes: Partial<DefaultRolePlan> = {}): DefaultRolePlan {
  return {
    role: 'master',
    values: {
      virtualAddress: '192.168.0.100/24',
      interfaceName: 'eth0',
      healthcheckUrl: 'http://127.0.0.1:8080/healthcheck',
    },
    interfaceNames: ['eth0', 'eth1'],
    problems: [],
    warnings: [],
    fileProblem: undefined,
    currentText: 'state BACKUP\nauth_pass oldsecret\n',
    currentTag: tag,
    newText: 'state MASTER\nauth_pass newsecret\n',
    foresight: undefined,
    placeholder: false,
    meanwhile: undefined,
    ...changes,
  };
}

/** @param answer of a form that was sent; undefined: it is opened */
function render(changes: Partial<DefaultRolePlan> = {}, answer?: Omit<Answer, 'fields'>): string {
  const plan = samplePlan(changes);
  const page = createDefaultRolePage({} as AgentCalls, plan.role, configPath);
  const frame = page.frame(plan);
  const fields = sampleFields({ tag });
  const change = frame && showChange(frame, answer && { fields, ...answer });
  return renderPage('default-role', { ...describeDefaultRole(plan, configPath), change });
}

test('the fields are labelled and prefilled, the interface is one of a list', () => {
  const html = render();
  assert.match(html, /<label for="virtualAddress">Virtual IP<\/label>/);
  assert.match(html, /name="virtualAddress" value="192\.168\.0\.100\/24"/);
  assert.match(html, /<label for="healthcheckUrl">Healthcheck URL<\/label>/);
  assert.match(html, /<select id="interfaceName"[^>]*>\s*<option selected>eth0<\/option>/);
});

test('the difference is signed, and a password is seen to change but not what it is', () => {
  const text = textOf(render());
  assert.match(text, /-state BACKUP -auth_pass \*{8} \+state MASTER \+auth_pass \*{8}/);
  assert.ok(!text.includes('secret'));
});

test('Enter updates the preview: the harmless button is the first', () => {
  const buttons = [...render().matchAll(/<button[^>]*name="intent" value="(\w+)"[^>]*>([^<]*)/g)];
  assert.deepEqual(
    buttons.map(([, intent, label]) => [intent, label]),
    [
      ['preview', 'Preview'],
      ['save', 'Set Default Master'],
    ],
  );
});

test('what is wrong stands beside its field, with what was typed', () => {
  const html = render({
    newText: undefined,
    values: { virtualAddress: '<300>', interfaceName: 'nosuch0', healthcheckUrl: '' },
    problems: [{ field: 'virtualAddress', message: 'This is no address.' }],
    warnings: [{ field: 'healthcheckUrl', message: 'Nothing answers.' }],
  });
  assert.match(
    html,
    /name="virtualAddress" value="&lt;300&gt;"[^>]*aria-describedby="virtualAddress-help virtualAddress-error" aria-invalid="true"/,
  );
  assert.match(html, /id="virtualAddress-error">Error: This is no address\./);
  assert.match(html, /id="healthcheckUrl-warning">Warning: Nothing answers\./);
  assert.match(html, /<option selected>nosuch0<\/option>/);
  assert.match(textOf(html), /Correct the errors above/);
});

test('a placeholder and an unreadable folder are said', () => {
  const text = textOf(render({ placeholder: true, fileProblem: 'The folder cannot be read.' }));
  assert.match(text, /still a placeholder/);
  assert.match(text, /The folder cannot be read\./);
});

test('a file that somebody changed is replaced whole, and the page says so', () => {
  const meanwhile = {
    refilled: { virtualAddress: '192.168.0.100/24' },
    differing: { interfaceName: 'eth1' },
  };
  const text = textOf(render({ meanwhile }, {}));
  assert.match(text, /Set Default Master replaces the whole file, including that change/);
  assert.match(text, /Someone changed Virtual IP to 192\.168\.0\.100\/24 while this form was open/);
  assert.match(text, /The file now has eth1 for Interface; this form has eth0\./);
});

test('a file that already says exactly this has no difference', () => {
  assert.match(textOf(render({ currentText: 'same\n', newText: 'same\n' })), /No difference/);
});

test('the confirmation names the file, whether keepalived runs, and the way back', () => {
  const daemon = { state: 'stopped', stalePidFile: undefined, leftChildPids: [] } as const;
  const html = renderPage('default-role-done', describeDone('backup', configPath, { daemon }), {
    title: 'The configuration has changed',
  });
  assert.match(html, /<h1>The configuration has changed<\/h1>/);
  assert.match(
    textOf(html),
    /keepalived\.conf now holds the default backup configuration\. keepalived is not running\./,
  );
  assert.match(html, /<a href="\/keepalived">Return to Keepalived<\/a>/);
});

test('the form: blanks around values are dropped, no tag means no file, more fields are refused', () => {
  const form = {
    virtualAddress: ' 192.168.0.100/24 ',
    interfaceName: 'eth0',
    healthcheckUrl: '',
    tag: '',
    intent: 'save',
  };
  const parsed = defaultRoleFormSchema.parse(form);
  assert.equal(parsed.virtualAddress, '192.168.0.100/24');
  assert.equal(parsed.tag, null);
  assert.equal(defaultRoleFormSchema.parse({ ...form, tag }).tag, tag);
  assert.ok(!defaultRoleFormSchema.safeParse({ ...form, tag: 'short' }).success);
  assert.ok(!defaultRoleFormSchema.safeParse({ ...form, isAdmin: 'yes' }).success);
});

test('the form: what is typed may be of any length, which is judged beside the field', () => {
  const long = 'a'.repeat(3000);
  const form = { virtualAddress: long, interfaceName: long, healthcheckUrl: long, tag: '' };
  assert.equal(defaultRoleFormSchema.parse(form).healthcheckUrl, long);
});

test('what will happen is foreseen, and a danger must be accepted in its own words', () => {
  const danger = 'The password changes: "both" will serve.';
  const foresight = { ...told('Nothing will move.'), dangers: [danger] };
  const preview = render({ foresight });
  assert.match(textOf(preview), /Nothing will move\. Danger: The password changes/);
  assert.doesNotMatch(preview, /Apply anyway/);

  const html = render(
    { foresight },
    {
      outcome: {
        ...{ kind: 'needs-acceptance', dangers: [danger], addedCommands: [], message: 'Not yet.' },
      },
    },
  );
  const [, value = ''] = /name="accepted" value="([^"]*)">Apply anyway</.exec(html) ?? [];
  assert.deepEqual(shownWordsSchema.parse(textOf(value)), [danger]);
  assert.doesNotMatch(html, /value="save"/);
});

for (const [role, title] of [
  ['master', 'Set Default Master'],
  ['backup', 'Set Default Backup'],
] as const) {
  test(`${title} says that it replaces the whole file, and what the check says above the difference`, () => {
    const finding: Finding = {
      ...{ severity: 'warning', code: 'other', line: 1 },
      ...{ message: 'It has a flaw.', remedy: 'Look.' },
    };
    const foresight = told('No virtual IP will move.');
    const show = (one: Finding) => {
      const findings = describeFindings([one], '');
      return render({ role, foresight }, { findings });
    };
    const html = show(finding);
    assert.match(textOf(html), /No virtual IP will move/);
    // What is refused does nothing.
    assert.doesNotMatch(textOf(show({ ...finding, severity: 'fatal' })), /No virtual IP will move/);
    const words = new RegExp(
      `${title} replaces the whole file ?${configPath} ?\\. Nothing of its current content stays in it\\. The previous version is kept in the history\\.`,
    );
    assert.match(textOf(html), words);
    assert.ok(html.indexOf('replaces the whole file') < html.indexOf('What will change in'));
    assert.ok(html.indexOf('It has a flaw.') < html.indexOf('What will change in'));
    assert.doesNotMatch(html, /href="#text"/);
    // Where there is no file yet nothing is replaced.
    assert.doesNotMatch(textOf(render({ role, currentTag: null, currentText: undefined })), words);
  });
}
