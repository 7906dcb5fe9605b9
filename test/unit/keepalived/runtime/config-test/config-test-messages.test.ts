import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { parseConfigurationTestOutput } from '../../../../../server/keepalived/runtime/config-test/config-test-output.ts';

const fixture = new URL('../../../../fixtures/config-test-messages.txt', import.meta.url);
const rows = readFileSync(fixture, 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line) => {
    const [releases = '', severity = '', code = '', message = ''] = line.split('\t');
    return { releases, severity, code, message };
  });

const classOf = (message: string, place = '(/etc/keepalived/keepalived.conf: Line 7) ') => {
  const [finding] = parseConfigurationTestOutput(place + message);
  assert.ok(finding, message);
  const severity = finding.endsDaemon === true ? 'ends' : finding.severity;
  return { severity, code: finding.code };
};

describe('the messages of the 2.2, 2.3 and 2.4 sources', () => {
  for (const release of ['2.2', '2.3', '2.4']) {
    it(`are classed by their consequence: ${release}`, () => {
      const own = rows.filter(({ releases }) => releases.split(',').includes(release));
      assert.ok(own.length > 700, String(own.length));
      for (const { severity, code, message } of own) {
        assert.deepEqual(classOf(message), { severity, code }, message);
        assert.deepEqual(classOf(message, ''), { severity, code }, message);
      }
    });
  }

  it('stop a save where an address, a route or a rule is left out', () => {
    const losses = /(?:skipping (?:VIP|IP)|removing address|vip \S+ - removing|fault state)/;
    for (const { severity, message } of rows.filter(({ message }) => losses.test(message))) {
      assert.match(severity, /fatal|ends/, message);
    }
    for (const message of ['Invalid rule to address x', 'invalid route via address x']) {
      assert.equal(classOf(message).severity, 'fatal');
    }
  });

  it('that no rule knows are never good', () => {
    for (const message of ['The moon is full - skipping', '(VI_1) something new', 'disabling it']) {
      assert.deepEqual(classOf(message), { severity: 'warning', code: 'other' });
    }
  });
});
