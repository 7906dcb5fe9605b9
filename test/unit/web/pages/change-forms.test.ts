/** One table: what every form that changes a configuration does. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { splitFields } from '../../../../server/web/change-form/change-fields.ts';
import type { ChangeFrame } from '../../../../server/web/change-form/change-frame.ts';
import { describeFindings } from '../../../../server/web/view/change/findings.ts';
import { sampleFields, showChange } from './change-sample.ts';
import { renderPage, textOf } from './samples.ts';

const tag = 'a'.repeat(64);
const path = '/etc/keepalived/keepalived.conf';
const back = { href: '/keepalived', label: 'Cancel and return to Keepalived' };

const forms: [what: string, changes: Partial<ChangeFrame>][] = [
  ['the editor', { save: { label: 'Save' }, hasText: true }],
  ['the settings', { save: { label: 'Save' } }],
  ['Set Default', { save: { label: 'Set Default Master' } }],
  ['restore', { save: { label: 'Restore this version' } }],
  ['the set-up of the drill', { save: { label: 'Set up' } }],
];

for (const [what, changes] of forms) {
  describe(what, () => {
    const frame: ChangeFrame = {
      ...{ fileId: 'live', path, action: '/here', hidden: { mine: 'kept' } },
      ...{ currentText: 'state BACKUP\n', currentTag: tag, newText: 'state MASTER\n' },
      ...{ isBlocked: false, foresight: undefined, isChecked: true, back },
      save: { label: 'Save' },
      ...changes,
    };
    const show = (answer: Parameters<typeof showChange>[1], more: Partial<ChangeFrame> = {}) => {
      const change = showChange({ ...frame, ...more }, answer);
      const page = { csrfToken: 'a-token' };
      return renderPage('partials/change-form', { ...change, page, own: '<i>own</i>' });
    };
    const sent = { tag, comment: 'For the night', goBack: 'yes', goBackSeconds: '90' };
    const fields = sampleFields(sent);

    test('has a preview, a comment, the roll-back and a way back; Enter previews', () => {
      const html = show({ fields, findings: [] });
      assert.match(html, /value="For the night"/);
      assert.match(html, /name="goBack"[^>]* checked/);
      assert.match(html, /name="goBackSeconds" value="90"/);
      assert.match(textOf(html), /-state BACKUP \+state MASTER/);
      assert.ok(html.includes('<a href="/keepalived">Cancel and return to Keepalived</a>'));
      const [first = ''] = /<button type="submit"[^>]*>[^<]*/.exec(html) ?? [];
      assert.match(first, /value="preview"[^>]*>Preview$/s);
      assert.ok(html.includes(`name="intent" value="save">${frame.save.label}<`));
    });

    test('says what the check finds above the difference', () => {
      const finding = { code: 'other', message: 'A flaw.', remedy: 'Look.', line: 1 } as const;
      const findings = describeFindings([{ ...finding, severity: 'warning' }], 'state MASTER\n');
      const html = show({ fields, findings });
      assert.ok(html.indexOf('A flaw.') < html.indexOf('What will change in'));
    });

    test('asks the password, and Enter there does what was asked for', () => {
      const asked = { dangers: [], addedCommands: ['a program'], message: 'Not yet.' };
      const outcome = { kind: 'needs-acceptance', ...asked } as const;
      const html = show({ fields, outcome, passwordProblem: 'This is not your password.' });
      const [first = ''] = /<button type="submit"[^>]*>[^<]*/.exec(html) ?? [];
      assert.match(first, /value="enter"/);
      assert.match(html, /name="asked" value="[0-9a-f]{64}"/);
      assert.match(html, /id="ownPassword"[^>]*autofocus/);
      assert.match(html, /value="For the night"/);
    });

    test('keeps a number of seconds and a comment that are wrong, and says so', () => {
      const comment = 'x'.repeat(201);
      const wrong = sampleFields({ ...sent, comment, goBackSeconds: '5' });
      const html = show({ fields: wrong });
      assert.ok(html.includes(`value="${comment}"`) && html.includes('value="5"'));
      assert.match(textOf(html), /2 fields have errors/);
      assert.match(html, /id="goBackSeconds-error">Error: Write a whole number of seconds from 60/);
    });

    test('says that somebody changed the file, and what', () => {
      const old = sampleFields({ ...sent, tag: 'b'.repeat(64) });
      const text = textOf(show({ fields: old, baseText: 'state NONE\n' }));
      assert.match(text, /Someone changed /);
      assert.match(text, /What they changed .*-state NONE \+state BACKUP/);
    });

    test('asks to accept a danger, word for word', () => {
      const asked = { dangers: ['Both serve.'], addedCommands: [], message: 'Not yet.' };
      const html = show({ fields, outcome: { kind: 'needs-acceptance', ...asked } });
      assert.match(html, /name="accepted" value="\[&quot;Both serve\.&quot;\]"/);
      assert.ok(!html.includes('name="intent" value="save"'));
    });
  });
}

test('the common fields are parted from those of a page; an old page may still say “write”', () => {
  const { own, fields } = splitFields({ ...sampleFields({ tag, intent: 'write' }), mine: 'kept' });
  assert.deepEqual(own, { mine: 'kept' });
  assert.equal(fields.intent, 'save');
});
