/** Each code of the table is raised by something, with each weight that it may have and no other. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import type { Appliance } from '../../../../server/appliance/appliance.ts';
import {
  findingCodeList,
  findingCodes,
} from '../../../../server/keepalived/config/rules/finding-codes.ts';
import type { FindingCode } from '../../../../server/keepalived/config/rules/finding-codes.ts';
import type { Finding } from '../../../../server/keepalived/config/rules/finding.ts';
import { parseConfigurationTestOutput } from '../../../../server/keepalived/runtime/config-test/config-test-output.ts';
import { checkWhole } from '../../../../server/operations/checks/check-configuration.ts';
import { seeText } from '../../../../server/operations/checks/configuration-seen.ts';
import { createSampleMachine } from '../sample-machine.ts';

type ConfigurationTest = Awaited<ReturnType<Appliance['testConfiguration']>>;

interface Example {
  code: FindingCode;
  text?: string;
  /** What keepalived’s test brings. */
  tested?: Partial<ConfigurationTest>;
  machine?: Partial<Appliance>;
}

const good = `vrrp_instance VI_1 {
  state BACKUP
  interface eth0
  virtual_router_id 51
  priority 100
  virtual_ipaddress {
    192.168.0.100/24
  }
}
`;
const without = (line: string) => good.replace(line, '');
const withLine = (line: string) => good.replace('  priority 100\n', `  priority 100\n  ${line}\n`);
const second = good.replace('VI_1', 'VI_2');
const unicast = withLine('unicast_src_ip 10.9.9.9\n  unicast_peer {\n    192.168.0.20\n  }');
const hidden = { path: 'keepalived.conf', line: 1, text: '@id include a.conf' };
const says = (code: FindingCode, output: string): Example => ({ code, tested: { output } });

/** A minimal text, or an answer of keepalived’s test, for each; the others are messages of keepalived. */
const examples: Example[] = [
  { code: 'file-too-large', text: `# ${'x'.repeat(1024 * 1024)}\n${good}` },
  { code: 'nul-byte', text: `${good}#\0\n` },
  { code: 'byte-order-mark', text: `\uFEFF${good}` },
  { code: 'line-too-long', text: `${good}# ${'x'.repeat(2000)}\n` },
  { code: 'escaped-comment', text: withLine('notify "x" \\# y') },
  { code: 'empty-file', text: '\n' },
  { code: 'no-known-block', text: 'nothing here\n' },
  { code: 'unclosed-block', text: good.slice(0, -2) },
  { code: 'extra-closing-brace', text: `${good}}\n` },
  { code: 'stray-opening-brace', text: `{\n}\n${good}` },
  { code: 'unterminated-quote', text: withLine('notify "x') },
  { code: 'duplicate-name', text: good + good },
  { code: 'invalid-address', text: good.replace('0.100/24', '0.300/24') },
  { code: 'virtual-router-id-missing', text: without('  virtual_router_id 51\n') },
  { code: 'virtual-router-id-out-of-range', text: good.replace('id 51', 'id 256') },
  { code: 'virtual-router-id-shared', text: good + second },
  { code: 'interface-missing', text: without('  interface eth0\n') },
  { code: 'virtual-address-missing', text: without('    192.168.0.100/24\n') },
  { code: 'virtual-address-shared', text: good + second.replace('id 51', 'id 52') },
  {
    code: 'nopreempt-with-master',
    text: withLine('nopreempt').replace('state BACKUP', 'state MASTER'),
  },
  {
    code: 'password-truncated',
    text: withLine('authentication {\n    auth_type PASS\n    auth_pass ninechars\n  }'),
  },
  { code: 'owner-priority-with-backup', text: good.replace('priority 100', 'priority 255') },
  { code: 'unicast-fault-without-peer', text: withLine('unicast_fault_no_peer') },
  {
    code: 'unicast-source-not-local',
    text: unicast,
    machine: { canSendFrom: () => Promise.resolve(false) },
  },
  {
    code: 'unicast-source-not-local',
    text: unicast,
    machine: { canSendFrom: () => Promise.resolve(undefined) },
  },
  { code: 'unicast-peer-is-self', text: withLine('unicast_peer {\n    192.168.0.10\n  }') },
  {
    code: 'unicast-addresses-unseen',
    text: unicast,
    machine: { readNetwork: () => Promise.resolve({ ok: false, reason: 'ip is missing.' }) },
  },
  {
    code: 'track-file-begins-in-fault',
    text: `track_file work {\n  file /tmp/work\n  init_file 1\n  weight 0\n}\n${withLine('track_file {\n    work\n  }')}`,
  },
  {
    code: 'notify-script-missing',
    text: withLine('notify /usr/bin/tell'),
    machine: { lookUpProgram: () => Promise.resolve({ known: true, isExecutable: false }) },
  },
  {
    code: 'notify-script-unseen',
    text: withLine('notify /usr/bin/tell'),
    machine: { lookUpProgram: () => Promise.resolve({ known: false, reason: 'No.' }) },
  },
  {
    code: 'network-namespace-missing',
    text: `net_namespace red\n${good}`,
    machine: { hasNetworkNamespace: () => Promise.resolve(false) },
  },
  {
    code: 'network-namespace-unseen',
    text: `net_namespace red\n${good}`,
    machine: { hasNetworkNamespace: () => Promise.resolve(undefined) },
  },
  { code: 'include-hidden', tested: { hiddenIncludes: [hidden] } },
  {
    code: 'include-hidden-elsewhere',
    tested: { hiddenIncludes: [{ ...hidden, isElsewhere: true }] },
  },
  { code: 'include-outside-folder', tested: { outsideIncludes: ['/tmp/other.conf'] } },
  { code: 'test-crashed', tested: { exitCode: 139 } },
  { code: 'test-output-withheld', tested: { withheldLines: 2 } },
  says('include-loop', "Configuration file 'a.conf' open problem (Too many open files) - skipping"),
  says('not-a-file', "Configuration file 'a.d' is not a regular non-executable file - skipping"),
  says('smtp-server-not-looked-up', 'Invalid smtp server mail.example.com 25'),
  says('test-terminated', 'Terminated'),
  says(
    'unicast-without-peers',
    '(VI_1) A unicast keyword has been specified without any unicast peers. Defaulting to multicast.',
  ),
  { code: 'not-tested', tested: { ran: false, reason: 'keepalived is missing.' } },
];

async function find({ text = good, tested, machine }: Example): Promise<Finding[]> {
  const appliance: Appliance = {
    ...createSampleMachine(text, 'stopped'),
    canSendFrom: () => Promise.resolve(undefined),
    lookUpProgram: () => Promise.resolve({ known: true, isExecutable: true }),
    hasNetworkNamespace: () => Promise.resolve(true),
    testConfiguration: () =>
      Promise.resolve({
        ...{ ran: true, exitCode: 0, output: '', reason: undefined },
        testedPath: '/etc/keepalived/keepalived.conf',
        ...tested,
      }),
    ...machine,
  };
  return checkWhole(appliance, await seeText(appliance, 'live', text));
}

const weightOf = ({ endsDaemon, severity }: Finding) => (endsDaemon === true ? 'ends' : severity);

const fixture = new URL('../../../fixtures/config-test-messages.txt', import.meta.url);
const messages = readFileSync(fixture, 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line) => line.split('\t').at(-1) ?? '');

describe('the codes of findings', () => {
  for (const example of examples) {
    test(`${example.code} is raised`, async () => {
      const codes = (await find(example)).map(({ code }) => code);
      assert.ok(codes.includes(example.code), codes.join(', '));
    });
  }

  test('are all raised, with the weights of the table', async () => {
    const own = await Promise.all(examples.map(find));
    const said = messages.flatMap((message) => parseConfigurationTestOutput(message));
    const raised = new Map<FindingCode, Set<string>>();
    for (const finding of [...own.flat(), ...said]) {
      const weights = raised.get(finding.code) ?? new Set();
      raised.set(finding.code, weights.add(weightOf(finding)));
    }
    assert.deepEqual(
      findingCodeList.filter((code) => !raised.has(code)),
      [],
      'nothing raises these',
    );
    for (const code of findingCodeList) {
      assert.deepEqual(
        [...(raised.get(code) ?? [])].toSorted(),
        [...findingCodes[code]].toSorted(),
        code,
      );
    }
  });
});
