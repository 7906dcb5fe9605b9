/** What the rules of iptables and nft ask of an advertisement, statement by statement. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readRuleWords } from '../../../../server/keepalived/firewall/iptables/iptables-rule.ts';
import { readIptablesSave } from '../../../../server/keepalived/firewall/iptables/read-iptables.ts';
import { splitShellWords } from '../../../../server/keepalived/firewall/iptables/shell-words.ts';
import { readNftSteps } from '../../../../server/keepalived/firewall/nft/nft-statements.ts';
import { listEveryOwnRule } from '../../../../server/keepalived/firewall/own-rules.ts';
import type { VrrpPacket } from '../../../../server/keepalived/firewall/packet.ts';
import type { Step, Test } from '../../../../server/keepalived/firewall/rule-set.ts';

/** A test in one line: `protocol=112`, `!source=10.0.0.0/8`, `?-m socket`, `never`. */
function writeTest(test: Test): string {
  switch (test.kind) {
    case 'compare':
      return `${test.negated ? '!' : ''}${test.key}=${test.values.join('|')}`;
    case 'compare-mark':
      return `${test.negated ? '!' : ''}mark in ${test.ranges.map((range) => range.join('-')).join()}`;
    case 'one-of':
      return `${test.negated ? '!' : ''}[${test.rows.map((row) => row.map(writeTest).join('&')).join(' or ')}]`;
    case 'never':
      return 'never';
    case 'unknown':
      return `?${test.text}`;
  }
}

function writeStep(step: Step): string {
  switch (step.kind) {
    case 'test':
      return writeTest(step.test);
    case 'verdict': {
      const { verdict } = step;
      if ('chain' in verdict) return `${verdict.kind} ${verdict.chain}`;
      return 'text' in verdict ? `unknown ${verdict.text}` : verdict.kind;
    }
    case 'map':
      return `map ${step.entries.map((one) => `${one.tests.map(writeTest).join('&')}:${one.verdict.kind}`).join()} else ${step.otherwise?.kind ?? 'on'}`;
    case 'set-mark':
      return 'set mark';
    case 'untrack':
      return 'untrack';
    case 'rewrite':
      return `rewrite ${step.keys.join()}`;
  }
}

describe('a rule of iptables', () => {
  const read = (rule: string) => readRuleWords(splitShellWords(rule), rule).steps.map(writeStep);

  for (const [rule, ...steps] of [
    ['-p vrrp -j ACCEPT', 'protocol=vrrp', 'accept'],
    ['-p all -j DROP', 'drop'],
    ['-p 0 -j REJECT --reject-with icmp-port-unreachable', 'drop'],
    ['! -p 112 -j RETURN', '!protocol=112', 'return'],
    [
      '-s 10.0.0.0/8 ! -d 224.0.0.18/32 -j OTHER',
      'source=10.0.0.0/8',
      '!destination=224.0.0.18/32',
      'jump OTHER',
    ],
    ['-i eth+ -o eth0 -g OTHER', 'in-interface=eth*', 'out-interface=eth0', 'goto OTHER'],
    ['-m iprange --src-range 10.0.0.1-10.0.0.9 -j ACCEPT', 'source=10.0.0.1-10.0.0.9', 'accept'],
    [
      '-m iprange --dst-range 10.0.0.1-10.0.0.9 -j ACCEPT',
      'destination=10.0.0.1-10.0.0.9',
      'accept',
    ],
    ['-m pkttype --pkt-type multicast -j DROP', 'packet-type=multicast', 'drop'],
    ['-m addrtype --dst-type MULTICAST,LOCAL -j DROP', 'destination-type=multicast|local', 'drop'],
    ['-m conntrack --ctstate NEW,RELATED -j DROP', 'connection-state=new|related', 'drop'],
    ['-m state --state INVALID -j DROP', 'connection-state=invalid', 'drop'],
    ['-m conntrack --ctstatus NONE -j DROP', 'connection-status=none', 'drop'],
    ['-m ttl --ttl-eq 255 -j ACCEPT', 'time-to-live=255', 'accept'],
    ['-m ttl --ttl-lt 255 -j DROP', 'time-to-live=0-254', 'drop'],
    ['-m hl --hl-gt 5 -j DROP', 'time-to-live=6-255', 'drop'],
    ['-m hl --hl-lt 5 -j DROP', 'time-to-live=0-4', 'drop'],
    ['-m ttl --ttl-gt 5 -j DROP', 'time-to-live=6-255', 'drop'],
    ['-m hl --hl-eq 5 -j DROP', 'time-to-live=5', 'drop'],
    ['-p tcp -m tcp --dport 22 -j DROP', 'protocol=tcp', 'never', 'drop'],
    ['-m multiport --dports 22,80 -j DROP', 'never', 'drop'],
    ['-f -j DROP', 'never', 'drop'],
    ['! -f -j DROP', 'drop'],
    ['-m comment --comment "-p tcp" -j DROP', 'drop'],
    ['-m socket -j ACCEPT', '?-m socket', 'accept'],
    ['-m owner ! --uid-owner 0 -j DROP', '?-m owner ! --uid-owner 0', 'drop'],
    ['-m rpfilter --loose --invert -j DROP', '!reverse-path=known', 'drop'],
    ['-m rpfilter -j ACCEPT', 'reverse-path=known', 'accept'],
    ['-m mark --mark 0x10/0xf0 -j DROP', 'mark in 16-16', 'drop'],
    ['-m mark ! --mark 0x10 -j DROP', '!mark in 16-16', 'drop'],
    ['-m mark --mark x -j DROP', '?--mark x', 'drop'],
    ['-j LOG --log-prefix "-j DROP"'],
    ['-j TRACE'],
    ['-j NFLOG --nflog-group 1'],
    ['-j CT --zone 1'],
    ['-j CT --notrack', 'untrack'],
    ['-j NOTRACK', 'untrack'],
    ['-j MASQUERADE', 'rewrite source', 'accept'],
    ['-j SNAT --to-source 10.0.0.1', 'rewrite source', 'accept'],
    ['-j MARK --set-xmark 0x1/0xff', 'set mark'],
    ['-j CONNMARK --save-mark'],
    ['-j CONNMARK --restore-mark', '?-j CONNMARK --restore-mark', 'set mark'],
    ['-j SET --map-set x --map-mark', '?-j SET --map-set x --map-mark', 'set mark'],
    ['-j SET --add-set x src'],
    ['-j NFQUEUE --queue-num 0', 'unknown -j NFQUEUE --queue-num 0'],
    ['-j TTL --ttl-set 1', 'unknown -j TTL --ttl-set 1'],
  ] as const) {
    it(rule, () => {
      assert.deepEqual(read(rule), steps);
    });
  }

  it('has a comment', () => {
    const { comment } = readRuleWords(splitShellWords('-m comment --comment "a \\"b\\" c"'), '');
    assert.equal(comment, 'a "b" c');
  });
});

describe('what iptables-save prints', () => {
  const output = `# Generated by iptables-save v1.8.9 (nf_tables) on Sat
*nat
:PREROUTING ACCEPT [0:0]
:INPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
COMMIT
*filter
:INPUT DROP [0:0]
:OUTPUT ACCEPT [0:0]
:MINE - [0:0]
-A INPUT -p 112 -j MINE
-A MINE -j ACCEPT
-A NONE -j DROP
COMMIT
`;

  it('is its chains, with hook, priority and policy; a chain of somebody has none', () => {
    const chains = readIptablesSave(output, 'ip');
    assert.deepEqual(
      chains.map(({ manager, family, table, chain, base, rules }) => [
        ...[manager, family, table, chain],
        base && [base.hook, base.priority, base.policy, base.isNat ?? false],
        rules.map(({ text }) => text),
      ]),
      [
        ['iptables-nft', 'ip', 'nat', 'PREROUTING', ['prerouting', -100, 'accept', true], []],
        ['iptables-nft', 'ip', 'nat', 'INPUT', ['input', 100, 'accept', true], []],
        ['iptables-nft', 'ip', 'nat', 'POSTROUTING', ['postrouting', 100, 'accept', true], []],
        [
          ...['iptables-nft', 'ip', 'filter', 'INPUT', ['input', 0, 'drop', false]],
          ['-A INPUT -p 112 -j MINE'],
        ],
        ['iptables-nft', 'ip', 'filter', 'OUTPUT', ['output', 0, 'accept', false], []],
        ['iptables-nft', 'ip', 'filter', 'MINE', undefined, ['-A MINE -j ACCEPT']],
      ],
    );
    const [legacy] = readIptablesSave(output.replace(' (nf_tables)', ''), 'ip6');
    assert.deepEqual([legacy?.manager, legacy?.family], ['iptables-legacy', 'ip6']);
    const other = readIptablesSave('*broute\n:INPUT ACCEPT [0:0]\n', 'ip');
    assert.deepEqual(
      other.map(({ base }) => base),
      [undefined],
    );
  });
});

describe('a statement of nft', () => {
  const sets: Record<string, unknown[]> = {
    peers: ['10.0.0.2', { prefix: { addr: '10.1.0.0', len: 16 } }],
  };
  const read = (expression: Record<string, unknown>, family = 'inet') =>
    readNftSteps([expression], { text: 'RULE', family, getSet: (name) => sets[name] }).map(
      writeStep,
    );
  const match = (left: unknown, right: unknown, op = '==') => ({ match: { op, left, right } });
  const meta = (key: string) => ({ meta: { key } });
  const payload = (protocol: string, field: string) => ({ payload: { protocol, field } });
  const mark = meta('mark');

  const cases: [string, Record<string, unknown>, ...string[]][] = [
    ['accept', { accept: null }, 'accept'],
    ['drop', { drop: null }, 'drop'],
    ['reject', { reject: { type: 'icmpx', expr: 'port-unreachable' } }, 'drop'],
    ['reject of IPv6', { reject: { type: 'icmpv6' } }, 'family=inet6', 'drop'],
    ['reject of IPv4', { reject: { type: 'icmp' } }, 'family=inet', 'drop'],
    ['reject of TCP', { reject: { type: 'tcp reset' } }, 'never', 'drop'],
    ['return', { return: null }, 'return'],
    ['jump', { jump: { target: 'other' } }, 'jump other'],
    ['goto', { goto: { target: 'other' } }, 'goto other'],
    ...(
      [
        ...['counter', 'log', 'comment', 'last', 'ct helper', 'ct timeout'],
        ...['ct expectation', 'secmark', 'flow', 'dup', 'tee', 'continue'],
      ] as const
    ).map((name): [string, Record<string, unknown>] => [name, { [name]: null }]),
    ['notrack', { notrack: null }, 'untrack'],
    ['limit', { limit: { rate: 1 } }, '?limit'],
    ['quota', { quota: {} }, '?quota'],
    ['ct count', { 'ct count': {} }, '?ct count'],
    ['masquerade', { masquerade: null }, 'rewrite source', 'accept'],
    ['snat', { snat: { addr: '10.0.0.1' } }, 'rewrite source', 'accept'],
    ['dnat', { dnat: { addr: '10.0.0.1' } }, 'unknown RULE'],
    ['queue', { queue: null }, 'unknown RULE'],
    ['what is not known', { tproxy: {} }, 'unknown RULE'],
    ['add @set', { set: { elem: payload('ip', 'saddr'), set: '@heard' } }, 'family=inet', '?RULE'],
    [
      'add @set with a timeout',
      { set: { elem: { elem: { val: payload('ip', 'saddr'), timeout: 9 } }, set: '@heard' } },
      ...['family=inet', '?RULE'],
    ],
    ['mark set', { mangle: { key: mark, value: 5 } }, 'set mark'],
    ['mark set to something', { mangle: { key: mark, value: meta('cpu') } }, '?RULE', 'set mark'],
    ['pkttype set', { mangle: { key: meta('pkttype'), value: 'host' } }, 'rewrite packet-type'],
    ['priority set', { mangle: { key: meta('priority'), value: 1 } }],
    ['nftrace set', { mangle: { key: meta('nftrace'), value: 1 } }],
    ['ct mark set', { mangle: { key: { ct: { key: 'mark' } }, value: 1 } }],
    ['dscp set', { mangle: { key: payload('ip', 'dscp'), value: 1 } }, 'family=inet'],
    ['ecn set', { mangle: { key: payload('ip6', 'ecn'), value: 1 } }, 'family=inet6'],
    ['ttl set', { mangle: { key: payload('ip', 'ttl'), value: 1 } }, 'family=inet', 'unknown RULE'],
    ['a port set', { mangle: { key: payload('tcp', 'dport'), value: 1 } }, 'never', 'unknown RULE'],

    ['l4proto', match(meta('l4proto'), 112), '[protocol=112]'],
    ['iif', match(meta('iif'), 'eth0'), '[in-interface=eth0]'],
    ['iifname', match(meta('iifname'), 'eth*'), '[in-interface=eth*]'],
    ['oif', match(meta('oif'), 'eth0'), '[out-interface=eth0]'],
    ['oifname !=', match(meta('oifname'), 'lo', '!='), '![out-interface=lo]'],
    ['pkttype', match(meta('pkttype'), 'host'), '[packet-type=unicast]'],
    ['pkttype 0', match(meta('pkttype'), 0), '[packet-type=unicast]'],
    ['pkttype other', match(meta('pkttype'), 'multicast'), '[packet-type=multicast]'],
    ['nfproto', match(meta('nfproto'), 'ipv4'), '[family=inet]'],
    ['protocol', match(meta('protocol'), 'ip6'), '[family=inet6]'],
    ['ether type', match(payload('ether', 'type'), 'ip'), '[family=inet]'],
    ['ip saddr', match(payload('ip', 'saddr'), '10.0.0.1'), 'family=inet', '[source=10.0.0.1]'],
    [
      'ip6 daddr',
      match(payload('ip6', 'daddr'), 'ff02::12'),
      'family=inet6',
      '[destination=ff02::12]',
    ],
    ['ip protocol', match(payload('ip', 'protocol'), 'vrrp'), 'family=inet', '[protocol=vrrp]'],
    ['ip6 nexthdr', match(payload('ip6', 'nexthdr'), 112), 'family=inet6', '[protocol=112]'],
    ['ip ttl <', match(payload('ip', 'ttl'), 255, '<'), 'family=inet', '[time-to-live=0-254]'],
    ['ip ttl <=', match(payload('ip', 'ttl'), 255, '<='), 'family=inet', '[time-to-live=0-255]'],
    [
      'ip6 hoplimit >',
      match(payload('ip6', 'hoplimit'), 5, '>'),
      'family=inet6',
      '[time-to-live=6-4294967295]',
    ],
    [
      'ip ttl >=',
      match(payload('ip', 'ttl'), 5, '>='),
      'family=inet',
      '[time-to-live=5-4294967295]',
    ],
    ['ordering of words', match(payload('ip', 'ttl'), 'x', '>='), 'family=inet', '?RULE'],
    ['tcp dport', match(payload('tcp', 'dport'), 22), 'never', '?RULE'],
    ['an unknown field', match(payload('ip', 'version'), 4), 'family=inet', '?RULE'],
    ['an unknown meta key', match(meta('cpu'), 1), '?RULE'],
    [
      'ct state',
      match({ ct: { key: 'state' } }, ['new', 'invalid'], 'in'),
      '[connection-state=new or connection-state=invalid]',
    ],
    ['ct status', match({ ct: { key: 'status' } }, ['dnat'], '!'), '![connection-status=dnat]'],
    ['all of several flags', match({ ct: { key: 'state' } }, ['new', 'invalid']), '?RULE'],
    ['an unknown operator', match(meta('l4proto'), 112, '~'), '?RULE'],
    [
      'a set',
      match(payload('ip', 'saddr'), '@peers'),
      'family=inet',
      '[source=10.0.0.2 or source=10.1.0.0/16]',
    ],
    ['a set that is not there', match(payload('ip', 'saddr'), '@none'), 'family=inet', '?RULE'],
    [
      'an anonymous set',
      match(meta('l4proto'), { set: ['vrrp', 'ah'] }, '!='),
      '![protocol=vrrp or protocol=ah]',
    ],
    [
      'a range',
      match(payload('ip', 'saddr'), { range: ['10.0.0.1', '10.0.0.9'] }),
      'family=inet',
      '[source=10.0.0.1-10.0.0.9]',
    ],
    ['a range of protocols', match(meta('l4proto'), { range: [100, 120] }), '[protocol=100-120]'],
    ['a range of names', match(meta('l4proto'), { range: ['tcp', 'udp'] }), '?RULE'],
    [
      'an element with a comment',
      match(meta('l4proto'), { set: [{ elem: { val: 112, comment: 'x' } }] }),
      '[protocol=112]',
    ],
    ['anything', match(meta('l4proto'), { set: ['*'] }), '[]'],
    ['a mark', match(mark, 16), '[mark in 16-16]'],
    ['a masked mark', match({ '&': [mark, 255] }, { range: [1, 3] }), '[mark in 1-3]'],
    [
      'a fragment',
      match({ '&': [payload('ip', 'frag-off'), 0x1fff] }, 0),
      'family=inet',
      '[fragment=0]',
    ],
    [
      'the flag against fragments',
      match({ '&': [payload('ip', 'frag-off'), 0x4000] }, 0),
      'family=inet',
      '?RULE',
    ],
    [
      'a concatenation',
      match(
        { concat: [payload('ip', 'saddr'), meta('l4proto')] },
        { set: [{ concat: ['10.0.0.2', 112] }] },
      ),
      ...['family=inet', '[source=10.0.0.2&protocol=112]'],
    ],
    [
      'an element that is too short',
      match({ concat: [payload('ip', 'saddr'), meta('l4proto')] }, { set: [112] }),
      'family=inet',
      '?RULE',
    ],
    [
      'fib type',
      match({ fib: { result: 'type', flags: 'daddr' } }, 'local'),
      '[destination-type=local]',
    ],
    [
      'fib type here',
      match({ fib: { result: 'type', flags: ['daddr', 'iif'] } }, 'local'),
      '[destination-type-here=local]',
    ],
    [
      'fib way back',
      match({ fib: { result: 'oif', flags: ['saddr', 'mark', 'iif'] } }, false),
      '!reverse-path=known',
    ],
    [
      'fib way back is there',
      match({ fib: { result: 'oif', flags: ['saddr', 'iif'] } }, true),
      'reverse-path=known',
    ],
    ['fib otherwise', match({ fib: { result: 'oif', flags: ['daddr'] } }, false), '?RULE'],
    ['exthdr exists', match({ exthdr: { name: 'frag' } }, true), 'family=inet6', 'never'],
    ['exthdr missing', match({ exthdr: { name: 'frag' } }, false), 'family=inet6', '[]'],
    ['a field of an exthdr', match({ exthdr: { name: 'frag', field: 'id' } }, 1), 'never', '?RULE'],
    ['tcp option', match({ 'tcp option': { name: 'mss' } }, 1), 'never', '?RULE'],
    [
      'vmap',
      {
        vmap: {
          key: meta('l4proto'),
          data: {
            set: [
              ['vrrp', { accept: null }],
              ['*', { drop: null }],
            ],
          },
        },
      },
      'map protocol=vrrp:accept else drop',
    ],
    [
      'vmap without a rest',
      {
        vmap: {
          key: payload('ip', 'saddr'),
          data: { set: [['10.0.0.1', { jump: { target: 'x' } }]] },
        },
      },
      ...['family=inet', 'map source=10.0.0.1:jump else on'],
    ],
    [
      'vmap of what is not known',
      { vmap: { key: meta('cpu'), data: { set: [] } } },
      'unknown RULE',
    ],
    [
      'vmap with another goal',
      { vmap: { key: meta('l4proto'), data: { set: [[112, { queue: null }]] } } },
      'unknown RULE',
    ],
  ];
  for (const [name, expression, ...steps] of cases) {
    it(name, () => {
      assert.deepEqual(read(expression), steps);
    });
  }

  it('nfproto, of a chain of a device or a bridge, is not the packet’s family', () => {
    assert.deepEqual(read(match(meta('nfproto'), 'ipv4'), 'netdev'), ['?RULE']);
    assert.deepEqual(read(match(meta('nfproto'), 'ipv4'), 'bridge'), ['?RULE']);
  });
});

describe('our own rules of firewalld', () => {
  const rule = (address: string, protocol = 'vrrp', side = 'destination', priority = -112) =>
    `rule priority="${priority}" family="ipv4" ${side} address="${address}" protocol value="${protocol}" accept`;
  const multicast: VrrpPacket = {
    ...{ direction: 'in', family: 'inet', interfaceName: 'eth0', protocol: 112 },
    ...{ source: '192.168.0.0/24', destination: '224.0.0.18', multicast: true },
  };

  it('are those with our priority and VRRP or AH; they are removed now and for good', () => {
    const list = (...texts: string[]) =>
      listEveryOwnRule({
        ...{ programs: [], chains: [], problems: [] },
        firewalld: {
          richRules: texts.map((text) => ({ zone: 'public', text })),
        },
      } as never);
    const own = rule('224.0.0.18');
    const rules = list(own, rule('224.0.0.18', 'vrrp', 'destination', 0), rule('10.0.0.1', 'tcp'));
    assert.equal(rules.length, 1);
    const [one] = rules;
    assert.ok(one);
    assert.deepEqual(
      [one.manager, one.description],
      ['firewalld', `firewalld: “${own}”, zone public`],
    );
    assert.deepEqual(
      one.removals.map(({ program, words }) => [program, ...words]),
      [
        ['firewall-cmd', '--zone=public', `--remove-rich-rule=${own}`],
        ['firewall-cmd', '--permanent', '--zone=public', `--remove-rich-rule=${own}`],
      ],
    );
    assert.equal(one.removal, `firewall-cmd --zone=public '--remove-rich-rule=${own}'`);
    assert.equal(one.serves(multicast), true);
    assert.equal(one.serves({ ...multicast, direction: 'out' }), false);
    assert.equal(one.serves({ ...multicast, protocol: 51 }), false);
    assert.equal(one.serves({ ...multicast, destination: '224.0.0.19' }), false);
    const [peer] = list(rule('10.0.0.2', 'ah', 'source'));
    const unicast = { ...multicast, multicast: false, source: '10.0.0.2', destination: '10.0.0.1' };
    assert.equal(peer?.serves({ ...unicast, protocol: 51 }), true);
    assert.equal(peer.serves(unicast), false);
    assert.equal(peer.serves({ ...unicast, protocol: 51, source: '10.0.0.3' }), false);
  });
});
