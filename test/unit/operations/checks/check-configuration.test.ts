/** How our rules and what keepalived 2.2.7 printed of the same file become one list. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Appliance } from '../../../../server/appliance/appliance.ts';
import { checkConfiguration } from '../../../../server/operations/checks/check-configuration.ts';
import { seeText } from '../../../../server/operations/checks/configuration-seen.ts';
import { createSampleMachine } from '../sample-machine.ts';

const good = `vrrp_instance VI_1 {
    state BACKUP
    interface eth0
    virtual_router_id 51
    virtual_ipaddress {
        192.168.0.100/24
    }
    priority 100
}
`;

/** @param output as `keepalived -t` printed it, measured */
async function check(text: string, output: string[], names = ['lo', 'eth0', 'wan1']) {
  const machine = createSampleMachine(text, []);
  const appliance: Appliance = {
    ...machine,
    testConfiguration: () =>
      Promise.resolve({
        ran: true,
        exitCode: 4,
        output: `${output.join('\n')}\n`,
        ...{ testedPath: '/etc/keepalived/keepalived.conf', reason: undefined },
      }),
    readNetwork: () =>
      Promise.resolve({
        ok: true,
        interfaces: names.map((name) => ({
          ...{ name, macAddress: undefined, up: true, carrier: true, addresses: [] },
        })),
      }),
  };
  return checkConfiguration(appliance, await seeText(appliance, 'live', text));
}

const at = (line: number, text: string): string =>
  `(/etc/keepalived/keepalived.conf: Line ${line}) ${text}`;

test('a mistyped “interface” is one finding, which says what it leads to', async () => {
  const findings = await check(good.replace('interface', 'interfce'), [
    at(3, "Unknown keyword 'interfce'"),
    '(VI_1) Unknown interface!',
  ]);
  assert.equal(findings.length, 1, JSON.stringify(findings));
  const [finding] = findings;
  assert.equal(finding?.code, 'unknown-keyword');
  assert.equal(finding.line, 3);
  assert.equal(finding.endsDaemon, true);
  assert.match(finding.message, /“interfce” here, so “VI_1” has no interface: keepalived would/);
  assert.match(finding.remedy, /^Did you mean “interface”\?/);
});

test('a mistyped virtual_router_id is one finding', async () => {
  const findings = await check(good.replace('virtual_router_id', 'virtual_routr_id'), [
    at(4, "Unknown keyword 'virtual_routr_id'"),
    '(VI_1) the virtual router id must be set',
  ]);
  assert.deepEqual(
    findings.map(({ code, line, keyword }) => [code, line, keyword]),
    [['unknown-keyword', 4, 'virtual_router_id']],
  );
});

test('of a block with a mistyped name all that keepalived says because of it is one finding', async () => {
  const findings = await check(good.replace('virtual_ipaddress', 'virtual_ipadress'), [
    at(5, "Unknown keyword 'virtual_ipadress'"),
    at(5, "Unexpected '{' - ignoring"),
    at(6, "Unknown keyword '192.168.0.100/24'"),
    at(8, "Unknown keyword 'priority'"),
    at(9, "Unknown keyword '}'"),
    '(VI_1) No VIP specified; at least one is sensible',
  ]);
  assert.deepEqual(
    findings.map(({ code, line }) => [code, line]),
    [['unknown-keyword', 5]],
    JSON.stringify(findings),
  );
  assert.match(findings[0]?.remedy ?? '', /“virtual_ipaddress”.* remove the block/);
});

test('the nearest keyword is one of the block where the word stands', async () => {
  const text = `vrrp_script chk {\n  interfal 2\n}\n${good}`;
  const [finding] = await check(text, [at(2, "Unknown keyword 'interfal'")]);
  assert.match(finding?.remedy ?? '', /“interval”/);
});

test('another mistake beside a mistyped word stays', async () => {
  const text = good.replace('interface', 'interfce').replace('state BACKUP', 'nonsense');
  const findings = await check(text, [
    at(2, "Unknown keyword 'nonsense'"),
    at(3, "Unknown keyword 'interfce'"),
    '(VI_1) Unknown interface!',
  ]);
  assert.deepEqual(
    findings.map(({ line }) => line),
    [2, 3],
  );
});

test('a wrong interface names the one that this server has', async () => {
  const missing = (name: string) => [
    at(3, `WARNING - interface ${name} for vrrp_instance VI_1 doesn't exist`),
    'Non-existent interface specified in configuration',
  ];
  const [near] = await check(good.replace('eth0', 'eth00'), missing('eth00'));
  assert.match(near?.message ?? '', /eth00 does not exist on this server; eth0 does\./);
  assert.equal(near?.line, 3);
  const [far] = await check(good.replace('eth0', 'bond7'), missing('bond7'));
  assert.match(far?.remedy ?? '', /interface that this server has: eth0, wan1\./);
  const [unseen] = await check(good.replace('eth0', 'eth00'), missing('eth00'), []);
  assert.doesNotMatch(unseen?.message ?? '', /; .* does\./);
});

test('what keepalived says of an instance without a line stands at the setting', async () => {
  const findings = await check(good.replace('eth0', 'lo'), [
    at(3, '(VI_1) cannot use a loopback interface (lo) for vrrp - ignoring'),
    '(VI_1) Unknown interface!',
  ]);
  assert.deepEqual(
    findings.map(({ line }) => line),
    [3, 3],
  );
});

test('a line of keepalived’s is that of a setting, of its instance and of its healthcheck', async () => {
  const script = `vrrp_script chk {
    script "/usr/bin/curl -sf http://127.0.0.1/"
    fall 0
}
`;
  const instance = good
    .replace('/24', '/24\n        192.168.0.101/24 label eth0:averyverylonglabel')
    .replace('priority 100', 'track_script {\n        chk\n    }');
  const text = script + instance;
  const lineOf = (word: string) => text.split('\n').findIndex((line) => line.includes(word)) + 1;
  const label = 'Address label eth0:averyverylonglabel is longer than maximum length 15';
  const findings = await check(text, [
    at(lineOf('fall'), "(chk): vrrp script fall value '0' invalid, defaulting to 1"),
    at(lineOf('label'), `${label} - removing address`),
  ]);
  assert.deepEqual(
    findings.map(({ line, instance: name, keyword }) => [line, name, keyword]),
    [
      [lineOf('fall'), 'VI_1', 'fall'],
      [lineOf('label'), 'VI_1', 'virtual_ipaddress'],
    ],
    JSON.stringify(findings),
  );
});
