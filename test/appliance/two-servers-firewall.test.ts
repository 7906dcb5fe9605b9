import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Check } from '../../server/keepalived/diagnosis/check.ts';
import type { FirewallOutcome, OwnFirewallRule } from '../../server/operations/debug/firewall.ts';
import { eventually } from '../lab/eventually.ts';
import { failoverConfiguration, virtualAddress } from '../lab/failover-configuration.ts';
import type { LabServer, ServerName } from '../lab/lab-server.ts';
import { createTwoServers, type TwoServers } from '../lab/two-servers.ts';
import { programWords } from '../program-words.ts';

const program = programWords('test/appliance/inside/firewall-operation.ts');

async function ask<Answers extends unknown[]>(
  server: LabServer,
  ...tasks: string[]
): Promise<Answers> {
  const words = [...program, ...tasks];
  const { stdout } = await server.run(process.execPath, words, { timeoutMs: 60_000 });
  return JSON.parse(stdout) as Answers;
}

interface Fault {
  at: ServerName;
  direction: 'in' | 'out';
  /** Makes it, as an administrator may. */
  commands: string[][];
  names: RegExp;
  undo: string[][];
}

const rulesPath = '/etc/nftables.conf';
const rules = `flush ruleset
table inet filter {
	chain input {
		type filter hook input priority filter; policy drop;
		iif "lo" accept
		ct state established,related accept
		meta l4proto { tcp, icmp } accept
	}
}
include "/etc/nftables.d/*.nft"
`;

const faults: Record<string, Fault> = {
  'nftables keeps advertisements out': {
    ...{ at: 'server2', direction: 'in' },
    commands: [['nft', '-f', rulesPath]],
    names: /^nftables: the policy “drop”, chain input of table inet filter$/,
    undo: [['nft', 'flush', 'ruleset']],
  },
  'nftables keeps advertisements in': {
    ...{ at: 'server1', direction: 'out' },
    commands: [
      ['nft', 'add table ip mine'],
      ['nft', 'add chain ip mine out { type filter hook output priority 0; }'],
      ['nft', 'add rule ip mine out ip protocol 112 drop'],
    ],
    names: /^nftables: “ip protocol vrrp drop” \(handle 2\), chain out of table ip mine$/,
    undo: [['nft', 'flush', 'ruleset']],
  },
  'iptables keeps advertisements out': {
    ...{ at: 'server2', direction: 'in' },
    commands: [
      ['iptables-nft', '-A', 'INPUT', '-p', '112', '-m', 'state', '--state', 'NEW', '-j', 'DROP'],
    ],
    names: /^iptables \(nft\): “-A INPUT -p vrrp -m state --state NEW -j DROP” \(handle \d+\)/,
    undo: [['nft', 'flush', 'ruleset']],
  },
  'the older iptables keeps advertisements in': {
    ...{ at: 'server1', direction: 'out' },
    commands: [['iptables-legacy', '-A', 'OUTPUT', '-p', '112', '-j', 'DROP']],
    names: /^iptables \(legacy\): “-A OUTPUT -p vrrp -j DROP”, chain OUTPUT of table ip filter$/,
    undo: [['iptables-legacy', '-F', 'OUTPUT']],
  },
};

describe('a firewall between two servers', () => {
  let lab: TwoServers;

  before(async () => {
    lab = await createTwoServers();
    for (const server of [lab.server1, lab.server2]) {
      await server.writeFile('/etc/keepalived/keepalived.conf', failoverConfiguration(server.name));
      await server.startKeepalived();
    }
    await haveAddress('server1');
  });
  after(() => lab.close());

  const haveAddress = (...names: ServerName[]): Promise<true> =>
    eventually(
      `${names.join(' and ')} alone has ${virtualAddress}`,
      async () => (await lab.addressHolders(virtualAddress)).join() === names.join(),
      { withinMs: 15_000 },
    );
  const runAll = async (server: LabServer, commands: string[][]): Promise<void> => {
    for (const [program = '', ...words] of commands) await server.run(program, words);
  };
  const ofFirewall = (checks: Check[]): Check[] =>
    checks.filter(({ id }) => id === 'firewall-in' || id === 'firewall-out');

  it('is none on a healthy pair', async () => {
    for (const server of [lab.server1, lab.server2]) {
      const checks = ofFirewall((await ask<[Check[]]>(server, 'check'))[0]);
      assert.deepEqual(
        checks.map(({ verdict }) => verdict),
        ['good', 'good'],
        JSON.stringify(checks),
      );
    }
  });

  for (const [name, fault] of Object.entries(faults)) {
    it(`${name}: it is named first, and one button heals it`, async () => {
      const server = lab[fault.at];
      await server.writeFile(rulesPath, rules);
      await runAll(server, fault.commands);
      await haveAddress('server1', 'server2');

      const [[first], allowed] = await ask<[Check[], FirewallOutcome]>(
        server,
        ...['check', `allow-${fault.direction}`],
      );
      assert.ok(first);
      assert.deepEqual([first.id, first.verdict], [`firewall-${fault.direction}`, 'wrong']);
      assert.match(first.evidence[0]?.what ?? '', fault.names);
      const about = { instance: 'VI_1', direction: fault.direction };
      assert.deepEqual(first.offer, { kind: 'allow-vrrp', ...about });
      assert.match(first.remedy ?? '', /keepalived-wai/);
      assert.ok(allowed.ok, JSON.stringify(allowed));
      assert.match(allowed.sentence, /After a reboot this is gone/);
      await haveAddress('server1');

      const [checks, own, withdrawn, left] = await ask<
        [Check[], OwnFirewallRule[], FirewallOutcome, OwnFirewallRule[]]
      >(server, ...['check', 'own', `withdraw-${fault.direction}`, 'own']);
      const healed = checks.find(({ id }) => id === first.id);
      assert.equal(healed?.verdict, 'good');
      assert.deepEqual(healed.offer, { kind: 'withdraw-vrrp', ...about });
      assert.deepEqual(
        own.map(({ serves }) => serves),
        [[about]],
      );
      assert.ok(withdrawn.ok, JSON.stringify(withdrawn));
      assert.deepEqual(left, []);
      await runAll(server, fault.undo);
      await haveAddress('server1');
    });
  }

  it('what was allowed outlasts a reboot where nftables.conf includes a folder', async () => {
    const { server2: server } = lab;
    const dropIn = '/etc/nftables.d/keepalived-wai.nft';
    await server.run('mkdir', ['/etc/nftables.d']);
    await server.writeFile(rulesPath, rules);
    await server.run('systemctl', ['enable', 'nftables.service']);
    await server.run('nft', ['-f', rulesPath]);
    const [{ sentence }] = await ask<[FirewallOutcome]>(server, 'allow-in');
    assert.match(sentence, /keepalived-wai\.nft keeps this beyond a reboot\.$/);
    await server.run('nft', ['flush', 'ruleset']);
    await server.run('nft', ['-f', rulesPath]);
    assert.equal(await server.readFile(rulesPath), rules);
    const [checks] = await ask<[Check[]]>(server, 'check', 'withdraw-in');
    assert.equal(ofFirewall(checks)[0]?.offer?.kind, 'withdraw-vrrp');
    await assert.rejects(server.readFile(dropIn), { code: 'ENOENT' });

    // A folder that is included before the tables are made is no place for it.
    const early = `include "/etc/nftables.d/*.nft"\n${rules.replace(/include.*/, '')}`;
    await server.writeFile(rulesPath, early);
    const [refused] = await ask<[FirewallOutcome]>(server, 'allow-in');
    assert.match(refused.sentence, /After a reboot this is gone/);
    await assert.rejects(server.readFile(dropIn), { code: 'ENOENT' });
    await server.run('nft', ['-c', '-f', rulesPath]);
    await server.run('nft', ['flush', 'ruleset']);
  });
});
