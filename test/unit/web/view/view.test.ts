import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Finding } from '../../../../server/keepalived/config/rules/finding.ts';
import { compareTexts } from '../../../../server/keepalived/secrets/text-difference.ts';
import { describeAction } from '../../../../server/web/view/action-flash.ts';
import { describeSuccess } from '../../../../server/web/view/change/apply-outcome.ts';
import type { Success } from '../../../../server/web/view/change/apply-outcome.ts';
import { describeFindings } from '../../../../server/web/view/change/findings.ts';
import {
  describeInstant,
  describeShortTime,
  formatDuration,
} from '../../../../server/web/view/time-words.ts';
import { measureCpuMs } from '../../../cpu-time.ts';

test('durations are in two units at most, rounded down', () => {
  const cases: [number, string][] = [
    [-5_000, '0 s'],
    [999, '0 s'],
    [59_999, '59 s'],
    [60_000, '1 min'],
    [3_599_999, '59 min'],
    [3_600_000, '1 h'],
    [11_520_000, '3 h 12 min'],
    [86_400_000, '1 d'],
    [187_200_000, '2 d 4 h'],
  ];
  for (const [durationMs, words] of cases) assert.equal(formatDuration(durationMs), words);
});

test('an instant is written for people and for machines', () => {
  const { text, iso } = describeInstant(Date.UTC(2026, 6, 4, 12, 0, 0));
  assert.match(text, /^2026-07-0[345] \d\d:\d\d:00 \S+$/);
  assert.equal(iso, '2026-07-04T12:00:00.000Z');
});

describe('the difference of two texts', () => {
  const numbered = Array.from({ length: 40 }, (_, index) => `line ${index + 1}\n`);

  test('shows changes with three lines around, and says where it left some out', () => {
    const { lines, added, removed } = compareTexts(
      numbered.join(''),
      numbered.with(19, 'changed\n').join(''),
    );
    assert.deepEqual([added, removed], [1, 1]);
    assert.deepEqual(
      lines.map(({ sign, text }) => `${sign}${text}`),
      [
        '⋯line 17',
        ' line 17',
        ' line 18',
        ' line 19',
        '-line 20',
        '+changed',
        ' line 21',
        ' line 22',
        ' line 23',
      ],
    );
  });

  test('masks a password in a definition whose use is far away', () => {
    const rest = `${numbered.join('')}auth_pass $PASS\n`;
    const { lines } = compareTexts(`$PASS=secret1\n${rest}`, `$PASS=secret2\n${rest}`);
    assert.deepEqual(
      lines.slice(0, 2).map(({ sign, text }) => `${sign}${text}`),
      ['-$PASS=********', '+$PASS=********'],
    );
  });

  test('says that the last line has no newline', () => {
    const { lines } = compareTexts('a\n', 'a');
    assert.deepEqual(
      lines.map(({ sign, text }) => `${sign}${text}`),
      ['-a', '+a', '⋯no newline at the end'],
    );
  });

  test('of equal texts is empty', () => {
    assert.deepEqual(compareTexts('a\n', 'a\n').lines, []);
  });

  test('gives up in time on texts that have nothing in common', () => {
    const text = (word: string) =>
      Array.from({ length: 20_000 }, (_, index) => `${word} ${index}\n`).join('');
    const [one, other] = [text('a'), text('b')];
    const tookMs = measureCpuMs(() => {
      assert.equal(compareTexts(one, other).tooLarge, true);
    });
    assert.ok(tookMs < 3_000, `${tookMs} ms`);
  });
});

test('a flash names the command, and what it printed only if it failed', () => {
  const report = { command: 'systemctl start keepalived', output: 'Job failed' } as const;
  const failed = describeAction({
    ok: false,
    sentence: 'It was not started.',
    report: { ...report, result: 'exited', exitCode: 1 },
  });
  assert.deepEqual(failed, {
    tone: 'bad',
    text: 'It was not started.',
    command: 'systemctl start keepalived',
    output: 'Job failed',
  });
  const done = describeAction({
    ok: true,
    sentence: 'It was started.',
    report: { ...report, result: 'ok', exitCode: 0 },
  });
  assert.deepEqual(done, {
    tone: 'good',
    text: 'It was started.',
    command: 'systemctl start keepalived',
  });
});

test('a success says whether the file is running, stored or waiting', () => {
  const words = (reason: 'daemon-stopped' | 'stored-file') =>
    describeSuccess({ kind: 'saved', tag: '', findings: [], reason }, '/etc/k.conf').text;
  assert.match(
    words('daemon-stopped'),
    /^The configuration has changed: \/etc\/k\.conf was saved\. keepalived is stopped/,
  );
  assert.match(words('stored-file'), /stored configuration\. It is not used/);
  const live: Success = { kind: 'live', tag: '', findings: [], report: undefined };
  assert.match(describeSuccess(live, '/etc/k.conf').text, /keepalived is running with it\.$/);
});

test('a finding about another file shows no line of this one', () => {
  const finding: Finding = {
    severity: 'info',
    code: 'other',
    line: 1,
    path: '/etc/keepalived/other.conf',
    message: 'm',
    remedy: 'r',
  };
  assert.equal(describeFindings([finding], 'first line')[0]?.lineText, undefined);
  assert.equal(
    describeFindings([{ ...finding, path: undefined }], 'first line')[0]?.lineText,
    'first line',
  );
});

test('a time of the last days is said in the fewest words', () => {
  const now = Date.UTC(2026, 6, 4, 12, 0, 0);
  const rows: [atMs: number, words: string][] = [
    [now - 1000, 'today 11:59:59'],
    [Date.UTC(2026, 6, 4), 'today 00:00:00'],
    [Date.UTC(2026, 6, 3, 23, 59, 59), 'yesterday 23:59:59'],
    [Date.UTC(2026, 6, 2, 5, 4, 10), '2 Jul 05:04:10'],
    [Date.UTC(2025, 11, 31, 5, 4, 10), '31 Dec 2025 05:04:10'],
    // A clock that was set back.
    [Date.UTC(2026, 6, 5, 1, 0, 0), '5 Jul 01:00:00'],
  ];
  for (const [atMs, words] of rows) assert.equal(describeShortTime(atMs, now), words);
});
