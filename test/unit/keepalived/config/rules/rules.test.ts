import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { summarizeConfiguration } from '../../../../../server/keepalived/config/questions.ts';
import { findConfigurationProblems } from '../../../../../server/keepalived/config/rules/rules.ts';
import { parseConfiguration } from '../../../../../server/keepalived/language/tree.ts';

function findingsOf(text: string) {
  const content = parseConfiguration(text);
  return findConfigurationProblems(text, summarizeConfiguration(content), content.children);
}

/** The findings as `severity code line`. */
function shortFindings(text: string): string[] {
  return findingsOf(text).map(({ severity, code, line }) => `${severity} ${code} ${line ?? '-'}`);
}

function evidence(name: string): string {
  return readFileSync(`test/fixtures/evidence/configs/${name}.conf`, 'latin1');
}

const vip = (address: string) => `virtual_ipaddress {\n${address}\n}\n`;

function instance(name: string, virtualRouterId: number, address: string, more = ''): string {
  return `vrrp_instance ${name} {\ninterface eth0\nvirtual_router_id ${virtualRouterId}\n${more}${vip(address)}}\n`;
}

describe('the rules', () => {
  it('find nothing in a good file', () => {
    for (const name of ['00-ok', '63-inline-brace', '39-script-sec-ok', 'lex']) {
      const findings = findingsOf(evidence(name)).filter(
        ({ code }) => !/quote|unclosed|escaped/.test(code),
      );
      assert.deepEqual(findings, [], name);
    }
  });

  const cases: [string, string, string[]][] = [
    ['an empty file', '', ['fatal empty-file -']],
    ['blank lines only', ' \n\r\n', ['fatal empty-file -']],
    ['comments only', evidence('30-comment-only'), ['fatal no-known-block -']],
    ['keywords in capitals', evidence('case'), ['fatal no-known-block -']],
    ['only includes', 'include a.conf\n', []],
    [
      'instances of a sequence, by a definition',
      '$VI= \\\n vrrp_instance V${i} { \\\n }\n\n~SEQ(i, 1, 3) $VI\n',
      [],
    ],
    [
      'a mark of a comment behind a backslash',
      'global_defs { # a\\#b\n router_id "a\\#b"\n router_id a\\#b\n}\n',
      ['warning escaped-comment 3'],
    ],
    [
      'an unclosed block',
      'global_defs {\n\nstatic_routes {\n',
      [1, 3].map((n) => `fatal unclosed-block ${n}`),
    ],
    ['an extra brace', evidence('05-extra-close'), ['fatal extra-closing-brace 18']],
    [
      'a missing opening brace',
      evidence('06-missing-open'),
      ['fatal extra-closing-brace 17', 'warning virtual-address-missing 14'],
    ],
    ['a stray brace', 'global_defs {\n}\n{\n}\n', ['fatal stray-opening-brace 3']],
    ['no VRID', evidence('11-vrid-missing'), ['fatal virtual-router-id-missing 4']],
    ['VRID 0', evidence('08-vrid-0'), ['fatal virtual-router-id-out-of-range 7']],
    ['VRID 256', evidence('09-vrid-256'), ['fatal virtual-router-id-out-of-range 7']],
    ['VRID perhaps elsewhere', `vrrp_instance A {\ninclude b\n}\n`, []],
    [
      'no interface',
      `vrrp_instance A {\nvirtual_router_id 1\n${vip('10.0.0.1')}}`,
      ['fatal interface-missing 1'],
    ],
    [
      'one VRID twice',
      instance('A', 5, '10.0.0.1') + instance('B', 5, '10.0.0.2'),
      ['fatal virtual-router-id-shared 10'],
    ],
    ['one VRID, two families', instance('A', 5, '10.0.0.1') + instance('B', 5, 'fd00::1'), []],
    [
      'one VRID, multicast and unicast',
      instance('A', 5, '10.0.0.1') + instance('B', 5, '10.0.0.2', 'unicast_peer {\n10.0.0.9\n}\n'),
      [],
    ],
    [
      'two instances, one address',
      evidence('48-dup-vip-two-inst'),
      ['warning virtual-address-shared 29'],
    ],
    [
      'one address twice',
      instance('A', 1, 'fd00::1/64\nFD00:0::1'),
      ['warning virtual-address-shared 6'],
    ],
    ['no address', evidence('15-no-vip'), ['warning virtual-address-missing 4']],
    [
      'no valid address',
      evidence('12-bad-ip'),
      ['warning invalid-address 15', 'warning virtual-address-missing 14'],
    ],
    ['nopreempt and MASTER', evidence('45-nopreempt-master'), ['warning nopreempt-with-master 14']],
    [
      '255 and BACKUP',
      instance('A', 1, '10.0.0.1', 'state BACKUP\npriority 255\n'),
      ['info owner-priority-with-backup 5'],
    ],
    ['an open quote', 'global_defs {\nrouter_id "A\n}', ['warning unterminated-quote 2']],
    [
      'a name twice',
      instance('A', 1, '10.0.0.1') + instance('A', 1, '10.0.0.1'),
      ['warning duplicate-name 8'],
    ],
    ['a long comment', `global_defs {\n# ${'x'.repeat(1022)}\n}`, ['warning line-too-long 2']],
    ['a byte order mark', '\uFEFF#\nglobal_defs {\n}', ['warning byte-order-mark 1']],
    ['a NUL byte', 'global_defs {\n}\n# \0', ['fatal nul-byte 3']],
    ['1 MiB', `global_defs {\n}\n${'#\n'.repeat(512 * 1024)}`, ['fatal file-too-large -']],
  ];
  for (const [name, text, expected] of cases) {
    it(name, () => {
      assert.deepEqual(shortFindings(text), expected);
    });
  }

  it('never quote a password', () => {
    const text = instance(
      'A',
      1,
      '10.0.0.1',
      'authentication {\nauth_type PASS\nauth_pass topsecret9\n}\n',
    );
    const findings = findingsOf(text);
    assert.deepEqual(
      findings.map(({ severity, code }) => [severity, code]),
      [['warning', 'password-truncated']],
    );
    assert.doesNotMatch(JSON.stringify(findings), /topsecr/);
  });

  it('name the line where a block opened, in words', () => {
    const [finding] = findingsOf('# c\nglobal_defs {\n router_id A\n');
    assert.equal(finding?.line, 2);
    assert.equal(finding.message, '“global_defs {” is never closed.');
    assert.notEqual(finding.remedy, '');
  });

  it('find the damage in random bytes, and do not throw', () => {
    assert.ok(shortFindings(evidence('80-binary')).includes('fatal nul-byte 1'));
  });
});
