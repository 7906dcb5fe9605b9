import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { followPacket } from '../../../../server/keepalived/firewall/evaluate.ts';
import {
  planAllowCommand,
  writeCommand,
} from '../../../../server/keepalived/firewall/firewall-commands.ts';
import { readIptablesSave } from '../../../../server/keepalived/firewall/iptables/read-iptables.ts';
import type { VrrpPacket } from '../../../../server/keepalived/firewall/packet.ts';
import type { Chain } from '../../../../server/keepalived/firewall/rule-set.ts';

const incoming: VrrpPacket = {
  direction: 'in',
  family: 'inet',
  interfaceName: 'eth0',
  protocol: 112,
  source: '192.168.0.20',
  destination: '224.0.0.18',
  multicast: true,
};

const firewalld = { defaultZone: 'public', zones: {}, sources: [], richRules: [] };

/** firewalld's own chain, with its backend nftables. */
const own: Chain = {
  ...{ manager: 'nft', family: 'inet', table: 'firewalld', chain: 'filter_INPUT' },
  base: { hook: 'input', priority: 10, policy: 'accept' },
  rules: [],
};

/** The command that is proposed for an incoming packet. */
function propose(rules: string, more: readonly Chain[], isFirewalldRunning: boolean): string {
  const chains = [...readIptablesSave(`*filter\n${rules}\nCOMMIT\n`, 'ip'), ...more];
  const fate = followPacket(incoming, chains);
  assert.ok(fate.outcome !== 'accepted');
  const report = { programs: ['iptables'], chains };
  const command = planAllowCommand(incoming, fate.before, {
    ...report,
    firewalld: isFirewalldRunning ? firewalld : undefined,
  });
  return command ? writeCommand(command) : '';
}

describe('the rule that is proposed', () => {
  const dropping = ':INPUT ACCEPT\n-A INPUT -p vrrp -j DROP';

  it('goes to the zone where firewalld made the rule', () => {
    assert.match(propose(dropping, [], true), /^firewall-cmd --zone=public/);
  });

  it('stands in front of a rule that firewalld did not make', () => {
    assert.match(propose(dropping, [own], true), /^iptables .*-I INPUT 1 /);
  });

  const places: Record<string, [rules: string, place: RegExp]> = {
    'before the jump that only perhaps reaches the drop': [
      ':INPUT ACCEPT\n:MINE -\n-A INPUT -i lo -j ACCEPT\n-A INPUT -m recent --update --name x -j MINE\n-A MINE -j DROP',
      /-I INPUT 2 /,
    ],
    'before the goto that leads to the policy': [
      ':INPUT DROP\n:MINE -\n-A INPUT -g MINE\n-A INPUT -j ACCEPT\n-A MINE -p tcp -j ACCEPT',
      /-I INPUT 1 /,
    ],
    'before a return that may happen': [
      ':INPUT DROP\n-A INPUT -i lo -j ACCEPT\n-A INPUT -m recent --update --name x -j RETURN\n-A INPUT -p tcp -j ACCEPT',
      /-I INPUT 2 /,
    ],
    'in the chain that is surely jumped to': [
      ':INPUT ACCEPT\n:MINE -\n-A INPUT -i eth0 -j MINE\n-A MINE -p tcp -j ACCEPT\n-A MINE -j DROP',
      /-I MINE 2 /,
    ],
    'behind all rules where only the policy drops': [
      ':INPUT DROP\n-A INPUT -p tcp -j ACCEPT',
      /-A INPUT /,
    ],
  };
  for (const [name, [rules, place]] of Object.entries(places)) {
    it(name, () => {
      assert.match(propose(rules, [], false), place);
    });
  }
});
