import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type {
  ConfigurationFileContent,
  ConfigurationFileEntry,
} from '../../../../server/appliance/appliance.ts';
import type { Finding } from '../../../../server/keepalived/config/rules/finding.ts';
import { nothingForeseen, told } from '../../../../server/keepalived/foresight/foresight-result.ts';
import type { Answer } from '../../../../server/web/change-form/describe-change.ts';
import { editQuerySchema } from '../../../../server/web/pages/edit/form-schema.ts';
import { restoreLineEndings } from '../../../../server/web/pages/edit/line-endings.ts';
import { describeEdit, frameEdit } from '../../../../server/web/pages/edit/view-model.ts';
import type { EditPlan } from '../../../../server/web/pages/edit/view-model.ts';
import type { Failure } from '../../../../server/web/view/change/apply-outcome.ts';
import { describeFindings } from '../../../../server/web/view/change/findings.ts';
import { sampleFields, showChange } from './change-sample.ts';
import { renderPage, textOf } from './samples.ts';

const path = '/etc/keepalived/keepalived.conf';
const files: ConfigurationFileEntry[] = [
  { id: 'live', role: 'live', path, exists: true },
  { id: 'stored-master', role: 'stored-master', path: `${path}.master`, exists: false },
];
const content: ConfigurationFileContent & { ok: true } = {
  ok: true,
  id: 'live',
  path,
  text: '\n\nvrrp_instance VI_1 {\n}\n',
  tag: 'a'.repeat(64),
  modifiedAtMs: 0,
  mode: 0o600,
};

const planOf = (changes: Partial<EditPlan> = {}): EditPlan => ({
  ...{ files, content, version: undefined, text: undefined, foresight: undefined },
  ...{ madeFrom: undefined, ...changes },
});

/** What the page shows of a plan. */
function show(plan: EditPlan, answer?: Omit<Answer, 'fields'>) {
  const frame = frameEdit(plan, answer?.outcome);
  const fields = sampleFields({ tag: plan.madeFrom ?? '' });
  const change = frame && showChange(frame, answer && { fields, ...answer });
  return { change, html: renderPage('edit', { ...describeEdit(plan), change }) };
}

const open = (changes: Partial<ConfigurationFileContent> = {}): string =>
  show(planOf({ content: { ...content, ...changes } as ConfigurationFileContent })).html;

/** The value of the textarea as a browser reads it: without the newline that follows its tag. */
function readEditor(html: string): string | undefined {
  return /<textarea[^>]*>\n?([^]*?)<\/textarea>/.exec(html)?.[1];
}

test('the text is in the editor unchanged, leading newlines too', () => {
  const html = open();
  assert.equal(readEditor(html), content.text);
  assert.match(html, /<label for="text"[^>]*>Text of <code>\/etc\/keepalived\/keepalived\.conf/);
  assert.match(html, new RegExp(`name="tag" value="${content.tag}"`));
  assert.match(html, /<button[^>]*>Save<\/button>/);
  assert.match(html, /<button[^>]*>Preview<\/button>/);
});

test('a text cannot leave the editor', () => {
  const text = '</textarea><script>alert(1)</script>';
  const html = open({ text });
  assert.ok(!html.includes('<script>alert'));
});

test('the chooser names each file by what it is for', () => {
  const text = textOf(open());
  assert.match(text, /Live configuration: \/etc\/keepalived\/keepalived\.conf Stored master/);
  assert.match(text, /keepalived\.conf\.master \(does not exist yet\)/);
});

test('a missing file can be created, an unreadable one cannot be edited', () => {
  const missing = show(
    planOf({
      content: {
        ...{ ok: false, id: 'stored-master', path: `${path}.master`, problem: 'missing' },
        message: 'There is no such file.',
      },
    }),
  );
  assert.equal(missing.change?.tag, '');
  assert.match(textOf(missing.html), /does not exist yet: Save creates it/);
  const unreadable = show(
    planOf({
      content: {
        ...{ ok: false, id: 'live', path, problem: 'unreadable', message: 'Permission denied.' },
      },
    }),
  );
  assert.ok(!unreadable.html.includes('<textarea'));
  assert.match(textOf(unreadable.html), /keepalived\.conf: Permission denied\./);
});

describe('a save that failed', () => {
  const typed = { text: 'vrrp_instance VI_1 {\n  auth_pass topsecret1\n', madeFrom: content.tag };
  const fail = (outcome: Failure, plan: Partial<EditPlan> = {}, baseText?: string) =>
    show(planOf({ ...typed, ...plan }), { outcome, ...(baseText !== undefined && { baseText }) });

  test('keeps the text and lists what is wrong, the worst first', () => {
    const finding = { code: 'other', line: undefined, remedy: 'Do this.' } as const;
    const { change, html } = fail({
      kind: 'refused',
      message: 'Nothing was changed.',
      findings: [
        { ...finding, severity: 'warning', message: 'Not nice.' },
        { ...finding, severity: 'fatal', line: 2, message: 'Too long.' },
      ],
    });
    assert.equal(change?.failure?.statusCode, 422);
    assert.equal(readEditor(html), typed.text);
    assert.match(
      textOf(html),
      /Nothing was changed\. Error, line 2: Too long\. auth_pass \*{8} Do this\. Warning: Not nice\./,
    );
    assert.match(html, /<a href="#text" data-line="2">/);
  });

  describe('for a conflict', () => {
    const failConflict = (base: string | undefined, currentText: string | undefined) => {
      const currentTag = currentText === undefined ? null : 'c'.repeat(64);
      const missing = { ok: false, id: 'live', path, problem: 'missing', message: '' } as const;
      const now =
        currentText === undefined
          ? missing
          : { ...content, text: currentText, tag: 'c'.repeat(64) };
      const message = 'The file has changed.';
      const outcome = { kind: 'conflict', currentTag, currentText, message } as const;
      return fail(outcome, { content: now }, base);
    };

    test('shows yours, theirs, and what both began with', () => {
      const { change, html } = failConflict('vrrp_instance VI_0 {\n', 'vrrp_instance VI_2 {\n');
      assert.equal(change?.failure?.statusCode, 409);
      assert.equal(change.tag, 'c'.repeat(64));
      assert.equal(readEditor(html), typed.text);
      const text = textOf(html);
      assert.match(text, /What they changed .*-vrrp_instance VI_0 \{ \+vrrp_instance VI_2 \{/);
      assert.match(text, /What you changed .*-vrrp_instance VI_0 \{ \+vrrp_instance VI_1 \{/);
      assert.match(text, /What will change in .*-vrrp_instance VI_2 \{ \+vrrp_instance VI_1 \{/);
      assert.doesNotMatch(html.replace(/<textarea[^]*<\/textarea>/, ''), /topsecret1/);
      assert.match(html, /<button[^>]*>Save mine<\/button>/);
      assert.match(html, /<button type="submit" form="load-theirs">Load theirs/);
    });

    test('says so when what both began with is not known, or their file is gone', () => {
      const { change, html } = failConflict(undefined, undefined);
      const text = textOf(html);
      assert.match(text, /The file was removed\./);
      assert.match(text, /no longer in the history/);
      assert.doesNotMatch(text, /What they changed/);
      assert.equal(change?.tag, '');
    });
  });

  test('for a danger asks to accept it, word for word', () => {
    const { change, html } = fail({
      kind: 'needs-acceptance',
      dangers: ['192.168.0.100 would be on "both" servers.'],
      addedCommands: [],
      message: 'Nothing was changed yet.',
    });
    assert.equal(change?.tag, content.tag);
    assert.equal(readEditor(html), typed.text);
    assert.match(
      html,
      /name="accepted" value="\[&quot;192\.168\.0\.100 would be on \\&quot;both\\&quot; servers/,
    );
  });

  test('for want of a disk keeps the tag that it was made from', () => {
    const { change, html } = fail({ kind: 'failed', message: 'The disk is full.' });
    assert.equal(change?.tag, content.tag);
    assert.equal(change.failure?.statusCode, 500);
    assert.match(textOf(html), /Not saved The disk is full\./);
  });
});

describe('a preview', () => {
  const text = content.text.replace('VI_1', 'VI_2');
  const finding = { code: 'other', line: 3, remedy: 'Do this.', message: 'Hm.' } as const;
  const preview = (plan: Partial<EditPlan>, findings: Finding[] = []) =>
    show(planOf({ text, madeFrom: content.tag, ...plan }), {
      findings: describeFindings(findings, text),
    });

  test('compares with the file on the disk, keeps the text and says what the check says', () => {
    const foresight = told('It will move.');
    const { html } = preview({ foresight }, [{ ...finding, severity: 'info' }]);
    assert.equal(readEditor(html), text);
    assert.match(textOf(html), /-vrrp_instance VI_1 \{ \+vrrp_instance VI_2 \{/);
    assert.match(textOf(html), /What will happen It will move\./);
    assert.match(textOf(html), /Note, line 3: Hm\./);
    assert.doesNotMatch(textOf(html), /changed the file after you opened it/);
  });

  test('foresees nothing of a text that would be refused', () => {
    const { html } = preview({ foresight: told('It moves.') }, [{ ...finding, severity: 'fatal' }]);
    assert.doesNotMatch(html, /It moves/);
  });

  test('says when the file is no longer the one that was opened', () => {
    const old = 'b'.repeat(64);
    const { change, html } = preview({ madeFrom: old, foresight: nothingForeseen });
    assert.match(textOf(html), /changed the file after you opened it/);
    assert.equal(change?.tag, old);
    assert.match(textOf(html), /No problems found/);
  });
});

describe('line endings', () => {
  test('are those of the file, not those of the browser', () => {
    assert.equal(restoreLineEndings('a\r\nb\r\n', 'a\n'), 'a\nb\n');
    assert.equal(restoreLineEndings('a\r\nb\r\n', 'a\r\nc\r\n'), 'a\r\nb\r\n');
    assert.equal(restoreLineEndings('a\nb\n', 'a\r\nc\r\n'), 'a\r\nb\r\n');
    assert.equal(restoreLineEndings('a\r\n', ''), 'a\n');
  });

  test('of a file that mixes them become those of most of its lines', () => {
    assert.equal(restoreLineEndings('a\r\nb', 'a\r\nb\nc\n'), 'a\nb');
    assert.equal(restoreLineEndings('a\r\nb', 'a\r\nb\r\nc\n'), 'a\r\nb');
  });
});

test('a query that makes no sense opens the live file', () => {
  assert.deepEqual(editQuerySchema.parse({ file: ['a', 'b'], checked: 'no' }), {
    file: 'live',
    checked: undefined,
  });
});
