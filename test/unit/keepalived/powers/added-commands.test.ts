import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { packagedDefaultConfiguration } from '../../../../server/keepalived/config/default-configurations.ts';
import { keywordsByBlock } from '../../../../server/keepalived/language/keywords/config-keywords.ts';
import { findAddedPowers } from '../../../../server/keepalived/powers/added-commands.ts';
import { findPower } from '../../../../server/keepalived/powers/keyword-powers.ts';
import { assertLinear, repeat } from '../../growth.ts';

const base = `global_defs {
    enable_script_security
    script_user nobody
}
vrrp_script chk {
    script "/usr/bin/chk -a"
    user nobody
}
vrrp_instance VI_1 {
    state BACKUP
    notify_backup "/usr/bin/told backup"
    authentication {
        auth_pass seeded-1
    }
}
track_file maint {
    file /run/maint
    init_file 0
}
`;
const findAddedCommands = (
  before: readonly { text: string }[],
  after: readonly { text: string }[],
): string[] => findAddedPowers(before, after).commands;
const find = (before: string, after: string): string[] =>
  findAddedCommands([{ text: before }], [{ text: after }]);
const inGlobals = (line: string) => base.replace('global_defs {', `global_defs {\n    ${line}`);
const inInstance = (line: string) => base.replace('state BACKUP', `state BACKUP\n    ${line}`);

const table: [what: string, after: string, named: RegExp][] = [
  [
    'a script',
    `${base}vrrp_script x {\n script /bin/x\n}\n`,
    /^vrrp_script x: “script \/bin\/x” runs a program\.$/,
  ],
  [
    'another command',
    base.replace('chk -a', 'chk -b'),
    /“script "\/usr\/bin\/chk -b"” with “user nobody” runs/,
  ],
  [
    'another user of a script',
    base.replace('user nobody\n}\nvrrp_inst', 'user root\n}\nvrrp_inst'),
    /with “user root” runs/,
  ],
  [
    'no user of a script',
    base.replace('    user nobody\n}\nvrrp_inst', '}\nvrrp_inst'),
    /“script "\/usr\/bin\/chk -a"” runs/,
  ],
  [
    'a script that is renamed',
    base.replace('vrrp_script chk', 'vrrp_script new'),
    /^vrrp_script new: “script/,
  ],
  ...[
    ...['notify', 'notify_master', 'notify_backup', 'notify_fault', 'notify_stop'],
    ...['notify_deleted', 'notify_master_rx_lower_pri', 'notify_up', 'notify_down'],
    ...['quorum_up', 'quorum_down', 'misc_path'],
  ].map((keyword): [string, string, RegExp] => [
    keyword,
    inInstance(`${keyword} "/bin/x y" root`),
    new RegExp(`^vrrp_instance VI_1: “${keyword} "/bin/x y" root” runs a program\\.$`),
  ]),
  ...[
    ...['startup_script', 'shutdown_script', 'notify_fifo_script', 'vrrp_notify_fifo_script'],
    'lvs_notify_fifo_script',
  ].map((keyword): [string, string, RegExp] => [
    keyword,
    inGlobals(`${keyword} /bin/x`),
    new RegExp(`^global_defs: “${keyword} /bin/x” runs a program\\.$`),
  ]),
  ...['notify_fifo', 'vrrp_notify_fifo', 'state_dump_file', 'reload_check_config'].map(
    (keyword): [string, string, RegExp] => [
      keyword,
      inGlobals(`${keyword} /etc/x`),
      new RegExp(`“${keyword} /etc/x” writes a file`),
    ],
  ),
  [
    'an init_file',
    base.replace('init_file 0', 'init_file 1 overwrite'),
    /“init_file 1 overwrite” with “file \/run\/maint” writes/,
  ],
  [
    'the file of an init_file',
    base.replace('/run/maint', '/etc/shadow'),
    /“init_file 0” with “file \/etc\/shadow” writes/,
  ],
  [
    'another script_user',
    base.replace('script_user nobody', 'script_user root'),
    /^global_defs: “script_user root” chooses who runs programs\.\nglobal_defs: “script_user nobody” is no longer/,
  ],
  [
    'no script_user',
    base.replace('    script_user nobody\n', ''),
    /“script_user nobody” is no longer there/,
  ],
  [
    'no script security',
    base.replace('    enable_script_security\n', ''),
    /“enable_script_security” is no longer there/,
  ],
  [
    'script security in a comment',
    base.replace('enable_', '# enable_'),
    /“enable_script_security” is no longer there/,
  ],
  ['use_symlink_paths', inGlobals('use_symlink_paths'), /fewer checks/],
  [
    'an include',
    `${base}include /etc/shadow\n`,
    /^“include \/etc\/shadow” takes in what another file says/,
  ],
  [
    'an include in a block',
    inInstance('includer extra/*.conf'),
    /^vrrp_instance VI_1: “includer extra/,
  ],
  ['mail', inGlobals('smtp_server 192.0.2.1'), /“smtp_server 192\.0\.2\.1” sends mail/],
  [
    'a receiver of mail',
    inGlobals('notification_email {\n a@example.net\n}'),
    /“notification_email a@example\.net” sends mail/,
  ],
  [
    'what stands behind a definition',
    `$X=notify_master /bin/x\n${inInstance('$X')}`,
    /“notify_master \/bin\/x” runs/,
  ],
  [
    'a line with a condition',
    inInstance('@other notify_master /bin/x'),
    /“@other notify_master \/bin\/x” may run/,
  ],
  [
    'a definition with a condition',
    `@other $X=notify /bin/x\n${inInstance('$X')}`,
    /“@other \$X=notify \/bin\/x” may run/,
  ],
  ['an unknown definition as keyword', inInstance('$X /bin/x'), /“\$X \/bin\/x” may run/],
  ['a sequence', inInstance('~SEQ(i, 1, 2) notify_master /bin/$i'), /“~SEQ.*” may run/],
  // keepalived 2.2.7 runs the next five (measured).
  [
    'braces that definitions bring',
    `$O={\n$C=}\n${inInstance('$C global_defs $O\n startup_script /bin/x')}`,
    /“startup_script \/bin\/x” runs/,
  ],
  [
    'a block within the lines of a definition',
    `$X= \\\n } \\\n global_defs { \\\n startup_script /bin/x \\\n\n${inInstance('$X')}`,
    /“startup_script \/bin\/x” runs/,
  ],
  [
    'a block that ends within a value',
    inInstance('interface eth0 }} global_defs { startup_script /bin/x'),
    /“startup_script \/bin\/x” runs/,
  ],
  ['a word in quotes', inInstance('"notify_master" /bin/x'), /“"notify_master" \/bin\/x” runs/],
  ['a form feed before it', inInstance('\fnotify_master /bin/x'), /“notify_master \/bin\/x” runs/],
  ['a list', inInstance('~LST(k, notify_master) $k /bin/x'), /“~LST.*” may run/],
  [
    'a word in two definitions',
    `$A=notify_\n$B=master\n${inInstance('${A}${B} /bin/x')}`,
    /“notify_master \/bin\/x” runs/,
  ],
  [
    'one hidden behind a long comment',
    `${base}#${' '.repeat(1_022)}notify /bin/x\n`,
    /“# notify \/bin\/x…” may run/,
  ],
  [
    'one on a line with others',
    base.replace('state BACKUP', 'state BACKUP }} vrrp_script y { script /bin/y'),
    /^vrrp_script y: “script \/bin\/y”/,
  ],
  ['a quoted keyword', inInstance('"notify" /bin/x'), /“"notify" \/bin\/x” runs/],
];

describe('what a save adds that runs as root', () => {
  for (const [what, after, named] of table) {
    test(`names ${what}`, () => {
      assert.match(find(base, after).join('\n'), named);
      assert.deepEqual(find(after, after), []);
    });
  }

  test('leaves the rest alone', () => {
    assert.deepEqual(find(base, base.replace('state BACKUP', 'state MASTER # notify /bin/x')), []);
    assert.deepEqual(
      find(base, base.replace('    notify_backup "/usr/bin/told backup"\n', '')),
      [],
    );
    assert.deepEqual(find('', 'global_defs {\n enable_script_security\n}\n'), []);
    assert.deepEqual(find(base, base.replace('seeded-1', 'notify')), []);
  });

  test('shows no password', () => {
    const after = inInstance('@other auth_pass seeded-2 } notify /bin/x {');
    const said = find(base, after).join();
    assert.match(said, /notify/);
    assert.doesNotMatch(said, /seeded/);
  });

  test('an included file counts as what it is included into, and so do definitions for it', () => {
    const live = { text: '$CMD=/bin/a\nvrrp_instance VI_1 {\n include part\n}\n' };
    const part = { text: 'notify $CMD\nuser nobody\n' };
    const changed = (text: string) => findAddedCommands([live, part], [live, { text }]).join('\n');
    assert.match(changed('notify $CMD x\nuser nobody\n'), /“notify \$CMD x” runs/);
    assert.match(changed('notify $CMD\nuser root\n'), /“user root” chooses who runs programs/);
    assert.match(changed('notify $CMD\n'), /“user nobody” is no longer there/);
    const redefined = { text: live.text.replace('/bin/a', '/bin/b') };
    assert.deepEqual(findAddedCommands([live, part], [redefined, part]), [
      '“$CMD=” may run a program: only keepalived can tell.',
    ]);
    const [first, last] = ['/bin/x \\\n 1\n', '/bin/x \\\n 2\n'].map((value) => ({
      text: live.text.replace('/bin/a\n', value),
    }));
    assert.ok(first && last);
    assert.equal(findAddedCommands([first, part], [last, part]).length, 1);
  });
});

describe('what a save adds besides VRRP', () => {
  const inVirtualServer = (block: string) =>
    `${base}virtual_server 10.0.0.9 80 {\n real_server 10.0.0.8 80 {\n ${block}\n }\n}\n`;
  const reading: [what: string, after: string, named: RegExp][] = [
    [
      'a certificate’s files',
      `${base}SSL {\n ca /etc/shadow\n}\n`,
      /SSL: “ca \/etc\/shadow” has keepalived read/,
    ],
    ['a key file', `${base}SSL {\n key /etc/x\n}\n`, /“key \/etc\/x” has keepalived read/],
    [
      'the key file of auth_hmac',
      inInstance('auth_hmac { key 1 file:/etc/x }'),
      /“key 1 file:\/etc\/x” has/,
    ],
    [
      'a tracked file',
      `${base}track_file t {\n file /etc/shadow\n}\n`,
      /track_file t: “file \/etc\/shadow” has keepalived read/,
    ],
    ['umask', inGlobals('umask 0'), /“umask 0” decides who may read and write/],
    [
      'another folder of iproute',
      inGlobals('iproute_etc_dir /tmp'),
      /“iproute_etc_dir \/tmp” reads/,
    ],
    [
      'a file to reload by',
      inGlobals('reload_time_file /tmp/x'),
      /“reload_time_file \/tmp\/x” writes/,
    ],
    [
      'an include behind a condition',
      `${base}@s1 include extra.conf\n`,
      /“@s1 include extra\.conf” may run/,
    ],
    [
      'an include by a sequence',
      `${base}~SEQ(i, 1) include extra$i.conf\n`,
      /“~SEQ.* include .*” may run/,
    ],
    [
      'an include by a definition',
      `${base}$I=include extra.conf\n$I\n`,
      /“include extra\.conf” takes in/,
    ],
  ];
  for (const [what, after, named] of reading) {
    test(`asks for the password for ${what}`, () => {
      assert.match(find(base, after).join('\n'), named);
      assert.deepEqual(findAddedPowers([{ text: after }], [{ text: after }]), {
        commands: [],
        others: [],
      });
    });
  }

  const others: [what: string, after: string, named: RegExp][] = [
    [
      'the default route',
      inInstance('virtual_routes {\n 0.0.0.0/0 via 10.0.0.66\n}'),
      /^vrrp_instance VI_1: “virtual_routes 0\.0\.0\.0\/0 via 10\.0\.0\.66” changes the routes/,
    ],
    [
      'a rule',
      inInstance('virtual_rules { from all table 5 }'),
      /“virtual_rules from all table 5” changes the routes/,
    ],
    [
      'static routes',
      `${base}static_routes { default via 10.0.0.66 }\n`,
      /“static_routes default via 10\.0\.0\.66” changes/,
    ],
    [
      'static rules',
      `${base}static_rules {\n from all table 5\n}\n`,
      /“static_rules from all table 5” changes/,
    ],
    [
      'static addresses',
      `${base}static_ipaddress { 10.0.0.7/24 dev eth0 }\n`,
      /“static_ipaddress 10\.0\.0\.7\/24 dev eth0” changes/,
    ],
    ['lvs_flush', inGlobals('lvs_flush'), /“lvs_flush” removes every LVS service/],
    [
      'requests',
      inVirtualServer('HTTP_GET {\n url { path /x }\n }'),
      /“HTTP_GET url path \/x” sends requests/,
    ],
    [
      'questions to a name server',
      inVirtualServer('DNS_CHECK { name x }'),
      /“DNS_CHECK name x” sends requests/,
    ],
    [
      'another place for pid files',
      `use_pid_dir\n${base}`,
      /“use_pid_dir” moves keepalived’s pid files/,
    ],
    ['process names', inGlobals('process_names'), /“process_names” changes under which name/],
    ['DBus', inGlobals('enable_dbus'), /“enable_dbus” lets other programs/],
    [
      'an SNMP agent',
      inGlobals('snmp_socket udp:192.0.2.1:705'),
      /“snmp_socket udp:192\.0\.2\.1:705” sends/,
    ],
    ['another namespace', `net_namespace x\n${base}`, /“net_namespace x” moves keepalived/],
  ];
  for (const [what, after, named] of others) {
    test(`names ${what}`, () => {
      const added = findAddedPowers([{ text: base }], [{ text: after }]);
      assert.match(added.others.join('\n'), new RegExp(named.source, 'm'));
      assert.deepEqual(added.commands, []);
      assert.deepEqual(findAddedPowers([{ text: after }], [{ text: after }]).others, []);
    });
  }

  test('names another route, another request, in the same block', () => {
    const after = inInstance('virtual_routes {\n 10.1.0.0/16 via 10.0.0.1\n}');
    const changed = after.replace('via 10.0.0.1', 'via 10.0.0.66');
    assert.match(
      findAddedPowers([{ text: after }], [{ text: changed }]).others.join(),
      /10\.0\.0\.66/,
    );
  });

  test('does not show a key', () => {
    const after = inInstance('auth_hmac { key 1 file:/x }\n@o key 1 seeded-3 notify /bin/x');
    assert.doesNotMatch(find(base, after).join(), /seeded/);
  });

  test('takes time in proportion to the files, whatever they are', () => {
    for (const unit of [
      ...['user a\n', 'script a\nuser a\n', 'init_file a\nfile b\n', '$A=b\n', '$A=b \\\n'],
      ...['notify x ', 'a {\n', 'HTTP_GET { url { path x } }\n', 'include x\n', '@a notify x\n'],
      ...['virtual_routes {\n', '# x\n', '"', '~SEQ(i,1) notify $i\n', 'script_user a\n'],
    ]) {
      assertLinear(
        (length) => repeat(unit, length),
        (text) => findAddedPowers([{ text: base }], [{ text }, { text: base }]),
      );
      const differing = (length: number) =>
        repeat(unit, length).replaceAll(/[ab]\n/g, (word, at) => `${String(at)}${word}`);
      assertLinear(differing, (text) =>
        findAddedPowers([{ text: base }], [{ text }, { text: base }]),
      );
    }
  });
});

describe('the table of all keywords by what they do', () => {
  const evidence = new URL('../../../fixtures/evidence/', import.meta.url);
  /** What the lists' maker took for keywords: parameters of a macro. */
  const noKeywords = new Set(['const char *string', 'string']);
  for (const release of ['2.2.7', '2.3.4', '2.4.3']) {
    test(`has every keyword of ${release}`, () => {
      const lines = readFileSync(new URL(`keywords-${release}.txt`, evidence), 'utf8').trim();
      const keywords = lines
        .split('\n')
        .map((line) => line.split('/').at(-1) ?? '')
        .filter((keyword) => !noKeywords.has(keyword));
      assert.ok(keywords.length > 330);
      assert.deepEqual(
        keywords.filter((keyword) => findPower(keyword) === undefined),
        [],
      );
    });
  }

  test('has every keyword that the editor suggests', () => {
    const suggested = [...keywordsByBlock.values()].flat();
    assert.deepEqual(
      suggested.filter((keyword) => findPower(keyword) === undefined),
      [],
    );
  });
});

describe('the packaged configurations', () => {
  const [master, backup] = (['master', 'backup'] as const).map((role) =>
    packagedDefaultConfiguration(role, { interfaceName: 'eth0', hostName: 'server1' }),
  ) as [string, string];

  test('add nothing, whatever URL they ask', () => {
    assert.deepEqual(find('', master), []);
    assert.deepEqual(find(master, backup), []);
    assert.deepEqual(find(master, master.replace(':8080/healthcheck', ':9/x?a=1')), []);
  });

  for (const url of ['file:///etc/shadow', 'http://x/ --upload-file /etc/shadow', 'http://$x']) {
    test(`are not a way to run curl with ${url}`, () => {
      const after = master.replace('http://127.0.0.1:8080/healthcheck', url);
      assert.match(find(master, after).join(), /runs a program/);
    });
  }

  test('do not make root run what somebody else ran', () => {
    assert.match(find(base, master).join(), /“script_user root” chooses/);
    const unsaid = base.replace('    script_user nobody\n', '');
    assert.match(find(unsaid, master).join(), /“script_user root” chooses/);
  });
});
