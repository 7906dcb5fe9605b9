import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Check, CheckId } from '../../../../../server/keepalived/diagnosis/check.ts';
import { diagnose } from '../../../../../server/keepalived/diagnosis/diagnose.ts';
import type { Firewalld } from '../../../../../server/keepalived/firewall/firewall-report.ts';
import { readIptablesSave } from '../../../../../server/keepalived/firewall/iptables/read-iptables.ts';
import { fromFirst, fromSecond, inputOf } from '../scenario.ts';
import type { Scenario } from '../scenario.ts';

const save = (rules: string) => readIptablesSave(`*filter\n${rules}\nCOMMIT\n`, 'ip');

function look(rules: string, scenario: Scenario = {}, firewalld?: Firewalld): Check[] {
  const programs = ['iptables', 'ip6tables'];
  const firewall = { programs, chains: save(rules), problems: [], firewalld };
  return diagnose(inputOf({ ...scenario, changes: { firewall, ...scenario.changes } }));
}

function getCheck(checks: Check[], id: CheckId): Check {
  const check = checks.find((candidate) => candidate.id === id);
  assert.ok(check);
  return check;
}

const unicast = `
  virtual_router_id 51
  unicast_src_ip 192.168.0.11
  unicast_peer {
    192.168.0.12
  }
  virtual_ipaddress {
    192.168.0.100/24
  }`;

describe('the firewall', () => {
  it('that drops what comes in is named before all that follows from it', () => {
    const [first] = look(':INPUT ACCEPT\n-A INPUT -p vrrp -j DROP', {
      state: 'MASTER',
      at: 'second',
      heard: [...fromFirst(), ...fromSecond()],
    });
    assert.deepEqual(first?.id, 'firewall-in');
    assert.equal(first.verdict, 'wrong');
    assert.deepEqual(first.evidence, [
      {
        what: 'iptables (legacy): “-A INPUT -p vrrp -j DROP”, chain INPUT of table ip filter',
        where: 'the firewall',
      },
    ]);
    assert.equal(
      first.remedy,
      'Allow it: iptables -w 5 -t filter -I INPUT 1 -d 224.0.0.18 -i eth0 -p 112 -m comment --comment keepalived-wai -j ACCEPT',
    );
    assert.deepEqual(first.offer, { kind: 'allow-vrrp', instance: 'VI_1', direction: 'in' });
  });

  it('that drops what goes out is named before all that follows from it', () => {
    const [first] = look(':OUTPUT DROP', {
      state: 'MASTER',
      log: ['(VI_1): send advert error 1 (Operation not permitted)'],
    });
    assert.deepEqual([first?.id, first?.verdict], ['firewall-out', 'wrong']);
    assert.match(first?.evidence[0]?.what ?? '', /the policy “drop”, chain OUTPUT/);
  });

  it('is asked for the unicast peer', () => {
    const rules = ':INPUT DROP\n-A INPUT -d 224.0.0.18/32 -p vrrp -j ACCEPT';
    const check = getCheck(look(rules, { settings: unicast }), 'firewall-in');
    assert.equal(check.verdict, 'wrong');
    assert.match(check.sentence, /incoming protocol 112 from 192\.168\.0\.12 to 192\.168\.0\.11/);
    assert.match(check.remedy ?? '', /-A INPUT -s 192\.168\.0\.12 -i eth0 -p 112/);
  });

  it('that blocks some other host of the network does not trouble a peer that was heard', () => {
    const rules = ':INPUT ACCEPT\n-A INPUT -s 192.168.0.66/32 -j DROP';
    const heard = { state: 'MASTER', heard: fromSecond() } as const;
    assert.equal(getCheck(look(rules, heard), 'firewall-in').verdict, 'good');
    assert.equal(getCheck(look(rules), 'firewall-in').verdict, 'cannot-tell');
  });

  it('that is not understood, not read, or only in part, is not called good', () => {
    const unknown = look(':INPUT ACCEPT\n-A INPUT -m recent --update --name x -j DROP');
    const check = getCheck(unknown, 'firewall-in');
    assert.equal(check.verdict, 'cannot-tell');
    assert.match(check.sentence, /it depends on “-m recent --update”\./);
    assert.equal(check.offer?.kind, 'allow-vrrp');
    const notRead = look('', { changes: { firewall: undefined } });
    assert.equal(getCheck(notRead, 'firewall-out').verdict, 'cannot-tell');
    const problems = ['`nft -j list ruleset` failed: no memory'];
    const inPart = { programs: ['nft'], chains: [], problems, firewalld: undefined };
    const partly = getCheck(look('', { changes: { firewall: inPart } }), 'firewall-in');
    assert.deepEqual([partly.verdict, partly.sentence], ['cannot-tell', problems[0]]);
  });

  it('that is not there is good', () => {
    const none = { programs: [], chains: [], problems: [], firewalld: undefined };
    const check = getCheck(look('', { changes: { firewall: none } }), 'firewall-in');
    assert.deepEqual([check.verdict, check.offer], ['good', undefined]);
  });

  it('with a rule of ours offers to take it away', () => {
    const rules =
      ':INPUT DROP\n-A INPUT -d 224.0.0.18/32 -i eth0 -p vrrp -m comment --comment keepalived-wai -j ACCEPT';
    const check = getCheck(look(rules), 'firewall-in');
    assert.deepEqual([check.verdict, check.offer?.kind], ['good', 'withdraw-vrrp']);
    assert.equal(getCheck(look(rules), 'firewall-out').offer, undefined);
  });

  it('that firewalld makes is changed by firewalld', () => {
    const firewalld = {
      defaultZone: 'public',
      zones: { eth0: 'internal' },
      sources: [],
      richRules: [],
    };
    const rules = ':INPUT ACCEPT\n:OUTPUT DROP\n-A INPUT -j REJECT';
    const checks = look(rules, {}, firewalld);
    assert.equal(
      getCheck(checks, 'firewall-in').remedy,
      `Allow it: firewall-cmd --zone=internal '--add-rich-rule=rule priority="-112" family="ipv4" destination address="224.0.0.18" protocol value="vrrp" accept'`,
    );
    const out = getCheck(checks, 'firewall-out');
    assert.deepEqual([out.verdict, out.offer], ['wrong', undefined]);
  });
});
