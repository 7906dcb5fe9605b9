import assert from 'node:assert/strict';
import test from 'node:test';
import { formatReport } from '../../../../server/command-line/check/report-lines.ts';
import type { Finding } from '../../../../server/keepalived/config/rules/finding.ts';
import { describeFindings } from '../../../../server/web/view/change/findings.ts';

const file = 'new.conf';
const finding = (changes: Partial<Finding>): Finding => ({
  severity: 'warning',
  code: 'password-truncated',
  line: undefined,
  message: 'It is long.',
  remedy: 'Shorten it.',
  ...changes,
});

test('each finding stands behind its place, its secrets masked, the worst first', () => {
  const text = 'vrrp_instance VI_1 {\n  auth_pass s3cr3t-and-long\n}\n';
  const findings = describeFindings(
    [
      finding({ line: 2 }),
      finding({ severity: 'fatal', code: 'unknown-keyword', path: '/etc/other.conf', line: 7 }),
      finding({ severity: 'info', code: 'empty-file', detail: 'its words\u001b[2J' }),
    ],
    text,
  );
  assert.deepEqual(formatReport({ file, findings, unchecked: [] }).split('\n'), [
    '/etc/other.conf:7: Error: It is long. Shorten it. [unknown-keyword]',
    'new.conf:2: Warning: It is long. Shorten it. [password-truncated]',
    '    auth_pass ********',
    'new.conf: Note: It is long. Shorten it. [empty-file]',
    '    keepalived: its words [2J',
    '1 error, 1 warning, 1 note.',
    '',
  ]);
});

test('nothing found is not the same as nothing looked at', () => {
  assert.equal(formatReport({ file, findings: [], unchecked: [] }), 'No problems found.\n');
  assert.equal(
    formatReport({ file, findings: [], unchecked: ['keepalived is not installed.'] }),
    'Not checked: keepalived is not installed.\nNo problems found in what was checked.\n',
  );
});
