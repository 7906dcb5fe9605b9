import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { packagedDefaultConfiguration } from '../../../../server/keepalived/config/default-configurations.ts';
import { findAddedCommands } from '../../../../server/keepalived/foresight/added-commands.ts';

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
  ['use_symlink_paths', inGlobals('use_symlink_paths'), /checked less/],
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

describe('the packaged configurations', () => {
  const [master, backup] = (['master', 'backup'] as const).map((role) =>
    packagedDefaultConfiguration(role, { interfaceName: 'eth0' }),
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
