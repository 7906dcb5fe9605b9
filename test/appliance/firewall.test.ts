import assert from 'node:assert/strict';
import test, { after, before, describe } from 'node:test';
import {
  addVrrpRules,
  removeRuleByCommand,
  removeVrrpRules,
} from '../../server/appliance/firewall/change-firewall.ts';
import { readFirewall } from '../../server/appliance/firewall/read-firewall.ts';
import { followPacket } from '../../server/keepalived/firewall/evaluate.ts';
import { listEveryOwnRule } from '../../server/keepalived/firewall/own-rules.ts';
import type { PacketDirection, VrrpPacket } from '../../server/keepalived/firewall/packet.ts';
import { describePlace } from '../../server/keepalived/firewall/rule-place.ts';
import { createPacket, findPassing, loadRules, run, startAdvertising } from './advertising-pair.ts';
import type { Rules } from './advertising-pair.ts';
import { inPrivateNamespaces } from './private-namespaces.ts';

/** What the kernel does with an advertisement, whatever we think of the rules. */
async function isPassing(packet: VrrpPacket): Promise<boolean> {
  const [passes] = await findPassing([packet]);
  return passes === true;
}

/** All rules without their counters. */
const readAllRules = (): string =>
  [
    run('nft', ['-s', 'list', 'ruleset']),
    ...['iptables-legacy-save', 'ip6tables-legacy-save'].map((program) =>
      run(program, []).replaceAll(/^#.*$|\[\d+:\d+\]/gm, ''),
    ),
  ].join('\n');

interface Row extends Rules {
  direction: PacketDirection;
  family?: 'inet' | 'inet6';
  /** What is named; undefined: nothing drops. */
  names?: RegExp;
  /** Where our rule is put. */
  adds?: RegExp;
}

const input = (rules: string, policy = 'accept') =>
  `table inet filter {\n chain input {\n type filter hook input priority 0; policy ${policy}\n${rules}\n }\n}`;
const output = (rules: string, policy = 'accept') =>
  `table ip local {\n chain out {\n type filter hook output priority 5; policy ${policy}\n${rules}\n }\n}`;

const rows: Record<string, Row> = {
  'no rules': { direction: 'in' },
  'nft, dropped in': {
    nft: input('ct state established,related accept\n ip protocol vrrp drop\n tcp dport 22 accept'),
    direction: 'in',
    names: /^nftables: “ip protocol vrrp drop” \(handle \d+\), chain input of table inet filter$/,
    adds: /insert rule inet filter input handle \d+ iifname "eth0" ip daddr 224\.0\.0\.18/,
  },
  'nft, dropped out': {
    nft: output('oifname "eth*" meta l4proto 112 reject'),
    direction: 'out',
    names: /“oifname "eth\*" meta l4proto vrrp reject[^”]*” .* chain out of table ip local/,
  },
  'nft, dropped by policy': {
    nft: input(
      'iif lo accept\n ct state vmap { invalid : drop, established : accept }\n tcp dport { 22, 80-90 } accept',
      'drop',
    ),
    direction: 'in',
    names: /^nftables: the policy “drop”, chain input of table inet filter$/,
    adds: /add rule inet filter input iifname/,
  },
  'nft, allowed before the policy': {
    nft: input('ip saddr 10.9.0.0/16 ip protocol { ah, vrrp } accept', 'drop'),
    direction: 'in',
  },
  'nft, another allows it too late': {
    nft: `${input('ip protocol vrrp accept')}\ntable ip late {\n chain in {\n type filter hook input priority 10; policy drop\n }\n}`,
    direction: 'in',
    names: /policy “drop”, chain in of table ip late/,
  },
  'nft, dropped by a chain that is jumped to': {
    nft: `table inet filter {\n chain deep {\n ip daddr 224.0.0.0/4 drop\n }\n chain multicast {\n pkttype unicast return\n goto deep\n }\n chain input {\n type filter hook input priority 0\n iifname vmap { "lo" : accept, "eth0" : jump multicast }\n }\n}`,
    direction: 'in',
    names: /“ip daddr 224\.0\.0\.0\/4 drop” .* chain deep of table inet filter/,
    adds: /insert rule inet filter deep handle/,
  },
  'nft, dropped by a set, before routing': {
    nft: 'table inet raw {\n set bad {\n type inet_proto; elements = { 112, 132 }\n }\n chain pre {\n type filter hook prerouting priority raw\n meta l4proto @bad counter drop\n }\n}',
    direction: 'in',
    names: /“meta l4proto @bad counter packets \d+ bytes \d+ drop” .* chain pre of table inet raw/,
  },
  'nft, dropped twice': {
    nft: `${input('meta pkttype multicast drop')}\ntable ip late {\n chain in {\n type filter hook input priority 10; policy drop\n }\n}`,
    direction: 'in',
    names: /“meta pkttype multicast drop”/,
  },
  'nft, left for the policy': {
    nft: input('tcp dport 22 accept\n ip protocol vrrp return\n tcp dport 80 accept', 'drop'),
    direction: 'in',
    names: /policy “drop”, chain input of table inet filter/,
    // Behind the last rule it would not be passed.
    adds: /^nft insert rule inet filter input handle \d+ iifname/,
  },
  'nft, sent to a chain from which nothing returns': {
    nft: `table inet filter {\n chain services {\n tcp dport 22 accept\n }\n chain input {\n type filter hook input priority 0; policy drop\n iifname "eth0" goto services\n }\n}`,
    direction: 'in',
    names: /policy “drop”, chain input of table inet filter/,
    adds: /^nft insert rule inet filter input handle \d+ iifname/,
  },
  'nft, perhaps sent to another chain before': {
    nft: `table inet filter {\n chain perhaps {\n meta pkttype multicast drop\n }\n chain input {\n type filter hook input priority 0\n meta iifgroup 7 jump perhaps\n ip protocol vrrp drop\n }\n}`,
    direction: 'in',
    names: /“ip protocol vrrp drop”/,
    // In the other chain it is not passed: the interface's group is 0.
    adds: /^nft insert rule inet filter input handle \d+ (?![^]*perhaps)/,
  },
  'nft, perhaps returned from a chain before': {
    nft: `table inet filter {\n chain multicast {\n meta iifgroup 0 return\n ip daddr 224.0.0.0/4 drop\n }\n chain input {\n type filter hook input priority 0; policy drop\n jump multicast\n }\n}`,
    direction: 'in',
    names: /“ip daddr 224.0.0.0\/4 drop”|policy/,
    adds: /^nft insert rule inet filter multicast handle 3 /,
  },
  'nft, a table that is switched off': {
    nft: `table inet filter {\n flags dormant\n chain input {\n type filter hook input priority 0; policy drop\n }\n}`,
    direction: 'in',
  },
  // Facts of decision 034.
  ...Object.fromEntries(
    (['in', 'out'] as const).flatMap((direction): [string, Row][] => {
      const hook = direction === 'in' ? 'prerouting' : 'output';
      const table = (priority: number, rules: string) =>
        `table ip t${Math.abs(priority)} {\n chain c {\n type filter hook ${hook} priority ${priority}\n${rules}\n }\n}\n`;
      return [
        [
          `nft, before tracking each packet is invalid (${direction})`,
          {
            nft: table(-201, 'ct state invalid drop'),
            direction,
            names: /“ct state invalid drop”/,
          },
        ],
        [
          `nft, behind tracking it is new (${direction})`,
          {
            nft: table(-199, 'ct state { invalid, untracked } drop\n ct state new accept\n drop'),
            direction,
          },
        ],
        [
          `nft, notrack behind tracking does nothing (${direction})`,
          { nft: table(-150, 'notrack') + table(-100, 'ct state untracked drop'), direction },
        ],
        [
          `nft, a map of verdicts without the element goes on (${direction})`,
          {
            nft: table(
              -150,
              'ip protocol vmap { tcp : accept, udp : accept }\n ip protocol vrrp drop',
            ),
            ...{ direction, names: /“ip protocol vrrp drop”/ },
          },
        ],
        [
          `nft, a header that is not there ends the rule (${direction})`,
          {
            nft: `table inet six {\n chain c {\n type filter hook ${hook} priority -150\n ip6 dscp set cs1 drop\n }\n}`,
            direction,
          },
        ],
      ];
    }),
  ),
  'nft, IPv6': {
    nft: input(
      'meta nfproto ipv4 accept\n icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept',
      'drop',
    ),
    ...{ direction: 'in', family: 'inet6' },
    names: /policy “drop”/,
    adds: /ip6 daddr ff02::12/,
  },
  'nft, IPv4 is not concerned by rules for IPv6': {
    nft: 'table ip6 filter {\n chain in {\n type filter hook input priority 0; policy drop\n }\n}',
    direction: 'in',
  },
  ...Object.fromEntries(
    (['nft', 'legacy'] as const).flatMap((variant): [string, Row][] => [
      [
        `iptables (${variant}), dropped in`,
        {
          variant,
          iptables:
            '-A INPUT -i lo -j ACCEPT\n-A INPUT -p vrrp -j DROP\n-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT',
          direction: 'in',
          names:
            /^iptables \((nft|legacy)\): “-A INPUT -p vrrp -j DROP”.* chain INPUT of table ip filter$/,
          adds: /^iptables-(nft|legacy) -w 5 -t filter -I INPUT 2 -d 224\.0\.0\.18 -i eth0 -p 112/,
        },
      ],
      [
        `iptables (${variant}), dropped out by policy`,
        {
          variant,
          iptables: ':OUTPUT DROP\n-A OUTPUT -p tcp -j ACCEPT',
          direction: 'out',
          names: /the policy “drop”, chain OUTPUT/,
          adds: /-A OUTPUT/,
        },
      ],
      [
        `iptables (${variant}), dropped by a jump`,
        {
          variant,
          iptables:
            ':MINE -\n-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n-A INPUT -m addrtype --dst-type MULTICAST -m comment --comment "a ! b" -j MINE\n-A MINE -m pkttype --pkt-type unicast -j RETURN\n-A MINE -j REJECT',
          direction: 'in',
          names: /“-A MINE -j REJECT.*chain MINE/,
        },
      ],
      [
        `iptables (${variant}), left for the policy by goto`,
        {
          variant,
          iptables:
            ':INPUT DROP\n:MINE -\n-A INPUT -i lo -j ACCEPT\n-A INPUT -g MINE\n-A INPUT -p vrrp -j ACCEPT\n-A MINE -p tcp -j ACCEPT',
          direction: 'in',
          names: /the policy “drop”, chain INPUT/,
          adds: /^iptables-(nft|legacy) -w 5 -t filter -I INPUT 2 /,
        },
      ],
      [
        `iptables (${variant}), nothing of it is ours`,
        {
          variant,
          iptables:
            ':INPUT DROP\n-A INPUT -m state --state INVALID -j DROP\n-A INPUT -p udp -m multiport --dports 1,2 -j DROP\n-A INPUT -m pkttype --pkt-type multicast -p 112 -j ACCEPT',
          direction: 'in',
        },
      ],
    ]),
  ),
};

if (inPrivateNamespaces(import.meta.url)) {
  describe('the firewall, with a real one and real advertisements', () => {
    let stop: () => Promise<void>;

    before(async () => {
      stop = await startAdvertising();
    });

    after(() => stop());

    test('a packet that no configuration describes changes nothing', async () => {
      loadRules({ nft: input('ip protocol vrrp drop') });
      const rulesBefore = readAllRules();
      const packet = createPacket('in');
      const forged: Partial<VrrpPacket>[] = [
        { interfaceName: 'eth0" accept; flush ruleset; #' },
        { interfaceName: '--help' },
        { destination: '224.0.0.18 accept; flush ruleset' },
        { multicast: false, source: '$(touch /tmp/x)' },
        { protocol: 6 as 112 },
      ];
      for (const words of forged) {
        await assert.rejects(addVrrpRules([{ ...packet, ...words }]), { name: 'ZodError' });
        await assert.rejects(removeVrrpRules([{ ...packet, ...words }]), { name: 'ZodError' });
      }
      assert.equal(readAllRules(), rulesBefore);
    });

    test('another’s rule with the same words is left alone', async () => {
      const foreign = 'iifname "eth0" ip daddr 224.0.0.18 meta l4proto 112 accept comment "mine"';
      loadRules({ nft: input(foreign, 'drop') });
      assert.deepEqual((await removeVrrpRules([createPacket('in')])).commands, []);
      const command = 'nft delete rule inet filter input handle 1';
      assert.deepEqual((await removeRuleByCommand(command)).commands, []);
    });

    test('rules without a program that reads them are not called good', async () => {
      loadRules({
        nft: input('ip protocol vrrp drop'),
        ...{ variant: 'legacy', iptables: '-A INPUT -p vrrp -j DROP' },
      });
      const programs = ['nft', 'xtables-nft-multi', 'xtables-legacy-multi'];
      const paths = programs.map((name) => `/usr/sbin/${name}`);
      for (const path of paths) run('mount', ['--bind', '/dev/null', path]);
      const report = await readFirewall();
      for (const path of paths) run('umount', [path]);
      assert.deepEqual([report.programs, report.chains], [[], []]);
      assert.match(
        report.problems.join('\n'),
        /the program “nft” to read them is missing\. Install the package/,
      );
      assert.match(report.problems.join('\n'), /rules of iptables \(.*filter.*“iptables-legacy”/);
      assert.deepEqual((await readFirewall()).problems, []);
    });

    for (const [name, row] of Object.entries(rows)) {
      test(name, async () => {
        loadRules(row);
        const packet = createPacket(row.direction, row.family);
        const report = await readFirewall();
        assert.deepEqual(report.problems, []);
        const fate = followPacket(packet, report.chains);
        assert.equal(fate.outcome, row.names ? 'dropped' : 'accepted', JSON.stringify(fate));
        assert.equal(await isPassing(packet), row.names === undefined, 'the kernel says otherwise');
        if (fate.outcome !== 'dropped') return;
        assert.match(describePlace(fate.by), row.names ?? /^$/);

        const rulesBefore = readAllRules();
        const allowed = await addVrrpRules([packet]);
        const said = allowed.commands
          .map(({ command, output: printed }) => command + printed)
          .join('\n');
        if (row.adds) assert.match(said.replaceAll(/['\\]/g, ''), row.adds);
        assert.equal(followPacket(packet, allowed.report.chains).outcome, 'accepted', said);
        assert.equal(await isPassing(packet), true, said);
        const rulesWith = readAllRules();
        assert.notEqual(rulesWith, rulesBefore);
        if (row.adds) {
          assert.deepEqual((await addVrrpRules([packet])).commands, [], 'it is there already');
          assert.equal(readAllRules(), rulesWith);
        }

        const withdrawn = await removeVrrpRules([packet]);
        assert.ok(withdrawn.commands.every(({ result }) => result === 'ok'));
        assert.equal(readAllRules(), rulesBefore);
        if (!row.adds) return;
        assert.deepEqual((await removeVrrpRules([packet])).commands, []);

        // Without asking for whom it was: its instance may be gone.
        const again = await addVrrpRules([packet]);
        const own = listEveryOwnRule(again.report);
        assert.ok(own.length > 0 && own.every(({ serves }) => serves(packet)));
        for (const { removal } of own) {
          const removed = await removeRuleByCommand(removal);
          assert.ok(removed.commands.length > 0);
          assert.ok(removed.commands.every(({ result }) => result === 'ok'));
        }
        assert.equal(readAllRules(), rulesBefore);
      });
    }
  });
}
