/** What a user reads of the most common mistakes: where, how bad, what it means, what to do. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { summarizeConfiguration } from '../../../../../server/keepalived/config/questions.ts';
import type { Finding } from '../../../../../server/keepalived/config/rules/finding.ts';
import { findConfigurationProblems } from '../../../../../server/keepalived/config/rules/rules.ts';
import { parseConfiguration } from '../../../../../server/keepalived/language/tree.ts';
import { parseConfigurationTestOutput } from '../../../../../server/keepalived/runtime/config-test/config-test-output.ts';

const evidence = new URL('../../../../fixtures/evidence/', import.meta.url);
/** By the file: what the real `keepalived -t` says of it; test/appliance compares that again. */
const recorded = new Map(
  readFileSync(new URL('config-test-2.2.7.txt', evidence), 'utf8')
    .split(/^### /m)
    .map((section) => [section.split(' ')[0] ?? '', section.slice(section.indexOf('\n') + 1)]),
);
const readSample = (name: string): string =>
  readFileSync(new URL(`configs/${name}.conf`, evidence), 'utf8');
const own = (text: string): Finding[] => {
  const content = parseConfiguration(text);
  return findConfigurationProblems(text, summarizeConfiguration(content), content.children);
};

type Row = [
  what: string,
  severity: Finding['severity'],
  line: number | undefined,
  code: string,
  message: string,
  remedy: string,
];

const ofRecordedFiles: Row[] = [
  [
    '02-unknown-kw-inst',
    'fatal',
    14,
    'unknown-keyword',
    'keepalived does not know the word “prioritty” here; it would load the file without this line.',
    'Did you mean “priority”? If so, correct it; otherwise remove the line.',
  ],
  [
    '03-unknown-block-inst',
    'fatal',
    14,
    'unexpected-opening-brace',
    'This opening brace { starts no block that keepalived knows; it reads the content as if it were outside.',
    'Correct the name in front of the brace, or remove the block.',
  ],
  [
    '03-unknown-block-inst',
    'fatal',
    19,
    'extra-closing-brace',
    'This closing brace } closes nothing.',
    'Remove it, or write the opening brace { that is missing further up.',
  ],
  [
    '03-unknown-block-inst',
    'warning',
    undefined,
    'virtual-address-missing',
    'VI_1 has no address in virtual_ipaddress: its advertisements name none.',
    'Write one into its virtual_ipaddress block, for instance 192.168.0.100/24.',
  ],
  [
    '08-vrid-0',
    'fatal',
    7,
    'virtual-router-id-out-of-range',
    'virtual_router_id 0 of “VI_1” is out of range: keepalived would not run with this file.',
    'Choose a number from 1 to 255, the same on both servers.',
  ],
  [
    '08-vrid-0',
    'fatal',
    7,
    'number-out-of-range',
    'The number 0 is not allowed here; keepalived would ignore it.',
    'Write a number from 1 to 255.',
  ],
  [
    '08-vrid-0',
    'fatal',
    7,
    'invalid-virtual-router-id',
    'The virtual_router_id 0 of VI_1 is not allowed.',
    'Write a number from 1 to 255, the same on both servers.',
  ],
  [
    '08-vrid-0',
    'fatal',
    undefined,
    'virtual-router-id-missing',
    'VI_1 has no valid virtual_router_id: keepalived would not start.',
    'Write virtual_router_id with a number from 1 to 255, the same on both servers.',
  ],
  [
    '12-bad-ip',
    'fatal',
    15,
    'invalid-address',
    '10.9.0.300/24 is not an address; keepalived would go on without it.',
    'Write it in CIDR form, for instance 192.168.0.100/24.',
  ],
  [
    '17-auth-no-pass',
    'fatal',
    undefined,
    'password-missing',
    'VI_1 has an auth_type but no auth_pass; it would run without authentication and reject its peer.',
    'Write auth_pass, the same on both servers, or remove the authentication block on both.',
  ],
  [
    '18-auth-type-bad',
    'fatal',
    11,
    'unknown-authentication-type',
    'The auth_type of VI_1 is not known; it would run without authentication and reject its peer.',
    'Write auth_type PASS (or AH), the same on both servers.',
  ],
  [
    '20-nonexist-if',
    'fatal',
    6,
    'interface-missing',
    'The interface eth9 does not exist on this server: keepalived would not start.',
    'Write the name of an interface that this server has.',
  ],
  [
    '21-dup-vrid',
    'fatal',
    21,
    'virtual-router-id-shared',
    '“VI_1” (line 7) and “VI_2” (line 21) both use virtual_router_id 51 on eth0: keepalived would not run with this file.',
    'Give each instance on an interface a virtual_router_id of its own.',
  ],
  [
    '21-dup-vrid',
    'fatal',
    undefined,
    'duplicate-virtual-router-id',
    'VI_1 and VI_2 both use virtual_router_id 51 on eth0: keepalived would not start.',
    'Give each instance on an interface a number of its own.',
  ],
  [
    '23-prio-0',
    'fatal',
    8,
    'invalid-priority',
    'The priority of VI_1 is not allowed; keepalived would take 100.',
    'Write a number from 1 to 254, the larger one on the master.',
  ],
  [
    '27-advert-0',
    'fatal',
    9,
    'invalid-advert-interval',
    'The advert_int 0 of VI_1 is not allowed; keepalived would take 1 second.',
    'Write the seconds between two advertisements, the same on both servers.',
  ],
  [
    '29-empty',
    'fatal',
    undefined,
    'empty-file',
    'The file is empty: with it keepalived would drop every virtual address.',
    'Write at least one vrrp_instance, or load a default configuration.',
  ],
  [
    '30-comment-only',
    'fatal',
    undefined,
    'no-known-block',
    'The file has no block that keepalived knows: with it keepalived would drop every virtual address.',
    'Write at least one vrrp_instance, or load a default configuration.',
  ],
  [
    '32-missing-include-a',
    'fatal',
    4,
    'include-missing',
    'A file that must be included does not exist: /lab/t/nope/x.conf.',
    'Create it, or correct or remove the include.',
  ],
  [
    '35-undef-script',
    'warning',
    15,
    'unknown-track-script',
    'VI_1 tracks the script chk, which is not defined above it; it would not be watched.',
    'Define it before the instance, or correct the name.',
  ],
  [
    '36-script-notexist',
    'warning',
    undefined,
    'script-not-found',
    'The script chk does not exist or cannot be run; it is disabled and nothing is watched by it.',
    'Install it, make it executable, and give its whole path.',
  ],
  [
    '41-syncgroup-unknown',
    'warning',
    undefined,
    'sync-group-unknown-instance',
    'The sync group G1 names the instance VI_9, which does not exist.',
    'Correct the name, or remove it from the group.',
  ],
  [
    '41-syncgroup-unknown',
    'warning',
    undefined,
    'sync-group-empty',
    'The sync group G1 has no instance; it is left out.',
    'Name its instances, or remove the group.',
  ],
  [
    '42-syncgroup-one',
    'warning',
    undefined,
    'sync-group-single',
    'The sync group G1 has only one instance, so there is nothing to keep together.',
    'Add the other instances, or remove the group.',
  ],
  [
    '44-state-bad',
    'fatal',
    5,
    'unknown-state',
    'The state “PRIMARY” of VI_1 is not known; keepalived would take BACKUP.',
    'Write state MASTER or state BACKUP.',
  ],
  [
    '45-nopreempt-master',
    'warning',
    undefined,
    'nopreempt-with-master',
    'VI_1 has nopreempt and state MASTER; nopreempt is ignored, so it takes the address back when it returns.',
    'Write state BACKUP on both servers to make nopreempt work, or remove nopreempt.',
  ],
  [
    '48-dup-vip-two-inst',
    'warning',
    29,
    'virtual-address-shared',
    '10.9.0.100 stands in “VI_1” and in “VI_2” (first on line 15).',
    'Remove one of the two.',
  ],
  [
    '51-mixed-family',
    'fatal',
    16,
    'mixed-address-families',
    'VI_1 mixes IPv4 and IPv6; keepalived would go on without fd00::1/64.',
    'Move it into an instance of its own, or into virtual_ipaddress_excluded.',
  ],
  [
    '53-longline-notcomment',
    'warning',
    14,
    'line-too-long',
    'The line has more than 1023 bytes: keepalived reads the rest as a line of its own, even of a comment.',
    'Make the line shorter.',
  ],
  [
    '53-longline-notcomment',
    'fatal',
    13,
    'unterminated-quote',
    'A quotation mark " is opened but not closed on the same line.',
    'Close it on the same line, and keep the line shorter than 1023 bytes.',
  ],
  [
    '56-include-self',
    'fatal',
    4,
    'include-loop',
    'The file /etc/keepalived/56-include-self.conf includes itself, directly or through another file.',
    'Remove the include that leads back to it.',
  ],
  [
    '56-include-self',
    'fatal',
    5,
    'duplicate-instance',
    'The instance VI_1 is defined twice.',
    'Remove one of them, or give it another name. A file may also be included twice.',
  ],
  [
    '59-auth-v3',
    'warning',
    undefined,
    'authentication-ignored',
    'VI_1 has an authentication block, which VRRP version 3 and strict mode do not know; it is ignored.',
    'Remove the block, or use VRRP version 2 without strict mode on both servers.',
  ],
  [
    '62-real-server-only',
    'warning',
    undefined,
    'virtual-server-default',
    'The virtual server [10.9.0.100]:none:80 says no protocol; keepalived takes its default.',
    'Write it out.',
  ],
  [
    '68-preempt-delay-nopre',
    'warning',
    undefined,
    'preempt-delay-ignored',
    'The preempt_delay of VI_1 does not go together with its state, nopreempt or strict mode; it is ignored.',
    'Remove preempt_delay, or what it contradicts.',
  ],
  [
    '69-prio-neg',
    'fatal',
    8,
    'invalid-number',
    '“-5” is no number that keepalived accepts here.',
    'Write a plain number.',
  ],
  [
    '72-scriptname-notinterval',
    'warning',
    6,
    'script-missing',
    'The vrrp_script chk says no script to run; it is left out.',
    'Write script "…" into it.',
  ],
  [
    '80-binary',
    'fatal',
    1,
    'nul-byte',
    'The file contains a NUL byte: keepalived reads nothing more of that line.',
    'Remove it; the file may be damaged or be no text at all.',
  ],
];

/** Of a good file with one change, by our own rules: `-t` finds nothing, or no line. */
const good = readSample('00-ok');
const ofOwnRules: [change: (text: string) => string, ...Row][] = [
  [
    (text) => text.trimEnd().slice(0, -1),
    'a block that is never closed',
    'fatal',
    4,
    'unclosed-block',
    '“vrrp_instance {” is never closed.',
    'Add the missing “}”, here or in a block inside.',
  ],
  [
    (text) => `\uFEFF${text}`,
    'a byte order mark',
    'warning',
    1,
    'byte-order-mark',
    'The file begins with a byte order mark, which makes its first word unknown.',
    'Save it as UTF-8 without a byte order mark.',
  ],
  [
    (text) => text.replace(/state \w+/, 'state BACKUP').replace(/priority \d+/, 'priority 255'),
    'the owner’s priority on a backup',
    'info',
    8,
    'owner-priority-with-backup',
    "“VI_1” has priority 255, the address owner's, and state BACKUP.",
    'Choose a priority from 1 to 254, unless this server owns the address.',
  ],
  [
    (text) => text.replace(/( *10\.9\.0\.100.*\n)/, '$1$1'),
    'an address twice',
    'warning',
    16,
    'virtual-address-shared',
    '10.9.0.100 stands twice in “VI_1” (first on line 15).',
    'Remove one of the two.',
  ],
  [
    (text) => text.replace('interface eth0', 'interface "eth0'),
    'a quote without a partner',
    'warning',
    6,
    'unterminated-quote',
    'A double quote has no partner on this line.',
    'Add the second quote; keepalived ignores everything from the first one on.',
  ],
];

/** Of lines that keepalived prints of a machine which these files do not show. */
const ofLines: Row[] = [
  [
    '(/etc/keepalived/keepalived.conf: Line 12) Truncating auth_pass to 8 characters',
    'warning',
    12,
    'password-truncated',
    'An auth_pass is longer than VRRP can carry: only its first 8 characters count.',
    'Nothing must be done; shorten it on both servers to be rid of the message.',
  ],
  [
    'SECURITY VIOLATION - scripts are being executed but script_security not enabled.',
    'warning',
    undefined,
    'script-security-off',
    'Scripts run as root although others could change them, because enable_script_security is not set.',
    'Write enable_script_security into global_defs.',
  ],
  [
    "Unsafe permissions found for script '/tmp/x'.",
    'warning',
    undefined,
    'script-insecure',
    'The script /tmp/x could be changed by someone other than root; it is disabled and nothing is watched by it.',
    'Let root own the script and every folder on its path, and let nobody else write there.',
  ],
  [
    "WARNING - default user 'keepalived_script' for script execution does not exist - please create.",
    'warning',
    undefined,
    'script-user-missing',
    'The user or group for scripts does not exist on this server. keepalived_script',
    'Create it, or write script_user into global_defs.',
  ],
];

const pick = ({ severity, line, code, message, remedy }: Finding) => [
  ...[severity, line, code, message, remedy],
];

describe('the most common findings', () => {
  for (const [name, ...expected] of ofRecordedFiles) {
    test(`${name}: ${expected[2]}`, () => {
      const findings = [
        ...own(readSample(name)),
        ...parseConfigurationTestOutput(recorded.get(name) ?? ''),
      ];
      assert.ok(
        findings.map((one) => JSON.stringify(pick(one))).includes(JSON.stringify(expected)),
      );
    });
  }
  for (const [change, what, ...expected] of ofOwnRules) {
    test(what, () => {
      const text = change(good);
      assert.notEqual(text, good);
      assert.deepEqual(own(text).map(pick)[0], expected);
    });
  }
  for (const [line, ...expected] of ofLines) {
    test(line, () => {
      assert.deepEqual(parseConfigurationTestOutput(line).map(pick)[0], expected);
    });
  }
});
