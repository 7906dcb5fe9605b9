/** What a save is told beforehand, by our rules and the real `keepalived -t` together. */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import test, { after, before } from 'node:test';
import type { Appliance } from '../../server/appliance/appliance.ts';
import { createAppliance } from '../../server/appliance/create-appliance.ts';
import { checkConfiguration } from '../../server/operations/checks/check-configuration.ts';
import { seeText } from '../../server/operations/checks/configuration-seen.ts';
import { parseProgramOptions } from '../../server/program-options.ts';
import { preparePrivateMachine, writeConfiguration } from './private-keepalived.ts';
import { inPrivateNamespaces } from './private-namespaces.ts';

const instance = (more: string) => `vrrp_instance VI_1 {
  interface eth0
  virtual_router_id 51
${more}
  virtual_ipaddress {
    10.9.0.100/24
  }
}
global_defs {
  enable_script_security
  script_user root
}
`;

if (inPrivateNamespaces(import.meta.url)) {
  let appliance: Appliance;
  before(async () => {
    preparePrivateMachine();
    mkdirSync('/etc/keepalived/conf.d');
    writeFileSync('/etc/keepalived/conf.d/one.conf', 'global_defs {\n}\n');
    writeConfiguration('include conf.d/*.conf\n');
    appliance = await createAppliance(parseProgramOptions({ WAI_SERVICE_MANAGER: 'supervised' }));
  });
  after(() => appliance.close());

  const check = async (fileId: string, text: string) => {
    const findings = await checkConfiguration(appliance, await seeText(appliance, fileId, text));
    return findings.map(({ code, line, path }) => [code, line, path]);
  };

  test('each finding has its line in the very file that was asked about', async () => {
    assert.deepEqual(await check('live', instance('  prioritty 100')), [
      ['unknown-keyword', 4, undefined],
    ]);
    const files = await appliance.listConfigurationFiles();
    const included = files.find(({ role }) => role === 'included');
    assert.deepEqual(await check(included?.id ?? '', 'global_defs {\n  nonsense\n}\n'), [
      ['unknown-keyword', 2, undefined],
    ]);
  });

  test('what our rules and keepalived both say is said once, at keepalived’s line', async () => {
    const authentication = 'authentication {\nauth_type PASS\nauth_pass 123456789\n}';
    assert.deepEqual(await check('live', instance(authentication)), [
      ['password-truncated', 6, undefined],
    ]);
  });

  test('what contradicts this machine is found: scripts and addresses that are not there', async () => {
    const more = `  notify_master /etc/keepalived/nothing.sh
  notify_backup /etc/keepalived
  notify_fault /usr/bin/true
  unicast_src_ip 10.9.0.77
  unicast_peer {
    10.9.0.77
  }`;
    assert.deepEqual(await check('live', instance(more)), [
      ['unicast-source-not-local', 7, undefined],
      ['unicast-peer-is-self', 9, undefined],
      ['notify-script-missing', 4, undefined],
      ['notify-script-missing', 5, undefined],
    ]);
  });

  const hidden = [
    '@^other include extra.conf',
    '$I=include extra.conf\n$I',
    '~SEQ(i,1) include extra.conf',
  ];
  for (const lines of hidden) {
    test(`an include of which the child processes crash is refused: ${lines}`, async () => {
      // Only a comment: nothing in it is defined twice, so keepalived has nothing to say (measured).
      writeFileSync('/etc/keepalived/extra.conf', '# nothing\n');
      const codes = (await check('live', `${instance('')}${lines}\n`)).map(([code]) => code);
      assert.ok(codes.includes('include-hidden'), String(codes));
    });
  }

  for (const lines of [
    '@other include extra.conf',
    `@^${hostname().split('.')[0] ?? ''} include extra.conf`,
  ]) {
    test(`an include on a line for another server is named, and not refused: ${lines}`, async () => {
      writeFileSync('/etc/keepalived/extra.conf', '# nothing\n');
      const findings = await checkConfiguration(
        appliance,
        await seeText(appliance, 'live', `${instance('')}${lines}\n`),
      );
      const [found] = findings.filter(({ code }) => code === 'include-hidden-elsewhere');
      assert.equal(found?.severity, 'warning', JSON.stringify(findings));
      assert.match(found.message, /On that server, .* crash/);
      assert.ok(!findings.some(({ severity }) => severity === 'fatal'), JSON.stringify(findings));
    });
  }

  test('a mistyped keyword is called one, at its line', async () => {
    for (const [keyword, typo, line] of [
      ['interface', 'interfce', 2],
      ['virtual_router_id', 'virtual_router_ip', 3],
    ] as const) {
      const text = instance('').replace(`${keyword} `, `${typo} `);
      const findings = await checkConfiguration(appliance, await seeText(appliance, 'live', text));
      const [unknown] = findings;
      assert.equal(findings.length, 1, JSON.stringify(findings));
      assert.equal(unknown?.line, line);
      assert.ok(unknown.remedy.includes(`“${keyword}”`), unknown.remedy);
    }
  });

  test('an include from outside is a warning, and not read', async () => {
    writeFileSync('/tmp/more.conf', 'nonsense\n');
    assert.deepEqual(await check('live', `${instance('')}include /tmp/more.conf\n`), [
      ['include-outside-folder', undefined, undefined],
    ]);
  });

  test('the last line of an included file, without a newline and alone, has its number', async () => {
    writeConfiguration('include conf.d/*.conf\n');
    const files = await appliance.listConfigurationFiles();
    const included = files.find(({ role }) => role === 'included');
    assert.deepEqual(await check(included?.id ?? '', 'nonsense'), [
      ['unknown-keyword', 1, undefined],
    ]);
    assert.deepEqual(await check('live', `${instance('')}nonsense`), [
      ['unknown-keyword', 13, undefined],
    ]);
  });

  test('the installed version is known without a running daemon', async () => {
    assert.match((await appliance.readInstalledVersion()) ?? '', /^\d+\.\d+\.\d+$/);
  });
}
