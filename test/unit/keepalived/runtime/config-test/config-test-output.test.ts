import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { parseConfigurationTestOutput } from '../../../../../server/keepalived/runtime/config-test/config-test-output.ts';

/** The outputs by the name of the file that was tested. */
function recordedOutputs(path: string): Map<string, string> {
  const text = readFileSync(new URL(`../../../../fixtures/${path}`, import.meta.url), 'utf8');
  return new Map(
    text
      .split(/^### /m)
      .slice(1)
      .map((section) => {
        const headingEnd = section.indexOf('\n');
        const name = section.slice(0, headingEnd).replace(/ rc=\d+$/, '');
        return [name, section.slice(headingEnd + 1)] as const;
      }),
  );
}

/** [severity, code, line, path if it is another file] */
type Expected = [string, string, (number | undefined)?, string?];

const sameInAllVersions: Record<string, Expected[]> = {
  '00-ok': [],
  '02-unknown-kw-inst': [['fatal', 'unknown-keyword', 14]],
  '03-unknown-block-inst': [
    ['fatal', 'unknown-keyword', 14],
    ['fatal', 'unexpected-opening-brace', 14],
    ['fatal', 'unknown-keyword', 15],
    ['fatal', 'unknown-keyword', 17],
    ['fatal', 'unexpected-opening-brace', 17],
    ['fatal', 'unknown-keyword', 18],
    ['fatal', 'extra-closing-brace', 19],
    ['fatal', 'extra-closing-brace', 20],
    ['warning', 'virtual-address-missing'],
  ],
  '05-extra-close': [['fatal', 'extra-closing-brace', 18]],
  '06-missing-open': [['fatal', 'extra-closing-brace', 17]],
  '08-vrid-0': [
    ['fatal', 'number-out-of-range', 7],
    ['fatal', 'invalid-virtual-router-id', 7],
    ['fatal', 'virtual-router-id-missing'],
  ],
  '11-vrid-missing': [['fatal', 'virtual-router-id-missing']],
  '12-bad-ip': [
    ['fatal', 'invalid-address', 15],
    ['warning', 'virtual-address-missing'],
  ],
  '15-no-vip': [['warning', 'virtual-address-missing']],
  '17-auth-no-pass': [['fatal', 'password-missing']],
  '18-auth-type-bad': [['fatal', 'unknown-authentication-type', 11]],
  '20-nonexist-if': [['fatal', 'interface-missing', 6]],
  '21-dup-vrid': [['fatal', 'duplicate-virtual-router-id']],
  '23-prio-0': [
    ['fatal', 'number-out-of-range', 8],
    ['fatal', 'invalid-priority', 8],
  ],
  '27-advert-0': [
    ['fatal', 'number-out-of-range', 9],
    ['fatal', 'invalid-advert-interval', 9],
  ],
  '29-empty': [],
  '32-missing-include-a': [['fatal', 'include-missing', 4]],
  '33-include-err': [['fatal', 'unknown-keyword', 13, '/lab/t/inc/bad.conf']],
  '35-undef-script': [['warning', 'unknown-track-script', 15]],
  '36-script-notexist': [['warning', 'script-not-found']],
  '41-syncgroup-unknown': [
    ['warning', 'sync-group-unknown-instance'],
    ['warning', 'sync-group-empty'],
  ],
  '42-syncgroup-one': [['warning', 'sync-group-single']],
  '44-state-bad': [['fatal', 'unknown-state', 5]],
  '45-nopreempt-master': [['warning', 'nopreempt-with-master']],
  '50-vip-dev-nonexist': [['fatal', 'interface-missing', 15]],
  '51-mixed-family': [['fatal', 'mixed-address-families', 16]],
  '54-crlf': [['fatal', 'unknown-keyword', 14]],
  '56-include-self': [
    ['fatal', 'include-loop', 4],
    ['fatal', 'duplicate-instance', 5],
  ],
  '57-badif+unknown': [
    ['fatal', 'interface-missing', 6],
    ['fatal', 'unknown-keyword', 14],
  ],
  '59-auth-v3': [['warning', 'authentication-ignored']],
  '62-real-server-only': [
    ['warning', 'virtual-server-default'],
    ['warning', 'virtual-server-default'],
  ],
  '65-backslash-cont': [
    ['fatal', 'unknown-keyword', 14],
    ['fatal', 'unknown-keyword', 15],
  ],
  '68-preempt-delay-nopre': [['warning', 'preempt-delay-ignored']],
  '69-prio-neg': [
    ['fatal', 'invalid-number', 8],
    ['fatal', 'invalid-priority', 8],
  ],
  '72-scriptname-notinterval': [
    ['warning', 'script-missing', 6],
    ['warning', 'unknown-track-script', 18],
  ],
  '83-dir': [['fatal', 'not-a-file']],
};

const byVersion: Record<string, Record<string, Expected[]>> = {
  '2.2.7': {
    '39-script-sec-ok': [],
    '53-longline-notcomment': [
      ['fatal', 'unterminated-quote', 13],
      ['fatal', 'unterminated-quote', 14],
      ['fatal', 'unterminated-quote', 15],
      ['fatal', 'unknown-keyword', 15],
    ],
  },
  '2.3.4': { '39-script-sec-ok': [['warning', 'script-insecure']] },
  '2.4.3': {
    '39-script-sec-ok': [['warning', 'script-insecure']],
    '53-longline-notcomment': [
      ['fatal', 'line-too-long', 13],
      ['fatal', 'unterminated-quote', 15],
      ['fatal', 'unknown-keyword', 15],
    ],
  },
};

for (const [version, ownExpectations] of Object.entries(byVersion)) {
  describe(`the output of keepalived ${version} -t`, () => {
    const outputs = recordedOutputs(`evidence/config-test-${version}.txt`);
    for (const [name, expected] of Object.entries({ ...sameInAllVersions, ...ownExpectations })) {
      it(`on ${name}`, () => {
        const findings = parseConfigurationTestOutput(
          outputs.get(name) ?? assert.fail(`${name} is not recorded`),
          `/etc/keepalived/${name}.conf`,
        );
        assert.deepEqual(
          findings.map(({ severity, code, line, path }) => [severity, code, line, path]),
          expected.map(([severity, code, line, path]) => [severity, code, line, path]),
        );
      });
    }

    it('has no line that only the fallback knows', () => {
      for (const [name, output] of outputs) {
        for (const { code, message, remedy, detail } of parseConfigurationTestOutput(output)) {
          assert.ok(
            !['other', 'invalid-value', 'missing-value', 'duplicate'].includes(code),
            `${name}: ${detail}`,
          );
          assert.match(message, /^\S.*\S$/);
          assert.doesNotMatch(message, /[{]\w+[}]|undefined/);
          assert.doesNotMatch(remedy, /[{]\w+[}]|undefined/);
        }
      }
    });
  });
}

describe('a finding', () => {
  const only = (output: string, mainPath?: string) => {
    const findings = parseConfigurationTestOutput(output, mainPath);
    assert.equal(findings.length, 1);
    return findings[0] ?? assert.fail();
  };

  it('says what it is, what to do, and keepalived’s own words', () => {
    assert.deepEqual(
      only("(/etc/keepalived/keepalived.conf: Line 14) Unknown keyword 'prioritty'"),
      {
        severity: 'fatal',
        code: 'unknown-keyword',
        unknownWord: 'prioritty',
        line: 14,
        path: '/etc/keepalived/keepalived.conf',
        message:
          'keepalived does not know the word “prioritty” here; it would load the file without this line.',
        remedy: 'Did you mean “priority”? If so, correct it; otherwise remove the line.',
        detail: "Unknown keyword 'prioritty'",
      },
    );
  });

  it('about a known word in the wrong place does not offer the same word', () => {
    assert.match(only("(Line 17) Unknown keyword 'virtual_ipaddress'").remedy, /another block/);
  });

  it('from several passes is one, with the path of the passes that have it', () => {
    const repeated = "(Line 3) Extra '}' found\n(/a/b.conf: Line 3) Extra '}' found\n";
    assert.equal(only(repeated.repeat(2)).path, '/a/b.conf');
    assert.equal(only(repeated.repeat(2), '/a/b.conf').path, undefined);
  });

  it('of two included files stays two', () => {
    const output =
      "(/a/1.conf: Line 3) Unknown keyword 'x'\n(/a/2.conf: Line 3) Unknown keyword 'x'\n";
    assert.deepEqual(
      parseConfigurationTestOutput(output).map(({ path }) => path),
      ['/a/1.conf', '/a/2.conf'],
    );
  });

  it('about a missing interface is a warning where dynamic_interfaces allows it', () => {
    const finding = only(
      "(/a: Line 6) WARNING - interface eth9 for vrrp_instance VI_1 doesn't exist",
    );
    assert.equal(finding.severity, 'warning');
    assert.equal(only('Non-existent interface specified in configuration').severity, 'fatal');
  });

  for (const [text, code, severity] of [
    ['(VI_1) Unknown interface!', 'no-interface', 'fatal'],
    ['(VI_1) No VIP specified; at least one is required', 'virtual-address-missing', 'fatal'],
    ['(VI_1) Unicast peers are not supported in strict mode', 'unicast-strict', 'fatal'],
    [
      '(VI_1): Unicast instances must have unicast_src_ip or interface',
      'unicast-source-missing',
      'fatal',
    ],
    ["There are 1 missing '}'s or extra '{'s", 'missing-closing-brace', 'fatal'],
    ["Missing '{' at beginning of configuration block", 'missing-opening-brace', 'fatal'],
    ['(/a: Line 7) Truncating auth_pass to 8 characters', 'password-truncated', 'warning'],
    [
      '(VI_1) VRRPv2 advertisement interval 0.500000s must be an integer. rounding',
      'advert-interval-adjusted',
      'warning',
    ],
    ['(VI_1) Strict mode requires no repeat garps. resetting', 'strict-mode-adjusted', 'warning'],
    [
      'SECURITY VIOLATION - scripts are being executed but script_security not enabled.',
      'script-security-off',
      'warning',
    ],
    [
      "WARNING - default user 'keepalived_script' for script execution does not exist - please create.",
      'script-user-missing',
      'warning',
    ],
    ["Unsafe permissions found for script '/tmp/x' - disabling.", 'script-insecure', 'warning'],
    ['(VI_1): VIP duplicates a VIP 10.9.0.100/24 - ignoring', 'duplicate-address', 'warning'],
    [
      '(/a: Line 14) (VI_1): Cannot use unicast_ttl without unicast peers - resetting',
      'time-to-live-zero',
      'fatal',
    ],
    ['(VI_1): Version must be either 2 or 3', 'invalid-value', 'fatal'],
    ['(VI_1) notify script already specified - ignoring /x', 'duplicate', 'warning'],
    ['Something that no version has said so far', 'other', 'warning'],
    ['Terminated', 'test-terminated', 'fatal'],
  ] as const) {
    it(`“${text}” is ${code}`, () => {
      const finding = only(text);
      assert.equal(finding.code, code);
      assert.equal(finding.severity, severity);
      assert.notEqual(finding.detail, '');
    });
  }

  it('is bounded, and shows control characters', () => {
    const finding = only(`(Line 1) Unknown keyword '\u001b[2J${'x'.repeat(5000)}`);
    assert.ok((finding.detail ?? '').length <= 301);
    assert.ok(finding.message.length < 250);
    assert.doesNotMatch(JSON.stringify(finding), /\\u001b/);
    assert.match(finding.message, /\\x1b\[2J/);
  });
});

describe('a password', () => {
  for (const [written, output] of recordedOutputs('config-test-secrets-2.2.7.txt')) {
    it(`written as ${written.trim().slice(0, 40)} is in no finding`, () => {
      const findings = parseConfigurationTestOutput(output);
      assert.notEqual(findings.length, 0);
      assert.doesNotMatch(JSON.stringify(findings), /cr3|yyyy/);
    });
  }
});
