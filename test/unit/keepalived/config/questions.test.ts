import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import {
  findHealthcheck,
  summarizeConfiguration,
  summarizeConfigurations,
} from '../../../../server/keepalived/config/questions.ts';
import { splitScriptCommand } from '../../../../server/keepalived/config/script-command.ts';
import { parseConfiguration } from '../../../../server/keepalived/language/tree.ts';
import type { ParseOptions } from '../../../../server/keepalived/language/tree.ts';

function summarize(text: string, options?: ParseOptions) {
  return summarizeConfiguration(parseConfiguration(text, options));
}

function evidence(name: string, options?: ParseOptions) {
  return summarize(readFileSync(`test/fixtures/evidence/configs/${name}.conf`, 'utf8'), options);
}

function sample(name: string, options?: ParseOptions) {
  const path = `/usr/share/doc/keepalived/samples/keepalived.conf.${name}`;
  return summarize(readFileSync(path, 'utf8'), options);
}

/** The one instance of a text that is the inside of its block. */
function instanceOf(inside: string) {
  const [instance] = summarize(`vrrp_instance VI {\n${inside}\n}`).instances;
  assert.ok(instance);
  return instance;
}

describe('instances', () => {
  it('says everything about a plain one, and never the password', () => {
    const summary = evidence('00-ok');
    assert.deepEqual(summary.instances, [
      {
        name: 'VI_1',
        line: 4,
        endLine: 17,
        initialState: 'BACKUP',
        interfaceName: 'eth0',
        virtualRouterId: 51,
        priority: 100,
        advertIntervalSeconds: 1,
        version: undefined,
        nopreempt: false,
        authentication: { type: 'PASS', hasPassword: true, passwordTooLong: false },
        addresses: [
          {
            text: '10.9.0.100/24',
            address: '10.9.0.100',
            prefixLength: 24,
            family: 'inet',
            interfaceName: undefined,
            label: undefined,
            scope: undefined,
            excluded: false,
            line: 15,
          },
        ],
        trackedScripts: [],
        trackedInterfaces: [],
        tracked: [],
        trackers: [],
        unicastPeers: [],
        unicastSourceAddress: undefined,
      },
    ]);
    assert.equal(summary.knownBlockCount, 2);
    assert.doesNotMatch(JSON.stringify(summary), /secret/);
  });

  it('reads one-line blocks, CRLF and braces on later lines', () => {
    for (const name of ['63-inline-brace', '54-crlf', 'n']) {
      const [instance] = evidence(name).instances;
      assert.equal(instance?.interfaceName, 'eth0', name);
      assert.equal(instance.addresses.length, 1, name);
    }
  });

  it('resolves definitions, and says where something stays unread', () => {
    const [instance] = evidence('lex').instances;
    assert.equal(instance?.name, 'name with space');
    assert.deepEqual(
      instance.addresses.map(({ address }) => address),
      ['10.9.0.110', '10.9.0.111'],
    );
    assert.equal(instance.hasUnreadParts, true);
    // They stand before an include that is not read here, and the last word wins.
    assert.equal(instance.interfaceName, undefined);
    assert.equal(instance.priority, undefined);
  });

  it('derives a missing priority from the state, and a missing state from the priority', () => {
    const cases: [string, string, number][] = [
      ['', 'BACKUP', 100],
      ['state BACKUP', 'BACKUP', 100],
      ['state MASTER', 'MASTER', 255],
      ['state MASTER\npriority 101', 'MASTER', 101],
      ['priority 255', 'MASTER', 255],
      ['state BACKUP\npriority 255', 'BACKUP', 255],
      ['state MASTER\npriority 256', 'MASTER', 100],
      ['priority 0', 'BACKUP', 100],
      ['state PRIMARY', 'BACKUP', 100],
      ['state MASTER\nstate BACKUP\npriority 9', 'MASTER', 9],
      ['priority 5\npriority 6', 'BACKUP', 6],
    ];
    for (const [inside, state, priority] of cases) {
      const instance = instanceOf(inside);
      assert.deepEqual([instance.initialState, instance.priority], [state, priority], inside);
    }
  });

  it('keeps a wrong virtual router id for the rules to judge', () => {
    assert.equal(evidence('09-vrid-256').instances[0]?.virtualRouterId, 256);
    assert.equal(evidence('08-vrid-0').instances[0]?.virtualRouterId, 0);
    assert.equal(evidence('11-vrid-missing').instances[0]?.virtualRouterId, undefined);
    assert.equal(instanceOf('virtual_router_id x').virtualRouterId, undefined);
  });

  it('reads addresses with their options, and skips what is none', () => {
    const { addresses } = instanceOf(
      'virtual_ipaddress {\n10.0.0.1\n10.0.0.2/16 brd + dev eth1 label eth1:1\n10.0.0.300/24\n}\n' +
        'virtual_ipaddress_excluded {\nfd00::1/64\n}',
    );
    assert.deepEqual(
      addresses.map((a) => [a.address, a.prefixLength, a.family, a.interfaceName, a.label]),
      [
        ['10.0.0.1', undefined, 'inet', undefined, undefined],
        ['10.0.0.2', 16, 'inet', 'eth1', 'eth1:1'],
        ['fd00::1', 64, 'inet6', undefined, undefined],
      ],
    );
    assert.deepEqual(
      addresses.map(({ excluded }) => excluded),
      [false, false, true],
    );
    assert.deepEqual(evidence('12-bad-ip').problems, [
      {
        code: 'invalid-address',
        line: 15,
        message: '“10.9.0.300/24” is no IP address; keepalived skips it.',
      },
    ]);
  });

  it('reads the version: its own, IPv6, or the global one', () => {
    assert.equal(instanceOf('version 3').version, 3);
    assert.equal(instanceOf('virtual_ipaddress {\nfd00::1/64\n}').version, 3);
    const globally = summarize('global_defs { vrrp_version 3 }\nvrrp_instance A {\n}');
    assert.equal(globally.instances[0]?.version, 3);
  });

  it('reads nopreempt, unicast, intervals below a second, AH', () => {
    assert.equal(instanceOf('nopreempt').nopreempt, true);
    assert.equal(instanceOf('nopreempt\npreempt').nopreempt, false);
    const instance = instanceOf(
      'version 3\nadvert_int 0.25\nunicast_src_ip 10.0.0.2\nunicast_peer {\n10.0.0.3 min_ttl 2\n10.0.0.4\n}\n' +
        'authentication { auth_type AH\n auth_pass 123456789 }\ntrack_interface {\neth1 weight 5\n}',
    );
    assert.equal(instance.advertIntervalSeconds, 0.25);
    assert.equal(instance.unicastSourceAddress, '10.0.0.2');
    assert.deepEqual(instance.unicastPeers, ['10.0.0.3', '10.0.0.4']);
    assert.deepEqual(instance.trackedInterfaces, ['eth1']);
    assert.deepEqual(instance.authentication, {
      type: 'AH',
      isIgnored: true,
      hasPassword: true,
      passwordTooLong: true,
    });
    assert.equal(evidence('17-auth-no-pass').instances[0]?.authentication.hasPassword, false);
    assert.equal(evidence('18-auth-type-bad').instances[0]?.authentication.type, 'none');
  });

  it('follows conditional lines only for the id that is known', () => {
    const text = 'vrrp_instance VI {\n@one state MASTER\n@two state BACKUP\npriority 9\n}';
    const stateFor = (configurationId?: string) =>
      summarize(text, { configurationId }).instances[0]?.initialState;
    assert.equal(stateFor('one'), 'MASTER');
    assert.equal(stateFor('two'), 'BACKUP');
    assert.equal(stateFor(), undefined);
    assert.equal(summarize(text).instances[0]?.hasUnreadParts, true);
  });

  it('counts an instance once, as keepalived does', () => {
    const summary = summarize('vrrp_instance A {\npriority 1\n}\nvrrp_instance A {\n}');
    assert.equal(summary.instances.length, 1);
    assert.deepEqual(
      summary.problems.map(({ code, line }) => [code, line]),
      [['duplicate-name', 4]],
    );
  });

  it('reads the samples that come with keepalived', () => {
    assert.deepEqual(
      sample('vrrp').instances.map(({ name, virtualRouterId }) => [name, virtualRouterId]),
      [
        ['VI_1', 51],
        ['VI_2', 50],
        ['VI_3', 52],
        ['VI_4', 53],
      ],
    );
    const [group] = sample('vrrp.sync').syncGroups;
    assert.deepEqual(group?.instanceNames.length, 7);
  });
});

describe('scripts and healthchecks', () => {
  const text = `vrrp_script plain { script "/usr/bin/true" }
vrrp_script web {
  script "/usr/bin/curl --silent 'http://127.0.0.1:8080/healthcheck?a=b'"
  interval 120
  timeout 15
  weight -20
  fall 2
  rise 3
}
vrrp_instance VI { track_script {
  plain
  web weight 5
} }`;

  it('reads a script, quotes removed', () => {
    const [plain, web] = summarize(text).scripts;
    assert.deepEqual(plain, {
      name: 'plain',
      line: 1,
      command: '/usr/bin/true',
      intervalSeconds: 1,
      timeoutSeconds: undefined,
      fall: 1,
      rise: 1,
      weight: 0,
      isReversed: false,
      healthcheckUrl: undefined,
      userName: undefined,
    });
    assert.ok(web?.probe?.kind === 'repeatable');
    const { probe, ...rest } = web;
    // keepalived ends the script after 15 s.
    assert.equal(probe.request.timeoutMs, 15_000);
    assert.deepEqual(rest, {
      name: 'web',
      line: 2,
      command: "/usr/bin/curl --silent 'http://127.0.0.1:8080/healthcheck?a=b'",
      intervalSeconds: 120,
      timeoutSeconds: 15,
      fall: 2,
      rise: 3,
      weight: -20,
      isReversed: false,
      healthcheckUrl: 'http://127.0.0.1:8080/healthcheck?a=b',
      userName: undefined,
    });
  });

  it('knows whom scripts run as', () => {
    const { scripts, scriptUserName } = summarize(
      'global_defs { script_user nobody }\nvrrp_script a { user www-data www-data }\n',
    );
    assert.deepEqual([scriptUserName, scripts[0]?.userName], ['nobody', 'www-data']);
  });

  it('splits a command as keepalived does', () => {
    const rows: [string, string[]][] = [
      ['/usr/bin/curl --fail  http://x/', ['/usr/bin/curl', '--fail', 'http://x/']],
      [`/bin/sh -c 'exit 1' "a b"`, ['/bin/sh', '-c', 'exit 1', 'a b']],
      [`/bin/a\\ b ''`, ['/bin/a b', '']],
      ['  ', []],
    ];
    for (const [command, words] of rows) assert.deepEqual(splitScriptCommand(command), words);
  });

  it('finds the first tracked script that asks a URL', () => {
    const summary = summarize(text);
    const [instance] = summary.instances;
    assert.ok(instance);
    const { probe, ...healthcheck } = findHealthcheck(summary, instance) ?? {};
    assert.equal(probe?.kind, 'repeatable');
    assert.deepEqual(healthcheck, {
      url: 'http://127.0.0.1:8080/healthcheck?a=b',
      intervalSeconds: 120,
      scriptName: 'web',
    });
    assert.equal(findHealthcheck(summary, { ...instance, trackedScripts: ['plain'] }), undefined);
    assert.equal(findHealthcheck(summary, { ...instance, trackedScripts: ['gone'] }), undefined);
  });
});

describe('the whole file', () => {
  it('lists includes wherever they stand, and FIFOs', () => {
    const summary = summarize(
      'include a.conf\nglobal_defs {\n notify_fifo /run/a\n vrrp_notify_fifo /run/b\n' +
        ' includea conf.d/*.conf\n}\n@one include never.conf',
    );
    assert.deepEqual(summary.includes, [
      { keyword: 'include', pattern: 'a.conf', line: 1, isRead: false },
      { keyword: 'includea', pattern: 'conf.d/*.conf', line: 5, isRead: false },
    ]);
    assert.deepEqual(summary.notifyFifos, [
      { kind: 'notify_fifo', path: '/run/a', line: 3 },
      { kind: 'vrrp_notify_fifo', path: '/run/b', line: 4 },
    ]);
  });

  it('counts the blocks that keepalived knows, also behind a condition', () => {
    assert.equal(evidence('29-empty').knownBlockCount, 0);
    assert.equal(evidence('30-comment-only').knownBlockCount, 0);
    assert.equal(evidence('case').knownBlockCount, 0);
    assert.equal(summarize('@one vrrp_instance A {\n@one }').knownBlockCount, 1);
    assert.equal(summarize('~SEQ(N, 1, 2) vrrp_script S$N { }').knownBlockCount, 1);
    assert.equal(summarize('foo {\nvrrp_instance A {\n}\n}').knownBlockCount, 0);
  });

  it('joins a file and its includes in order, each with its path', () => {
    const summary = summarizeConfigurations([
      {
        path: '/etc/keepalived/keepalived.conf',
        text: 'include a.conf\nglobal_defs {\n}',
        includes: [{ pattern: 'a.conf', paths: ['/etc/keepalived/a.conf'] }],
      },
      { path: '/etc/keepalived/a.conf', text: 'vrrp_instance A {\n' },
    ]);
    assert.equal(summary.knownBlockCount, 1);
    assert.equal(summary.instances[0]?.path, '/etc/keepalived/a.conf');
    assert.deepEqual(
      summary.problems.map(({ code, path, line }) => [code, path, line]),
      [['unclosed-block', '/etc/keepalived/a.conf', 1]],
    );
  });

  it('claims nothing that a part may say which is not read', () => {
    const inside = 'priority 150\n include role.conf\n virtual_router_id 51';
    const [instance] = summarizeConfigurations([
      { path: '/k.conf', text: `vrrp_instance A {\n ${inside}\n}` },
    ]).instances;
    assert.equal(instance?.virtualRouterId, 51);
    assert.equal(instance.hasUnreadParts, true);
    for (const key of ['priority', 'initialState', 'nopreempt', 'advertIntervalSeconds'] as const) {
      assert.equal(instance[key], undefined, key);
    }
    assert.equal(instance.authentication.type, undefined);
    const [beside] = summarizeConfigurations([
      { path: '/k.conf', text: 'vrrp_instance A {\n priority 150\n}\ninclude groups.conf' },
    ]).instances;
    assert.equal(beside?.priority, 150);
    assert.equal(beside.hasUnreadTracking, true);
  });

  it('ends where a file includes itself, or multiplies', () => {
    const text = 'include k.conf\ninclude k.conf\nvrrp_instance A { priority 9 }\n';
    const includes = [{ pattern: 'k.conf', paths: ['/k.conf'] }];
    const summary = summarizeConfigurations([{ path: '/k.conf', text, includes }]);
    assert.equal(summary.instances[0]?.priority, 9);
    assert.ok(summary.includes.some(({ isRead }) => !isRead));
  });

  it('gives members what their sync group tracks', () => {
    const summary = summarize(
      'vrrp_script chk {\n script x\n}\nvrrp_script own {\n script x\n}\n' +
        'track_file maint {\n file /m\n}\n' +
        'vrrp_sync_group G {\n group { A B }\n track_script {\n chk weight 5\n }\n' +
        ' track_interface {\n eth1\n }\n track_file {\n maint\n }\n}\n' +
        'vrrp_instance A {\n track_script {\n own\n }\n}\nvrrp_instance B { }\nvrrp_instance C { }',
    );
    assert.deepEqual(summary.syncGroups[0]?.instanceNames, ['A', 'B']);
    assert.deepEqual(
      summary.instances.map(({ trackedScripts }) => trackedScripts),
      [['own', 'chk'], ['chk'], []],
    );
    assert.deepEqual(summary.instances[1]?.tracked, [
      'track_script chk weight 5',
      'track_interface eth1',
      'track_file maint',
    ]);
  });
});
