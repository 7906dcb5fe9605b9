import assert from 'node:assert/strict';
import test, { after, before, describe } from 'node:test';
import { addVrrpRules } from '../../server/appliance/firewall/change-firewall.ts';
import { readFirewall } from '../../server/appliance/firewall/read-firewall.ts';
import { readNetwork } from '../../server/appliance/network/network.ts';
import { followPacket } from '../../server/keepalived/firewall/evaluate.ts';
import { findLinkStack } from '../../server/keepalived/firewall/link-stack.ts';
import type { PacketDirection } from '../../server/keepalived/firewall/packet.ts';
import { describePlace } from '../../server/keepalived/firewall/rule-place.ts';
import { createPacket, findPassing, loadRules, run, startAdvertising } from './advertising-pair.ts';
import type { Rules } from './advertising-pair.ts';
import { inPrivateNamespaces } from './private-namespaces.ts';

interface Row extends Rules {
  /** Arguments of `ebtables`. */
  ebtables?: string;
  direction: PacketDirection;
  outcome: 'accepted' | 'dropped' | 'cannot-tell';
  /** What the kernel does. */
  passes: boolean;
  names?: RegExp;
}

const bridge = (hook: string, rules: string, policy = 'accept') =>
  `table bridge b {\n chain c {\n type filter hook ${hook} priority 0; policy ${policy}\n${rules}\n }\n}`;
const dropped = { outcome: 'dropped', passes: false } as const;
const accepted = { outcome: 'accepted', passes: true } as const;

const rows: Record<string, Row> = {
  'no rules': { direction: 'in', ...accepted },
  'dropped on the way in': {
    nft: bridge('input', 'ip protocol vrrp drop'),
    ...{ direction: 'in', ...dropped },
    names: /“ip protocol vrrp drop” .*, chain c of table bridge b$/,
  },
  'dropped before routing, by the type of the frame': {
    nft: bridge('prerouting', 'ether type arp accept\n ether type ip ip daddr 224.0.0.18 drop'),
    ...{ direction: 'in', ...dropped },
  },
  'dropped on the way out, by the policy': {
    nft: bridge('output', 'ether type arp accept\n tcp dport 22 accept', 'drop'),
    ...{ direction: 'out', ...dropped },
    names: /the policy “drop”, chain c of table bridge b$/,
  },
  'dropped behind that': {
    nft: bridge('postrouting', 'meta l4proto vrrp drop'),
    ...{ direction: 'out', ...dropped },
  },
  'allowed before the policy': {
    nft: bridge('input', 'meta l4proto vrrp accept', 'drop'),
    ...{ direction: 'in', ...accepted },
  },
  'what is forwarded does not concern it': {
    nft: bridge('forward', '', 'drop'),
    ...{ direction: 'in', ...accepted },
  },
  'by the port, which is not known': {
    nft: bridge('input', 'iifname "port1" drop'),
    ...{ direction: 'in', outcome: 'cannot-tell', passes: true },
    names: /iifname "port1" drop/,
  },
  'on a port, in front of the bridge': {
    nft: 'table netdev n {\n chain c {\n type filter hook ingress device "port0" priority 0\n ip protocol vrrp drop\n }\n}',
    ...{ direction: 'in', outcome: 'cannot-tell', passes: false },
    names: /“ip protocol vrrp drop” .* table netdev n$/,
  },
  'by the whole of ebtables': {
    ebtables: '-P INPUT DROP',
    ...{ direction: 'in', ...dropped },
  },
  'by ebtables': {
    // Of its own matches nft says no more than that there is one.
    ebtables: '-A INPUT -p IPv4 --ip-protocol 112 -j DROP',
    ...{ direction: 'in', outcome: 'cannot-tell', passes: false },
    names: /chain INPUT of table bridge filter$/,
  },
  'iptables’ FORWARD does not concern it, even where bridges show it their frames': {
    iptables: ':FORWARD DROP',
    ...{ direction: 'in', ...accepted },
  },
};

if (inPrivateNamespaces(import.meta.url)) {
  describe('the firewall of a bridge, with a real one and real advertisements', () => {
    let stop: () => Promise<void>;

    before(async () => {
      stop = await startAdvertising('port0');
    });

    after(() => stop());

    for (const [name, { ebtables, direction, outcome, passes, names, ...rules }] of Object.entries(
      rows,
    )) {
      test(name, async () => {
        loadRules(rules);
        if (ebtables !== undefined) run('ebtables-nft', ebtables.split(' '));
        const stack = findLinkStack('eth0', await readNetwork());
        assert.deepEqual(stack, { lowerNames: ['port0'], isBridged: true });
        const packet = { ...createPacket(direction), ...stack };
        const report = await readFirewall();
        assert.deepEqual(report.problems, []);
        const fate = followPacket(packet, report.chains);
        assert.equal(fate.outcome, outcome, JSON.stringify(fate));
        assert.deepEqual(await findPassing([packet]), [passes], 'the kernel says otherwise');
        if (fate.outcome === 'accepted') return;
        if (names) assert.match(describePlace(fate.by), names);
        // Whether it passes the bridge is not known.
        const unplaced = followPacket({ ...packet, isBridged: undefined }, report.chains);
        assert.equal(unplaced.outcome, 'cannot-tell');
        const elsewhere = { ...packet, lowerNames: [], isBridged: false };
        assert.equal(followPacket(elsewhere, report.chains).outcome, 'accepted');
        assert.deepEqual(
          (await addVrrpRules([packet])).commands.map(({ command }) => command),
          [],
        );
      });
    }
  });
}
