import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { followPacket } from '../../../../server/keepalived/firewall/evaluate.ts';
import { mergeChains } from '../../../../server/keepalived/firewall/firewall-report.ts';
import { readIptablesSave } from '../../../../server/keepalived/firewall/iptables/read-iptables.ts';
import { readNftRuleset } from '../../../../server/keepalived/firewall/nft/read-nft.ts';
import type { VrrpPacket } from '../../../../server/keepalived/firewall/packet.ts';
import type { Chain } from '../../../../server/keepalived/firewall/rule-set.ts';

const readFixture = (name: string): string =>
  readFileSync(join('test/fixtures/firewall', name), 'utf8');

const incoming: VrrpPacket = {
  direction: 'in',
  family: 'inet',
  interfaceName: 'eth0',
  protocol: 112,
  source: '192.168.0.20',
  destination: '224.0.0.18',
  multicast: true,
  timeToLive: 255,
};
const outgoing: VrrpPacket = { ...incoming, direction: 'out', source: '192.168.0.10' };
const unicast: VrrpPacket = {
  ...incoming,
  destination: '192.168.0.10',
  multicast: false,
  timeToLive: undefined,
};
const hidden: VrrpPacket = { ...incoming, protocol: 51 };
const sixth: VrrpPacket = {
  ...incoming,
  ...{ family: 'inet6', source: 'fe80::20', destination: 'ff02::12' },
};

/** The word, and for what is dropped or not known the rule or the expression. */
function judge(packet: VrrpPacket, chains: readonly Chain[]): string {
  const fate = followPacket(packet, chains);
  if (fate.outcome === 'accepted') return 'accepted';
  if (fate.outcome === 'cannot-tell') return `cannot-tell: ${fate.expression}`;
  return `dropped: ${fate.by.rule?.text ?? `policy ${fate.by.chain}`}`;
}

const drop = (rule: string): string => `dropped: ${rule}`;

describe('iptables', () => {
  const save = (rules: string): string => `*filter\n:INPUT ACCEPT [0:0]\n${rules}\nCOMMIT\n`;
  const rows: Record<string, [rules: string, fate: string, packet?: VrrpPacket]> = {
    nothing: ['', 'accepted'],
    'another protocol': ['-A INPUT -p tcp -m tcp --dport 22 -j DROP', 'accepted'],
    'a mark of which bits were cleared': [
      '-A INPUT -j MARK --set-xmark 0x0/0xf0000\n-A INPUT -m mark --mark 0x10000/0x10000 -j DROP',
      'accepted',
    ],
    'a mark of which bits were set': [
      '-A INPUT -j MARK --set-xmark 0x10000/0x10000\n-A INPUT -m mark --mark 0x10000/0x10000 -j DROP',
      drop('-A INPUT -m mark --mark 0x10000/0x10000 -j DROP'),
    ],
    'any protocol': ['-A INPUT -p all -j DROP', drop('-A INPUT -p all -j DROP')],
    'every other protocol': ['-A INPUT ! -p tcp -j DROP', drop('-A INPUT ! -p tcp -j DROP')],
    'by number': ['-A INPUT -p 112 -j REJECT', drop('-A INPUT -p 112 -j REJECT')],
    'the authentication header': ['-A INPUT -p ah -j DROP', drop('-A INPUT -p ah -j DROP'), hidden],
    'VRRP behind the authentication header': ['-A INPUT -p vrrp -j DROP', 'accepted', hidden],
    'another interface': ['-A INPUT -i eth1 -j DROP', 'accepted'],
    'interfaces by their beginning': ['-A INPUT -i eth+ -j DROP', drop('-A INPUT -i eth+ -j DROP')],
    'all interfaces but one': ['-A INPUT ! -i lo -j DROP', drop('-A INPUT ! -i lo -j DROP')],
    'another destination': ['-A INPUT -d 224.0.0.251/32 -j DROP', 'accepted'],
    'the network of the sender': ['-A INPUT ! -s 192.168.0.0/24 -p vrrp -j DROP', 'accepted'],
    'a range with the sender': [
      '-A INPUT -m iprange --src-range 192.168.0.9-192.168.0.20 -j DROP',
      drop('-A INPUT -m iprange --src-range 192.168.0.9-192.168.0.20 -j DROP'),
    ],
    'a part of the network, where the sender is not known': [
      '-A INPUT -s 192.168.0.66/32 -j DROP',
      'cannot-tell: -s 192.168.0.66/32',
      { ...incoming, source: '192.168.0.0/24' },
    ],
    'all of the network, where the sender is not known': [
      '-A INPUT -s 192.168.0.0/16 -j DROP',
      drop('-A INPUT -s 192.168.0.0/16 -j DROP'),
      { ...incoming, source: '192.168.0.0/24' },
    ],
    'a connection that is established': [
      ':INPUT DROP\n-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
      'dropped: policy INPUT',
    ],
    'unicast may look established': [
      ':INPUT DROP\n-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
      'cannot-tell: --ctstate RELATED,ESTABLISHED',
      unicast,
    ],
    'unicast is new or established': [
      ':INPUT DROP\n-A INPUT -m conntrack --ctstate NEW,ESTABLISHED -j ACCEPT',
      'accepted',
      unicast,
    ],
    'an invalid connection': ['-A INPUT -m state --state INVALID -j DROP', 'accepted'],
    'a mark that nobody set': ['-A INPUT -m mark --mark 0x8000/0x8000 -j DROP', 'accepted'],
    'a mark that another table sets': [
      'COMMIT\n*mangle\n:PREROUTING ACCEPT\n-A PREROUTING -j MARK --set-xmark 0x1/0x1\nCOMMIT\n*filter\n:INPUT ACCEPT\n-A INPUT -m mark --mark 0x1/0x1 -j DROP',
      drop('-A INPUT -m mark --mark 0x1/0x1 -j DROP'),
    ],
    'a mark that somebody may have set': [
      'COMMIT\n*mangle\n:PREROUTING ACCEPT\n-A PREROUTING -m recent --set --name x -j MARK --set-xmark 0x1/0x1\nCOMMIT\n*filter\n:INPUT ACCEPT\n-A INPUT -m mark --mark 0x1/0x1 -j DROP',
      'cannot-tell: --mark 0x1/0x1',
    ],
    'multicast by its type': [
      '-A INPUT -m pkttype --pkt-type multicast -j DROP',
      drop('-A INPUT -m pkttype --pkt-type multicast -j DROP'),
    ],
    'an unknown match before a drop': [
      '-A INPUT -m recent --update --name x --rsource -j DROP',
      'cannot-tell: -m recent --update',
    ],
    'a set of addresses that is not read': [
      '-A INPUT -m set --match-set bad src -j DROP',
      'cannot-tell: -m set --match-set bad src',
    ],
    'all but a set of addresses that is not read': [
      '-A INPUT -p vrrp -m set ! --match-set good src -j DROP',
      'cannot-tell: -m set ! --match-set good src',
    ],
    'a set of addresses, and the policy': [
      ':INPUT DROP\n-A INPUT -m set --match-set good src -j ACCEPT',
      'cannot-tell: -m set --match-set good src',
    ],
    'the TTL of a multicast advertisement': ['-A INPUT -m ttl --ttl-lt 255 -j DROP', 'accepted'],
    'the TTL that a peer writes': [
      '-A INPUT -m ttl --ttl-lt 255 -j DROP',
      'cannot-tell: --ttl-lt 255',
      unicast,
    ],
    'the TTL that is written here': [
      '-A INPUT -m ttl --ttl-lt 255 -j DROP',
      drop('-A INPUT -m ttl --ttl-lt 255 -j DROP'),
      { ...unicast, timeToLive: 10 },
    ],
    'a match without options': ['-A INPUT -m socket -j DROP', 'cannot-tell: -m socket'],
    'an unknown match that only logs': ['-A INPUT -m recent --set --name x -j LOG', 'accepted'],
    'an unknown match that only accepts': [
      '-A INPUT -m recent --set --name x -j ACCEPT',
      'accepted',
    ],
    'an unknown match of another protocol': [
      '-A INPUT -p udp -m udp --dport 53 -m u32 --u32 0x0 -j DROP',
      'accepted',
    ],
    'a certain drop behind a doubtful one': [
      '-A INPUT -m recent --update --name x -j DROP\n-A INPUT -p vrrp -j DROP',
      drop('-A INPUT -p vrrp -j DROP'),
    ],
    'accepted before what is not understood': [
      '-A INPUT -p vrrp -j ACCEPT\n-A INPUT -m recent --update --name x -j DROP',
      'accepted',
    ],
    'another program decides': [
      '-A INPUT -j NFQUEUE --queue-num 0',
      'cannot-tell: -A INPUT -j NFQUEUE --queue-num 0',
    ],
    'a comment that looks like options': [
      '-A INPUT -p tcp -m comment --comment "-p vrrp \\" ! -j DROP" -j DROP',
      'accepted',
    ],
    'a chain that returns': [
      ':MINE -\n-A INPUT -j MINE\n-A MINE -p vrrp -j RETURN\n-A MINE -j DROP',
      'accepted',
    ],
    'goto does not come back': [
      ':INPUT DROP\n:MINE -\n-A INPUT -g MINE\n-A INPUT -j ACCEPT\n-A MINE -p tcp -j ACCEPT',
      'dropped: policy INPUT',
    ],
    'jump comes back': [
      ':INPUT DROP\n:MINE -\n-A INPUT -j MINE\n-A INPUT -j ACCEPT\n-A MINE -p tcp -j DROP',
      'accepted',
    ],
    'a jump that may happen, to a drop': [
      ':MINE -\n-A INPUT -m time --timestart 08:00:00 -j MINE\n-A MINE -j DROP',
      'cannot-tell: -m time --timestart 08:00:00',
    ],
    'a return that may happen, before a drop': [
      ':MINE -\n-A INPUT -j MINE\n-A MINE -m recent --set --name x -j RETURN\n-A MINE -j DROP',
      'cannot-tell: -m recent --set',
    ],
    'an endless loop ends': [':A -\n:B -\n-A INPUT -j A\n-A A -j B\n-A B -j A', 'cannot-tell: A'],
    'what goes out is no concern of INPUT': [':INPUT DROP', 'accepted', outgoing],
    'out by policy': [
      ':OUTPUT DROP\n-A OUTPUT -o lo -j ACCEPT',
      'dropped: policy OUTPUT',
      outgoing,
    ],
  };
  for (const [name, [rules, fate, packet = incoming]] of Object.entries(rows)) {
    it(name, () => {
      // A chain that is declared again, with another policy, replaces the first.
      const declared = rules.includes(':INPUT')
        ? save(rules).replace(':INPUT ACCEPT [0:0]\n', '')
        : save(rules);
      assert.equal(judge(packet, readIptablesSave(declared, 'ip')), fate);
    });
  }

  /** What a rule does to a packet goes with it, and what it does perhaps is perhaps so. */
  const table = (name: string, rules: string): string => `*${name}\n${rules}\nCOMMIT\n`;
  const perhaps = '-m recent --update --name x';
  const state: Record<string, [rules: string, fate: string]> = {
    'kept from tracking in a chain that is jumped to perhaps': [
      table(
        'raw',
        `:PREROUTING ACCEPT\n:X -\n-A PREROUTING ${perhaps} -j X\n-A X -j CT --notrack`,
      ) + table('filter', ':INPUT DROP\n-A INPUT -m conntrack --ctstate UNTRACKED -j ACCEPT'),
      'cannot-tell: --ctstate UNTRACKED',
    ],
    'kept from tracking behind a return that may happen': [
      table(
        'raw',
        `:PREROUTING ACCEPT\n:X -\n-A PREROUTING -j X\n-A X ${perhaps} -j RETURN\n-A X -j CT --notrack`,
      ) + table('filter', ':INPUT ACCEPT\n-A INPUT -m conntrack --ctstate NEW -j DROP'),
      'cannot-tell: --ctstate NEW',
    ],
    'kept from tracking behind an accept that may happen': [
      table(
        'raw',
        `:PREROUTING ACCEPT\n-A PREROUTING ${perhaps} -j ACCEPT\n-A PREROUTING -j NOTRACK`,
      ) + table('filter', ':INPUT DROP\n-A INPUT -m conntrack --ctstate UNTRACKED -j ACCEPT'),
      'cannot-tell: --ctstate UNTRACKED',
    ],
    'kept from tracking by a goto that surely happens': [
      table('raw', ':PREROUTING ACCEPT\n:X -\n-A PREROUTING -g X\n-A X -j NOTRACK') +
        table('filter', ':INPUT DROP\n-A INPUT -m conntrack --ctstate UNTRACKED -j ACCEPT'),
      'accepted',
    ],
    'before it is tracked, every state is invalid': [
      table(
        'raw',
        ':PREROUTING ACCEPT\n-A PREROUTING -m conntrack --ctstate NEW -j ACCEPT\n-A PREROUTING -m conntrack --ctstate INVALID -j DROP',
      ),
      drop('-A PREROUTING -m conntrack --ctstate INVALID -j DROP'),
    ],
    'a mark in a chain that is jumped to perhaps': [
      table(
        'mangle',
        `:INPUT ACCEPT\n:X -\n-A INPUT ${perhaps} -j X\n-A X -j MARK --set-xmark 0x1/0x1`,
      ) + table('filter', ':INPUT DROP\n-A INPUT -m mark --mark 0x1/0x1 -j ACCEPT'),
      'cannot-tell: --mark 0x1/0x1',
    ],
    'another bit of a mark that is set perhaps': [
      table('mangle', `:INPUT ACCEPT\n-A INPUT ${perhaps} -j MARK --set-xmark 0x1/0x1`) +
        table('filter', ':INPUT ACCEPT\n-A INPUT -m mark --mark 0x2/0x2 -j DROP'),
      'accepted',
    ],
    'a mark that is set either way': [
      table(
        'mangle',
        `:INPUT ACCEPT\n:X -\n-A INPUT ${perhaps} -j X\n-A INPUT -j MARK --set-xmark 0x5/0xf\n-A X -j MARK --set-xmark 0x15/0xffffffff`,
      ) + table('filter', ':INPUT ACCEPT\n-A INPUT -m mark --mark 0x5/0xf -j DROP'),
      drop('-A INPUT -m mark --mark 0x5/0xf -j DROP'),
    ],
    'a mark of the connection': [
      table(
        'mangle',
        ':INPUT ACCEPT\n-A INPUT -j CONNMARK --restore-mark --nfmask 0xf0 --ctmask 0xf0',
      ) +
        table(
          'filter',
          ':INPUT ACCEPT\n-A INPUT -m mark ! --mark 0x0/0x1 -j DROP\n-A INPUT -m mark --mark 0x10/0x10 -j DROP',
        ),
      'cannot-tell: --mark 0x10/0x10',
    ],
    'another program may have changed everything': [
      table('mangle', ':INPUT ACCEPT\n-A INPUT -j NFQUEUE --queue-num 0') +
        table('filter', ':INPUT ACCEPT\n-A INPUT -p vrrp -j DROP'),
      'cannot-tell: -A INPUT -j NFQUEUE --queue-num 0',
    ],
    'only the first packet of a connection is translated': [
      table('nat', ':PREROUTING ACCEPT\n-A PREROUTING -p vrrp -j DROP'),
      'cannot-tell: type nat: only the first packet of a connection',
    ],
    'what is not tracked is not translated': [
      table('raw', ':PREROUTING ACCEPT\n-A PREROUTING -j NOTRACK') +
        table('nat', ':PREROUTING ACCEPT\n-A PREROUTING -p vrrp -j DROP'),
      'accepted',
    ],
    'a target that sets a mark of its own': [
      table('mangle', ':INPUT ACCEPT\n-A INPUT -j HMARK --hmark-tuple src --hmark-mod 4') +
        table('filter', ':INPUT ACCEPT\n-A INPUT -m mark --mark 0x1 -j DROP'),
      'cannot-tell: --mark 0x1',
    ],
    'a text that looks like options': [
      table('filter', ':INPUT ACCEPT\n-A INPUT -m string --string "-p" --algo bm -j DROP'),
      'cannot-tell: -m string --string -p',
    ],
  };
  for (const [name, [rules, fate]] of Object.entries(state)) {
    it(name, () => {
      assert.equal(judge(incoming, readIptablesSave(rules, 'ip')), fate);
    });
  }

  it('of two chains at one place nobody knows the order', () => {
    const place = { family: 'ip', table: 'mangle' };
    const legacy = readIptablesSave(
      table('mangle', ':INPUT ACCEPT\n-A INPUT -j MARK --set-xmark 0x1/0x1'),
      'ip',
    );
    const chain = { ...place, name: 'in', hook: 'input', prio: -150, policy: 'accept' };
    const match = { op: '==', left: { meta: { key: 'mark' } }, right: 1 };
    const rule = { ...place, chain: 'in', handle: 4, expr: [{ match }, { drop: null }] };
    const json = (prio: number) =>
      JSON.stringify({ nftables: [{ chain: { ...chain, prio } }, { rule }] });
    const both = (prio: number) => [...(readNftRuleset(json(prio), '') ?? []), ...legacy];
    assert.match(judge(incoming, both(-150)), /^cannot-tell/);
    assert.match(judge(incoming, both(-149)), /^dropped/);
    assert.equal(judge(incoming, both(-151)), 'accepted');
  });

  it('rules for IPv6 concern IPv6 only', () => {
    const chains = readIptablesSave(save('-A INPUT -p vrrp -j DROP'), 'ip6');
    assert.equal(judge(incoming, chains), 'accepted');
    assert.equal(judge(sixth, chains), drop('-A INPUT -p vrrp -j DROP'));
  });
});

describe('recorded rules', () => {
  const mixed = readNftRuleset(readFixture('mixed-nft.json'), readFixture('mixed-nft.txt'));
  assert.ok(mixed);

  it('of nft say what they do', () => {
    assert.equal(judge({ ...incoming, interfaceName: 'lo' }, mixed), drop('ip protocol vrrp drop'));
    // 112 is in the set “bad”; who is not in 192.168.0.0/24 comes as far as that.
    const stranger = { ...incoming, source: '10.0.0.3' };
    assert.equal(judge(stranger, mixed), drop('meta l4proto @bad drop'));
    assert.equal(judge(incoming, mixed), 'accepted');
    assert.equal(judge(sixth, mixed), drop('meta l4proto @bad drop'));
    assert.equal(
      judge({ ...incoming, interfaceName: 'wg0', source: '1.2.3.4' }, mixed),
      drop('ip saddr 1.2.3.4 drop'),
    );
    assert.equal(judge(outgoing, mixed), 'accepted');
  });

  it('of nft that are not understood are no reason to call anything good', () => {
    const withoutSets = mixed.map((chain) => ({
      ...chain,
      rules: chain.rules.filter(({ text }) => /meta l4proto 50-60|@ll|iif "lo"/.test(text)),
    }));
    assert.match(judge(sixth, withoutSets), /^dropped: policy input/);
    const open = withoutSets.map((chain) => ({
      ...chain,
      base: chain.base && { ...chain.base, policy: 'accept' as const },
    }));
    assert.equal(judge(hidden, open), 'accepted');
    assert.match(judge({ ...sixth, interfaceName: 'eth1' }, open), /^cannot-tell: @ll,96,16/);
  });

  for (const variant of ['nft', 'legacy'] as const) {
    it(`of iptables (${variant}) say what they do`, () => {
      const saved = readIptablesSave(readFixture(`mixed-iptables-${variant}.txt`), 'ip');
      const nft = readNftRuleset(
        readFixture('iptables-seen-by-nft.json'),
        readFixture('iptables-seen-by-nft.txt'),
      );
      assert.ok(nft);
      const chains = variant === 'nft' ? mergeChains(nft, saved) : mergeChains([], saved);
      assert.ok(
        chains.every(({ manager }) => manager === `iptables-${variant}`),
        'all are known',
      );
      const rejected =
        '-A MINE -p vrrp -m pkttype --pkt-type multicast -j REJECT --reject-with icmp-proto-unreachable';
      assert.equal(judge(incoming, chains), drop(rejected));
      assert.equal(judge(outgoing, chains), drop('-A OUTPUT -o eth0 -p vrrp -j DROP'));
      assert.match(
        judge({ ...incoming, interfaceName: 'wg0' }, chains),
        /^cannot-tell: -m recent --update/,
      );
    });
  }

  it('of iptables are not understood by nft alone', () => {
    const nft = readNftRuleset(
      readFixture('iptables-seen-by-nft.json'),
      readFixture('iptables-seen-by-nft.txt'),
    );
    assert.match(judge(incoming, nft ?? []), /^cannot-tell/);
  });

  it('cut off or damaged are not read at all', () => {
    assert.equal(readNftRuleset(readFixture('mixed-nft.json').slice(0, -20), ''), undefined);
    assert.equal(readNftRuleset('{"nftables":[{"rule":{}}]}', ''), undefined);
  });
});

describe('nftables', () => {
  const asFragment = (mask: number, op = '!=') => {
    const place = { family: 'inet', table: 'filter' };
    const offset = { payload: { protocol: 'ip', field: 'frag-off' } };
    const match = { op, left: { '&': [offset, mask] }, right: 0 };
    const chain = { ...place, name: 'input', hook: 'input', prio: 0, policy: 'accept' };
    const rule = { ...place, chain: 'input', handle: 4, expr: [{ match }, { drop: null }] };
    return readNftRuleset(JSON.stringify({ nftables: [{ chain }, { rule }] }), '') ?? [];
  };

  it('an advertisement is no fragment; whether it may become one is not known', () => {
    assert.equal(judge(incoming, asFragment(0x1fff)), 'accepted');
    assert.equal(judge(incoming, asFragment(0x3fff)), 'accepted');
    assert.match(judge(incoming, asFragment(0x1fff, '==')), /^dropped/);
    assert.match(judge(incoming, asFragment(0x7fff)), /^cannot-tell/);
    assert.equal(judge(sixth, asFragment(0x1fff, '==')), 'accepted');
  });

  it('flags of TCP behind a mask are not ours', () => {
    const place = { family: 'inet', table: 'filter' };
    const flags = { payload: { protocol: 'tcp', field: 'flags' } };
    const match = { op: '==', left: { '&': [flags, ['fin', 'syn']] }, right: ['fin', 'syn'] };
    const chain = { ...place, name: 'input', hook: 'input', prio: 0, policy: 'accept' };
    const rule = { ...place, chain: 'input', handle: 4, expr: [{ match }, { drop: null }] };
    const json = JSON.stringify({ nftables: [{ chain }, { rule }] });
    assert.equal(judge(incoming, readNftRuleset(json, '') ?? []), 'accepted');
  });
});
