import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseConfigurationTestOutput } from '../../../../server/keepalived/runtime/config-test/config-test-output.ts';
import {
  parseJournalEntry,
  parseLogLine,
} from '../../../../server/keepalived/runtime/log/log-lines.ts';
import { explainMessage } from '../../../../server/keepalived/runtime/messages/explain-message.ts';
import { assertLinear, repeat } from '../../growth.ts';

const journal = (message: string): string =>
  JSON.stringify({ SYSLOG_IDENTIFIER: 'Keepalived_vrrp', MESSAGE: message });

describe('what reads other people’s text takes time in proportion to it', () => {
  for (const unit of [
    'password ',
    '(',
    '(a: Line 1) ',
    ') ',
    ' ',
    'a',
    "'",
    '1.',
    '\u202e',
    'a\n',
  ]) {
    it(JSON.stringify(unit), () => {
      const line = (length: number) =>
        `Nov 24 13:00:01 h Keepalived_vrrp[1]: (VI_1) ${repeat(unit, length)}`;
      assertLinear(line, (text) => parseLogLine(text, 0));
      assertLinear((length) => journal(repeat(unit, length)), parseJournalEntry);
      assertLinear((length) => repeat(unit, length), explainMessage);
      assertLinear(
        (length) => repeat(unit, length),
        (text) => parseConfigurationTestOutput(text),
      );
    });
  }

  it('cuts a line of the journal, as one of a file', () => {
    const entry = parseJournalEntry(journal('x'.repeat(100_000)));
    assert.equal(entry?.message.length, 16 * 1024);
  });
});
