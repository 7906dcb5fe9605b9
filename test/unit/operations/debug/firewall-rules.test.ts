/** The buttons that let advertisements pass: what is told is what the firewall says afterwards. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Appliance, FirewallChange } from '../../../../server/appliance/appliance.ts';
import { readIptablesSave } from '../../../../server/keepalived/firewall/iptables/read-iptables.ts';
import type { VrrpPacket } from '../../../../server/keepalived/firewall/packet.ts';
import {
  allowVrrp,
  listOwnFirewallRules,
  removeOwnFirewallRule,
  withdrawVrrp,
} from '../../../../server/operations/debug/firewall.ts';
import { createOwnRulesReader } from '../../../../server/operations/debug/own-rules.ts';
import { createSampleMachine } from '../sample-machine.ts';

const text = `vrrp_instance VI_0 {
    virtual_router_id 50
    virtual_ipaddress {
        10.1.1.1/24
    }
}
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    virtual_ipaddress {
        192.168.0.100/24
    }
}
`;
const rulesWith = (...rules: string[]) => ({
  ...{ programs: ['iptables-nft'], problems: [], firewalld: undefined },
  chains: readIptablesSave(
    ['# iptables-nft', '*filter', ':INPUT ACCEPT [0:0]', ...rules, 'COMMIT', ''].join('\n'),
    'ip',
  ),
});
const ownRule =
  '-A INPUT -d 224.0.0.18/32 -i eth0 -p 112 -m comment --comment keepalived-wai -j ACCEPT';
const dropping = rulesWith('-A INPUT -p 112 -j DROP');
const open = rulesWith();
const added = { command: 'nft insert rule', result: 'ok', exitCode: 0, output: '' } as const;
const lasting = { lasts: true, sentence: 'nftables keeps this.' };
const changeOf = (change: Partial<FirewallChange>): FirewallChange => ({
  commands: [added],
  lasting,
  report: open,
  ...change,
});

function createServer(change: FirewallChange, changes: Partial<Appliance> = {}) {
  const packets: VrrpPacket[] = [];
  const act = (asked: readonly VrrpPacket[]) => {
    packets.push(...asked);
    return Promise.resolve(change);
  };
  const appliance = {
    ...createSampleMachine(text, []),
    ...{ allowVrrp: act, withdrawVrrp: act },
    removeOwnFirewallRule: () => Promise.resolve(change),
    ...changes,
  };
  return { appliance, packets };
}

describe('letting advertisements pass', () => {
  it('says so when the firewall lets them, and that it lasts', async () => {
    const { appliance, packets } = createServer(changeOf({}));
    const outcome = await allowVrrp(appliance, 'VI_1', 'in');
    assert.equal(outcome.ok, true, outcome.sentence);
    assert.match(outcome.sentence, /^The firewall now lets .* pass\. nftables keeps this\.$/);
    assert.deepEqual(outcome.reports, [added]);
    assert.deepEqual(
      packets.map(({ direction, interfaceName, destination }) => [
        direction,
        interfaceName,
        destination,
      ]),
      [['in', 'eth0', '224.0.0.18']],
    );
  });

  it('says so when they passed already', async () => {
    const { appliance } = createServer(changeOf({ commands: [], lasting: undefined }));
    const { ok, sentence } = await allowVrrp(appliance, 'VI_1', 'out');
    assert.equal(ok, true);
    assert.match(sentence, /^The firewall already lets .* pass\.$/);
  });

  it('names the rule that still drops them, and the command that failed', async () => {
    const { appliance } = createServer(changeOf({ report: dropping }));
    const still = await allowVrrp(appliance, 'VI_1', 'in');
    assert.equal(still.ok, false);
    assert.match(
      still.sentence,
      /^[A-Z].* is still dropped by iptables .*“-A INPUT -p 112 -j DROP”/,
    );
    const broken = { ...added, result: 'exited', exitCode: 1, output: 'No such table' } as const;
    const failing = createServer(changeOf({ report: dropping, commands: [added, broken] }));
    const { sentence, reports } = await allowVrrp(failing.appliance, 'VI_1', 'in');
    assert.match(sentence, /“nft insert rule” ended with exit code 1: No such table$/);
    assert.equal(reports.length, 2);
  });

  it('is refused for an instance that is not there, or has no interface here', async () => {
    const { appliance, packets } = createServer(changeOf({}));
    for (const act of [allowVrrp, withdrawVrrp]) {
      const unknown = await act(appliance, 'VI_9', 'in');
      assert.deepEqual(
        [unknown.ok, unknown.sentence],
        [false, 'The configuration has no such instance.'],
      );
      const elsewhere = await act(appliance, 'VI_0', 'in');
      assert.deepEqual(
        [elsewhere.ok, elsewhere.sentence],
        [false, 'The instance has no interface with an address.'],
      );
    }
    assert.deepEqual(packets, []);
  });
});

describe('taking a rule away', () => {
  it('says what became of it', async () => {
    const done = createServer(changeOf({}));
    for (const outcome of [
      await withdrawVrrp(done.appliance, 'VI_1', 'in'),
      await removeOwnFirewallRule(done.appliance, 'nft delete rule'),
    ]) {
      assert.deepEqual(
        [outcome.ok, outcome.sentence],
        [true, 'The rule was removed. nftables keeps this.'],
      );
      assert.deepEqual(outcome.reports, [added]);
    }
    const none = createServer(changeOf({ commands: [] }));
    const missing = await removeOwnFirewallRule(none.appliance, 'nft delete rule');
    assert.deepEqual(
      [missing.ok, missing.sentence],
      [false, 'This program has no such rule in the firewall.'],
    );
    const late = createServer(changeOf({ commands: [{ ...added, result: 'timedOut' }] }));
    const failed = await removeOwnFirewallRule(late.appliance, 'nft delete rule');
    assert.equal(failed.ok, false);
    assert.match(
      failed.sentence,
      /^The rule was not removed\. “nft insert rule” did not finish in time$/,
    );
  });
});

describe('our rules in the firewall', () => {
  const readFirewall = () => Promise.resolve(rulesWith(ownRule));

  it('are listed with the instance and the direction that they serve', async () => {
    const { appliance } = createServer(changeOf({}), { readFirewall });
    const rules = await listOwnFirewallRules(appliance);
    assert.deepEqual(
      rules.map(({ serves }) => serves),
      [[{ instance: 'VI_1', direction: 'in' }]],
    );
    assert.match(rules[0]?.removal ?? '', /^iptables\S* .*-D INPUT /);
    assert.match(rules[0]?.description ?? '', /chain INPUT of table ip filter$/);
  });

  it('serve nobody known where the configuration cannot be read', async () => {
    const unread = () => Promise.resolve({ ok: false, id: 'live', message: 'It is missing.' });
    const readConfigurationFile = unread as unknown as Appliance['readConfigurationFile'];
    const { appliance } = createServer(changeOf({}), { readFirewall, readConfigurationFile });
    const rules = await listOwnFirewallRules(appliance);
    assert.deepEqual(
      rules.map(({ serves }) => serves),
      [undefined],
    );
  });

  it('are read at once, then not again for five seconds, unless they were changed', async () => {
    let nowMs = 0;
    let readings = 0;
    const problems: unknown[] = [];
    let answer: () => ReturnType<Appliance['readFirewall']> = readFirewall;
    const { appliance } = createServer(changeOf({}), {
      readFirewall: () => {
        readings += 1;
        return answer();
      },
    });
    const clock = { monotonicMs: () => nowMs, wallMs: () => nowMs };
    const reader = createOwnRulesReader(appliance, clock, (error) => problems.push(error));
    assert.equal(reader.current(), undefined);
    await Promise.all([reader.refresh(), reader.refresh()]);
    assert.deepEqual([readings, reader.current()?.length], [1, 1]);
    nowMs = 4_999;
    await reader.refresh();
    assert.equal(readings, 1);
    reader.forget();
    await reader.refresh();
    assert.equal(readings, 2);
    nowMs = 9_999;
    answer = () => Promise.reject(new Error('It is slow.'));
    await reader.refresh();
    assert.deepEqual([readings, problems.length, reader.current()?.length], [3, 1, 1]);
    answer = () => Promise.resolve(open);
    await reader.refresh();
    assert.deepEqual([readings, reader.current()], [4, []]);
  });
});
