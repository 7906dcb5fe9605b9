import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  setAuthentication,
  setHealthcheckUrl,
  setInstanceFlag,
  setInstanceValue,
  setScriptValue,
  setUnicastPeers,
  setVirtualAddresses,
} from '../../../../../server/keepalived/config/edit/edits.ts';
import type { EditResult } from '../../../../../server/keepalived/config/edit/edits.ts';
import { summarizeConfiguration } from '../../../../../server/keepalived/config/questions.ts';
import { parseConfiguration } from '../../../../../server/keepalived/language/tree.ts';
import type { ConfigurationTree } from '../../../../../server/keepalived/language/tree.ts';

const text = `! our cluster  # really
vrrp_script chk {
\tscript "/usr/bin/curl http://a:1/x?y=1 -o /dev/null"   # ask
\tinterval 120
}

vrrp_instance VI_1 {   # the pair
\tstate MASTER   ! first
\tinterface eth0
\tvirtual_router_id 51# ours
\tpriority   101
\tauthentication {
\t\tauth_type PASS
\t\tauth_pass old # weak
\t}
\tvirtual_ipaddress {
\t\t# the main one
\t\t10.0.0.1/24 dev eth1 label eth1:0   # web
\t\t10.0.0.2/24
\t\t10.0.0.3/24   # mail
\t}
}
`;

type Edit = (tree: ConfigurationTree) => EditResult;

/** The result as a list of the lines that went (-) and came (+), everything else being equal. */
function changedLines(before: string, edit: Edit): string[] {
  const result = edit(parseConfiguration(before));
  assert.ok(result.ok, result.ok ? '' : result.reason);
  const [old, now] = [before.split('\n'), result.text.split('\n')];
  let start = 0;
  while (start < old.length && start < now.length && old[start] === now[start]) start += 1;
  let end = 0;
  const shortest = Math.min(old.length, now.length) - start;
  while (end < shortest && old.at(-1 - end) === now.at(-1 - end)) end += 1;
  return [
    ...old.slice(start, old.length - end).map((line) => `-${line}`),
    ...now.slice(start, now.length - end).map((line) => `+${line}`),
  ];
}

function refusal(before: string, edit: Edit): string {
  const result = edit(parseConfiguration(before));
  assert.ok(!result.ok, 'should have been refused');
  return result.reason;
}

function instanceAfter(before: string, edit: Edit) {
  const result = edit(parseConfiguration(before));
  assert.ok(result.ok, result.ok ? '' : result.reason);
  const summary = summarizeConfiguration(parseConfiguration(result.text));
  assert.deepEqual(summary.problems, []);
  const [instance] = summary.instances;
  assert.ok(instance);
  return instance;
}

describe('values of an instance', () => {
  it('change in place, comment and spacing kept', () => {
    assert.deepEqual(
      changedLines(text, (tree) => setInstanceValue(tree, 'VI_1', 'state', 'BACKUP')),
      ['-\tstate MASTER   ! first', '+\tstate BACKUP   ! first'],
    );
    assert.deepEqual(
      changedLines(text, (tree) => setInstanceValue(tree, 'VI_1', 'priority', 7)),
      ['-\tpriority   101', '+\tpriority   7'],
    );
    assert.deepEqual(
      changedLines(text, (tree) => setInstanceValue(tree, 'VI_1', 'virtual_router_id', 52)),
      ['-\tvirtual_router_id 51# ours', '+\tvirtual_router_id 52# ours'],
    );
  });

  it('change nothing where nothing changes', () => {
    assert.deepEqual(
      changedLines(text, (tree) => setInstanceValue(tree, 'VI_1', 'interface', 'eth0')),
      [],
    );
  });

  it('are added in their customary place, with the indentation of the file', () => {
    assert.deepEqual(
      changedLines(text, (tree) => setInstanceValue(tree, 'VI_1', 'advert_int', 2)),
      ['+\tadvert_int 2'],
    );
    const added = setInstanceValue(parseConfiguration(text), 'VI_1', 'advert_int', 2);
    assert.match(added.ok ? added.text : '', /priority {3}101\n\tadvert_int 2\n\tauthentication/);
  });

  it('are added to blocks of every shape', () => {
    const edit: Edit = (tree) => setInstanceValue(tree, 'VI', 'priority', 9);
    for (const shape of [
      'vrrp_instance VI {}',
      'vrrp_instance VI { }\n',
      'vrrp_instance VI { # c\n}',
      'vrrp_instance VI { state BACKUP }',
      'vrrp_instance VI { state BACKUP\n interface eth0 }',
      'vrrp_instance VI\n{\n  virtual_ipaddress { 10.0.0.1 } }',
      'vrrp_instance "VI" {\r\n  state BACKUP\r\n}\r\n',
      'vrrp_instance VI { priority\n}',
      'vrrp_instance VI { priority"5"}',
    ]) {
      assert.equal(instanceAfter(shape, edit).priority, 9, shape);
    }
  });

  it('keep CRLF', () => {
    const before = 'vrrp_instance VI {\r\n  state BACKUP\r\n}\r\n';
    const result = setInstanceValue(parseConfiguration(before), 'VI', 'interface', 'eth0');
    assert.deepEqual(result, {
      ok: true,
      text: 'vrrp_instance VI {\r\n  state BACKUP\r\n  interface eth0\r\n}\r\n',
    });
  });

  it('are quoted where they have a blank or one of ! # { }', () => {
    for (const value of ['a b', 'a!b', 'a#b', 'a{b', 'a}b']) {
      const edit: Edit = (tree) => setInstanceValue(tree, 'VI_1', 'interface', value);
      assert.deepEqual(changedLines(text, edit)[1], `+\tinterface "${value}"`);
      assert.equal(instanceAfter(text, edit).interfaceName, value);
    }
  });

  it('are refused where keepalived could not read them back', () => {
    const cases: [string, RegExp][] = [
      ['a"b', /double quote/],
      ['a\nb', /line break/],
      ['a\0b', /control character/],
      ['$IF', /definition/],
      ['a\\', /backslash/],
      ['', /interface/],
    ];
    for (const [value, reason] of cases) {
      assert.match(
        refusal(text, (tree) => setInstanceValue(tree, 'VI_1', 'interface', value)),
        reason,
      );
    }
    for (const value of ['0', '256', '-1', 'x', '1.5']) {
      assert.match(
        refusal(text, (tree) => setInstanceValue(tree, 'VI_1', 'virtual_router_id', value)),
        /1 to 255/,
      );
    }
  });

  it('are refused where something else decides them', () => {
    const edit: Edit = (tree) => setInstanceValue(tree, 'A', 'priority', 9);
    const cases: [string, RegExp][] = [
      ['', /There is no vrrp_instance “A”/],
      ['vrrp_instance A {\n}\nvrrp_instance A {\n}', /defined twice, on lines 1 and 3/],
      ['vrrp_instance A {\npriority 1\npriority 2\n}', /on line 2 and on line 3/],
      ['$P=5\nvrrp_instance A {\npriority $P\n}', /line 3 uses a definition/],
      ['vrrp_instance A {\n@x priority 1\npriority 2\n}', /line 2/],
      ['vrrp_instance A {\ninclude b\n}', /line 2/],
      ['vrrp_instance A {\npriority 1 # \\\n}', /trailing backslash/],
      ['vrrp_instance A {\npriority 1', /never closed/],
      ['vrrp_instance A', /no block/],
      ['$A=A\nvrrp_instance $A {\n}', /not plain text/],
    ];
    for (const [before, reason] of cases) assert.match(refusal(before, edit), reason, before);
  });
});

describe('nopreempt', () => {
  const on: Edit = (tree) => setInstanceFlag(tree, 'VI_1', 'nopreempt', true);
  const off: Edit = (tree) => setInstanceFlag(tree, 'VI_1', 'nopreempt', false);

  it('is added, and removed again to the same bytes', () => {
    assert.deepEqual(changedLines(text, on), ['+\tnopreempt']);
    const added = on(parseConfiguration(text));
    assert.ok(added.ok);
    assert.deepEqual(off(parseConfiguration(added.text)), { ok: true, text });
  });

  it('changes nothing where it is as wanted', () => {
    assert.deepEqual(changedLines(text, off), []);
    assert.equal(instanceAfter('vrrp_instance VI_1 { nopreempt }', off).nopreempt, false);
    assert.deepEqual(changedLines('vrrp_instance VI_1 { nopreempt }', on), []);
  });

  it('is refused beside its obsolete opposite', () => {
    assert.match(refusal('vrrp_instance VI_1 {\npreempt\n}', on), /“preempt” on line 2/);
  });
});

describe('virtual addresses', () => {
  const set =
    (...addresses: string[]): Edit =>
    (tree) =>
      setVirtualAddresses(tree, 'VI_1', addresses, { keepsOptions: true });

  it('that stay keep their lines, options and comments', () => {
    assert.deepEqual(changedLines(text, set('10.0.0.1/24', '10.0.0.2/24', '10.0.0.3/24')), []);
  });

  it('are replaced in place; an address alone keeps the options', () => {
    assert.deepEqual(changedLines(text, set('10.9.9.9/16', '10.0.0.2/24', '10.0.0.3/24')), [
      '-\t\t10.0.0.1/24 dev eth1 label eth1:0   # web',
      '+\t\t10.9.9.9/16 dev eth1 label eth1:0   # web',
    ]);
    assert.deepEqual(
      changedLines(text, set('10.0.0.1/24 dev eth2', '10.0.0.2/24', '10.0.0.3/24')),
      ['-\t\t10.0.0.1/24 dev eth1 label eth1:0   # web', '+\t\t10.0.0.1/24 dev eth2   # web'],
    );
  });

  it('lose the options that are not asked for, where none are to be kept', () => {
    const exactly = ['10.0.0.1/24', '10.0.0.2/24', '10.0.0.3/24'];
    assert.deepEqual(
      changedLines(text, (tree) =>
        setVirtualAddresses(tree, 'VI_1', exactly, { keepsOptions: false }),
      ),
      ['-\t\t10.0.0.1/24 dev eth1 label eth1:0   # web', '+\t\t10.0.0.1/24   # web'],
    );
  });

  it('are added and removed, each with its own line only', () => {
    assert.deepEqual(changedLines(text, set('10.0.0.1/24', '10.0.0.3/24')), ['-\t\t10.0.0.2/24']);
    assert.deepEqual(
      changedLines(text, set('10.0.0.1/24', '10.0.0.2/24', '10.0.0.3/24', 'fd00::1/64')),
      ['+\t\tfd00::1/64'],
    );
    assert.deepEqual(
      changedLines(text, set('10.0.0.9', '10.0.0.1/24', '10.0.0.2/24', '10.0.0.3/24')),
      ['+\t\t10.0.0.9'],
    );
  });

  it('come out in the order that was asked for, whatever it is', () => {
    const wanted = ['10.0.0.3/24', '10.0.0.7', '10.0.0.1/24', '10.0.0.8', '10.0.0.9'];
    const edit = set(...wanted);
    const addresses = instanceAfter(text, edit).addresses.map(({ text: entry }) => entry);
    assert.deepEqual(
      addresses.map((entry) => entry.split(' ')[0]),
      wanted,
    );
  });

  it('fit into one-line blocks and make a missing block', () => {
    const wanted = ['10.0.0.5/24', '10.0.0.6/24'];
    for (const shape of [
      'vrrp_instance VI_1 { virtual_ipaddress { 10.0.0.1 } }',
      'vrrp_instance VI_1 { virtual_ipaddress { } }',
      'vrrp_instance VI_1 { virtual_ipaddress {} }',
      'vrrp_instance VI_1 {\n  interface eth0\n}\n',
      'vrrp_instance VI_1 { }',
    ]) {
      const { addresses } = instanceAfter(shape, set(...wanted));
      assert.deepEqual(
        addresses.map((address) => address.text),
        wanted,
        shape,
      );
    }
    assert.deepEqual(changedLines('vrrp_instance VI_1 {\n  interface eth0\n}\n', set('10.0.0.5')), [
      '+  virtual_ipaddress {',
      '+    10.0.0.5',
      '+  }',
    ]);
  });

  it('are refused where they are no addresses, or the block is not plain', () => {
    assert.match(refusal(text, set()), /at least one/);
    for (const entry of [
      '',
      'x',
      '10.0.0.300',
      '10.0.0.1\n}',
      '10.0.0.1 }',
      '$VIPS',
      '"10.0.0.1"',
    ]) {
      assert.match(refusal(text, set(entry)), /is no IP address/, entry);
    }
    const around = (entry: string) => `vrrp_instance VI_1 {\nvirtual_ipaddress {\n${entry}\n}\n}`;
    for (const entry of ['include vips', '@x 10.0.0.1', '$V', '~SEQ(N, 1, 2) 10.0.0.$N']) {
      assert.match(refusal(around(entry), set('10.0.0.1')), /Line 3 .*not plain text/, entry);
    }
  });
});

describe('unicast peers', () => {
  it('are made, changed and removed', () => {
    const made = setUnicastPeers(parseConfiguration(text), 'VI_1', ['10.0.0.20']);
    assert.ok(made.ok);
    assert.deepEqual(
      changedLines(made.text, (tree) => setUnicastPeers(tree, 'VI_1', ['10.0.0.21'])),
      ['-\t\t10.0.0.20', '+\t\t10.0.0.21'],
    );
    assert.deepEqual(setUnicastPeers(parseConfiguration(made.text), 'VI_1', []), {
      ok: true,
      text,
    });
    assert.deepEqual(setUnicastPeers(parseConfiguration(text), 'VI_1', []), { ok: true, text });
  });
});

describe('authentication', () => {
  it('changes in place, comment kept', () => {
    assert.deepEqual(
      changedLines(text, (tree) =>
        setAuthentication(tree, 'VI_1', { type: 'PASS', password: 'a b#c' }),
      ),
      ['-\t\tauth_pass old # weak', '+\t\tauth_pass "a b#c" # weak'],
    );
  });

  it('is removed with its block, and made again', () => {
    const none = setAuthentication(parseConfiguration(text), 'VI_1', { type: 'none' });
    assert.ok(none.ok);
    const removed = text.replace(/\tauthentication[^}]*}\n/, '');
    assert.equal(none.text, removed);
    assert.deepEqual(
      changedLines(none.text, (tree) =>
        setAuthentication(tree, 'VI_1', { type: 'AH', password: 'new' }),
      ),
      ['+\tauthentication {', '+\t\tauth_type AH', '+\t\tauth_pass new', '+\t}'],
    );
  });

  it('fills blocks that are empty or have one of the two', () => {
    for (const inside of ['', ' ', ' auth_type AH ', ' auth_pass x ', '\n', '\nauth_pass x\n']) {
      const before = `vrrp_instance VI {\n authentication {${inside}}\n}`;
      const { authentication } = instanceAfter(before, (tree) =>
        setAuthentication(tree, 'VI', { type: 'PASS', password: 'new' }),
      );
      assert.deepEqual(
        authentication,
        { type: 'PASS', hasPassword: true, passwordTooLong: false },
        inside,
      );
    }
  });

  it('is refused without repeating the password', () => {
    for (const password of ['top"secret', 'top\nsecret', 'top$secret', 'top\\secret']) {
      const reason = refusal(text, (tree) =>
        setAuthentication(tree, 'VI_1', { type: 'PASS', password }),
      );
      assert.match(reason, /^The password contains/);
      assert.doesNotMatch(reason, /secret/);
    }
    assert.match(
      refusal(text, (tree) => setAuthentication(tree, 'VI_1', { type: 'PASS', password: '' })),
      /is empty/,
    );
  });
});

describe('scripts', () => {
  it('change their numbers, or get them', () => {
    assert.deepEqual(
      changedLines(text, (tree) => setScriptValue(tree, 'chk', 'interval', 10)),
      ['-\tinterval 120', '+\tinterval 10'],
    );
    assert.deepEqual(
      changedLines(text, (tree) => setScriptValue(tree, 'chk', 'fall', 3)),
      ['+\tfall 3'],
    );
    for (const value of [0, -1, 1.5, NaN, Infinity]) {
      assert.match(
        refusal(text, (tree) => setScriptValue(tree, 'chk', 'rise', value)),
        /whole number/,
      );
    }
  });

  it('ask another URL, the rest of the command kept', () => {
    assert.deepEqual(
      changedLines(text, (tree) => setHealthcheckUrl(tree, 'chk', 'https://b/x!y#z')),
      [
        '-\tscript "/usr/bin/curl http://a:1/x?y=1 -o /dev/null"   # ask',
        '+\tscript "/usr/bin/curl https://b/x!y#z -o /dev/null"   # ask',
      ],
    );
    const bare = 'vrrp_script chk {\n script /usr/bin/curl http://a/ -f\n}';
    assert.deepEqual(
      changedLines(bare, (tree) => setHealthcheckUrl(tree, 'chk', 'http://b/#c')),
      ['- script /usr/bin/curl http://a/ -f', '+ script /usr/bin/curl "http://b/#c" -f'],
    );
  });

  it('leave the URL of a proxy and of a header alone', () => {
    const rows = [
      [
        'curl -x http://proxy:3128 -e http://a/ http://a/x',
        'curl -x http://proxy:3128 -e http://a/ http://b/y',
      ],
      ["curl -H 'Referer: http://a/' http://a/x", "curl -H 'Referer: http://a/' http://b/y"],
      ["sh -c 'curl -f http://a/x || exit 1'", "sh -c 'curl -f http://b/y || exit 1'"],
    ];
    for (const [before = '', after = ''] of rows) {
      const command = `vrrp_script chk {\n script "${before}"\n}`;
      assert.deepEqual(
        changedLines(command, (tree) => setHealthcheckUrl(tree, 'chk', 'http://b/y')),
        [`- script "${before}"`, `+ script "${after}"`],
      );
    }
    const bare = 'vrrp_script chk {\n script /usr/bin/curl -x http://proxy/ http://a/ -f\n}';
    assert.deepEqual(
      changedLines(bare, (tree) => setHealthcheckUrl(tree, 'chk', 'http://b/')),
      [
        '- script /usr/bin/curl -x http://proxy/ http://a/ -f',
        '+ script /usr/bin/curl -x http://proxy/ http://b/ -f',
      ],
    );
  });

  it('refuse a URL that the command would take for something else', () => {
    for (const [command, url] of [
      ['/usr/bin/curl http://a/', 'http://b/{x,y}'],
      ["sh -c 'curl http://a/'", 'http://b/?x=1&reboot'],
      ["sh -c 'curl http://a/ | grep ok'", 'http://b/(reboot)'],
      ['/etc/check.sh http://a/ http://c/', 'http://b/'],
    ] as const) {
      const text = `vrrp_script chk {\n script "${command}"\n}`;
      assert.match(
        refusal(text, (tree) => setHealthcheckUrl(tree, 'chk', url)),
        /would not ask|asks no URL/,
      );
    }
  });

  it('refuse what is no URL, and commands without one', () => {
    for (const url of [
      '',
      'ftp://a',
      'http://a b',
      'http://a"',
      "http://a'b",
      'http://$A',
      'http://a\n',
    ]) {
      assert.notEqual(
        refusal(text, (tree) => setHealthcheckUrl(tree, 'chk', url)),
        '',
      );
    }
    assert.match(
      refusal('vrrp_script chk {\nscript "/usr/bin/true"\n}', (tree) =>
        setHealthcheckUrl(tree, 'chk', 'http://a/'),
      ),
      /asks no URL/,
    );
    assert.match(
      refusal(text, (tree) => setHealthcheckUrl(tree, 'gone', 'http://a/')),
      /no vrrp_script “gone”/,
    );
  });
});
